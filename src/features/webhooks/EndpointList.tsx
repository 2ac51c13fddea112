import { ChevronRight } from 'lucide-react'
import { Link } from 'wouter'
import { webhookAddress } from '../../lib/addresses.ts'
import { useWebhookWords } from '../../words/webhook-words.ts'
import { EndpointAddress } from './EndpointAddress.tsx'
import { EndpointBadge } from './EndpointBadge.tsx'
import { useMoments } from './useMoments.ts'
import type { Endpoint } from './webhook-queries.ts'

/** The endpoints; each leads to its page. */
export function EndpointList({ endpoints }: { endpoints: Endpoint[] }) {
  const words = useWebhookWords()
  const { ago } = useMoments()
  return (
    <ul aria-label={words.list} className="divide-y divide-line overflow-hidden rounded-2xl border border-line bg-surface shadow-sm">
      {endpoints.map((endpoint) => {
        const { id, url, description, events, last } = endpoint
        return (
          <li key={id} data-endpoint={id} className="relative flex items-center gap-3 px-4 py-3.5 has-[a:hover]:bg-raised sm:px-5">
            <div className="min-w-0 flex-1">
              <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
                {/* The whole row is its target. */}
                <Link
                  href={webhookAddress(id)}
                  className="min-w-0 text-sm font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-brand"
                >
                  <EndpointAddress url={url} />
                </Link>
                <EndpointBadge endpoint={endpoint} />
              </div>
              {description && (
                <p className="mt-0.5 text-note break-words">
                  <bdi>{description}</bdi>
                </p>
              )}
              <p className="mt-0.5 text-note text-muted">
                {[
                  events.length === 0 ? words.allEvents : words.eventCount(events.length),
                  last?.last_attempt_at &&
                    words.lastCall(words.events[last.type], words.deliveryStates[last.state], ago(last.last_attempt_at)),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
            </div>
            <ChevronRight aria-hidden className="size-4 shrink-0 text-muted" />
          </li>
        )
      })}
    </ul>
  )
}

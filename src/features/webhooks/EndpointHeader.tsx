import type { ReactNode } from 'react'
import { useWebhookWords } from '../../words/webhook-words.ts'
import { useWords } from '../../words/words.ts'
import { EndpointAddress } from './EndpointAddress.tsx'
import { EndpointBadge } from './EndpointBadge.tsx'
import { endpointState } from './endpoint-state.ts'
import { useMoments } from './useMoments.ts'
import type { Endpoint } from './webhook-queries.ts'

/** Which endpoint it is, how it is, and what may be done with it (`actions`). */
export function EndpointHeader({ endpoint, actions }: { endpoint: Endpoint; actions: ReactNode }) {
  const words = useWebhookWords()
  const { stateKnown } = useWords().session
  const { ago, date } = useMoments()
  const { url, description, events, created_at, secret_rotated_at, last } = endpoint
  const facts: [string, ReactNode][] = [
    [words.facts.events, <EventNames key="events" events={events} />],
    [words.facts.last, last?.last_attempt_at ? ago(last.last_attempt_at) : words.never],
    [words.facts.secret, words.rotate.since(date(secret_rotated_at))],
    [words.facts.created, date(created_at)],
  ]
  return (
    <section aria-label={url} className="rounded-2xl border border-line bg-surface shadow-sm">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-3 px-4 py-4 sm:px-5">
        <div className="min-w-0 flex-1 basis-72">
          <h1 className="text-lg font-semibold tracking-tight">
            <EndpointAddress url={url} />
          </h1>
          <div className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1">
            <EndpointBadge endpoint={endpoint} />
            {description && (
              <p className="min-w-0 text-note break-words">
                <bdi>{description}</bdi>
              </p>
            )}
          </div>
          {/* Said to who hears the page when it changes, and only then. */}
          <output className="sr-only">{stateKnown(words.states[endpointState(endpoint)])}</output>
        </div>
        {actions}
      </div>
      <dl className="grid grid-cols-2 gap-x-4 gap-y-3 border-t border-line px-4 py-4 sm:px-5 md:grid-cols-[2fr_1fr_1fr_1fr]">
        {facts.map(([name, value]) => (
          <div key={name} className="min-w-0 max-md:first:col-span-2">
            <dt className="text-xs text-muted">{name}</dt>
            <dd className="mt-0.5 text-note break-words tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function EventNames({ events }: { events: Endpoint['events'] }) {
  const words = useWebhookWords()
  if (events.length === 0) return words.allEvents
  return events.map((event) => words.events[event]).join(', ')
}

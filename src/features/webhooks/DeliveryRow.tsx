import { FileText, RotateCw } from 'lucide-react'
import { Link } from 'wouter'
import { deviceAddress } from '../../lib/addresses.ts'
import { usePhoneLabel } from '../../lib/phone-label.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useWebhookWords } from '../../words/webhook-words.ts'
import { DELIVERY_BADGES } from './delivery-badges.ts'
import { type Delivery, isUnderWay } from './delivery-queries.ts'
import { deviceLabel } from './session-of.ts'
import { useAnswer } from './useAnswer.ts'
import { useMoments } from './useMoments.ts'

type DeliveryRowProps = {
  delivery: Delivery
  /** Else it cannot be sent again. */
  isEnabled: boolean
  isRedelivering: boolean
  onRedeliver: () => void
  onOpen: () => void
}

/** One event on its way to the endpoint, or there. */
export function DeliveryRow({ delivery, isEnabled, isRedelivering, onRedeliver, onOpen }: DeliveryRowProps) {
  const words = useWebhookWords()
  const text = words.deliveries
  const phone = usePhoneLabel()
  const answer = useAnswer()
  const { now, ago, at, until } = useMoments()
  const { id, type, state, session_id, payload, attempts, next_attempt_at, created_at } = delivery
  const event = words.events[type]
  const isWaiting = state === 'waiting'
  const isTrying = isUnderWay(delivery, now)
  // One that was queued a moment ago is as good as being tried.
  const mayRedeliver = isEnabled && !isTrying && !(isWaiting && attempts === 0)
  const facts = isTrying
    ? [text.trying(attempts)]
    : [text.attempts(attempts), attempts > 0 && answer(delivery), isWaiting && attempts > 0 && text.next(until(next_attempt_at))]
  return (
    <li data-delivery={id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3 sm:px-5">
      <div className="min-w-0 flex-1 basis-60 text-note">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
          <span className="font-medium">{event}</span>
          <Badge {...DELIVERY_BADGES[state]}>{words.deliveryStates[state]}</Badge>
        </p>
        <p className="mt-0.5 text-muted">
          <time dateTime={created_at} title={at(created_at)}>
            {ago(created_at)}
          </time>
          {session_id && (
            <>
              {' · '}
              <Link
                href={deviceAddress(session_id)}
                className="inline-flex min-h-6 items-center underline underline-offset-4 hover:text-ink"
              >
                <bdi>{deviceLabel(payload, session_id, phone)}</bdi>
              </Link>
            </>
          )}
        </p>
        <p className="text-muted tabular-nums">{facts.filter(Boolean).join(' · ')}</p>
      </div>
      <div className="ml-auto flex items-center">
        {mayRedeliver && (
          <Button
            look="ghost"
            size="small"
            aria-label={(isWaiting ? text.tryNowOf : text.redeliverOf)(event, at(created_at))}
            aria-disabled={isRedelivering}
            onClick={() => !isRedelivering && onRedeliver()}
          >
            {isRedelivering ? <Spinner /> : <RotateCw aria-hidden className="size-4" />}
            {isWaiting ? text.tryNow : text.redeliver}
          </Button>
        )}
        <Button look="ghost" size="small" aria-label={text.detailsOf(event, at(created_at))} onClick={onOpen}>
          <FileText aria-hidden className="size-4" />
          {text.details}
        </Button>
      </div>
    </li>
  )
}

import { useQuery } from '@tanstack/react-query'
import { Copy } from 'lucide-react'
import type { ReactNode } from 'react'
import { copyText } from '../../lib/copy-text.ts'
import { asFailure } from '../../lib/failure.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useWebhookWords } from '../../words/webhook-words.ts'
import { useWords } from '../../words/words.ts'
import { DELIVERY_BADGES } from './delivery-badges.ts'
import { type Delivery, deliveryQuery, isUnderWay } from './delivery-queries.ts'
import { useAnswer } from './useAnswer.ts'
import { useMoments } from './useMoments.ts'

/** How often it is read again while somebody looks at it, milliseconds. */
const ASK_AGAIN = 2000

type DeliveryDialogProps = { endpointId: string; deliveryId: string; onClose: () => void }

/** All of one delivery: how far it came, and what is sent. */
export function DeliveryDialog({ endpointId, deliveryId, onClose }: DeliveryDialogProps) {
  const { common, failures } = useWords()
  const words = useWebhookWords()
  const client = useSupabase()
  const { data, error } = useQuery({ ...deliveryQuery(client, endpointId, deliveryId), refetchInterval: ASK_AGAIN })
  const text = words.delivery
  return (
    <Dialog
      title={data ? text.title(words.events[data.type]) : text.anyTitle}
      description={text.hint}
      onEscape={onClose}
      className="sm:max-w-xl"
    >
      {data === undefined && !error && (
        <div className="mt-5 space-y-3">
          <output className="sr-only">{common.loading}</output>
          <Skeleton className="h-28 w-full" />
          <Skeleton className="h-44 w-full" />
        </div>
      )}
      {data === undefined && error && (
        <p role="alert" className="mt-5 text-sm text-bad">
          {failures[asFailure(error).code]}
        </p>
      )}
      {data === null && <p className="mt-5 text-sm text-muted">{words.deliveries.gone}</p>}
      {data && <Told delivery={data} />}
      <div className="mt-6 flex justify-end">
        <Button className="max-sm:w-full" onClick={onClose}>
          {common.close}
        </Button>
      </div>
    </Dialog>
  )
}

function Told({ delivery }: { delivery: Delivery }) {
  const words = useWebhookWords()
  const text = words.delivery
  const answer = useAnswer()
  const { now, at, until } = useMoments()
  const { id, state, attempts, created_at, last_attempt_at, next_attempt_at, delivered_at } = delivery
  const payload = JSON.stringify(delivery.payload, null, 2)
  const next = isUnderWay(delivery, now) ? words.deliveries.tryingNow : until(next_attempt_at)
  const facts: [string, ReactNode][] = [
    [
      text.facts.state,
      <Badge key="state" {...DELIVERY_BADGES[state]}>
        {words.deliveryStates[state]}
      </Badge>,
    ],
    [text.facts.attempts, attempts],
    [text.facts.created, at(created_at)],
    [text.facts.delivered, delivered_at && at(delivered_at)],
    [text.facts.last, !delivered_at && last_attempt_at && at(last_attempt_at)],
    [text.facts.next, state === 'waiting' && next],
    [text.facts.answer, attempts > 0 && answer(delivery)],
    [text.facts.note, delivery.last_status === null && delivery.last_error && <code key="note">{delivery.last_error}</code>],
    [text.facts.id, <code key="id">{id}</code>],
  ]
  return (
    <>
      <dl className="mt-5 grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-4 gap-y-1.5 text-note">
        {facts.map(
          ([name, value]) =>
            value !== null &&
            value !== false &&
            value !== '' && (
              <div key={name} className="contents">
                <dt className="text-muted">{name}</dt>
                <dd className="break-words tabular-nums">{value}</dd>
              </div>
            ),
        )}
      </dl>
      <div className="mt-5 flex items-center justify-between gap-3">
        <h3 className="text-sm font-medium">{text.payload}</h3>
        <Button look="ghost" size="small" onClick={() => void copyText(payload, text)}>
          <Copy aria-hidden className="size-4" />
          {text.copy}
        </Button>
      </div>
      <pre className="mt-1.5 rounded-lg border border-line bg-raised p-3 font-mono text-xs leading-relaxed break-words whitespace-pre-wrap">
        {payload}
      </pre>
    </>
  )
}

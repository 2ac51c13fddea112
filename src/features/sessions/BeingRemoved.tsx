import { formatDistanceToNowStrict } from 'date-fns/formatDistanceToNowStrict'
import { Spinner } from '../../ui/spinner.tsx'
import { useWords } from '../../words/words.ts'
import { orderLabel, type RemovalOrder } from './session-overview.ts'

/** Every open order to clear, even where the session's row is gone already. */
export function BeingRemoved({ orders, workerOnline }: { orders: RemovalOrder[]; workerOnline: boolean | undefined }) {
  const words = useWords()
  if (orders.length === 0) return null
  const step = ({ attempts }: RemovalOrder) => {
    if (workerOnline === false) return words.removal.waiting
    return attempts > 0 ? words.removal.trying(attempts) : words.removal.underWay
  }
  return (
    <section
      aria-labelledby="being-removed"
      className="animate-appear rounded-2xl border border-line bg-surface px-4 py-3.5 shadow-sm sm:px-5"
    >
      <h2 id="being-removed" className="flex items-center gap-2 text-[13px] font-semibold">
        {workerOnline !== false && <Spinner className="size-3.5 text-muted" />}
        {words.removal.strip}
      </h2>
      <ul aria-labelledby="being-removed" className="mt-2 space-y-1.5">
        {orders.map((order) => (
          <li key={order.id} className="flex flex-wrap items-baseline gap-x-3 text-[13px]">
            <span className="font-medium tabular-nums">{orderLabel(order)}</span>
            <span className="text-muted">
              {words.removalReasons[order.reason]} · {step(order)} ·{' '}
              {words.removal.since(formatDistanceToNowStrict(new Date(order.requested_at), { addSuffix: true }))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

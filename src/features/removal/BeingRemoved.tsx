import { useDates } from '../../lib/dates.ts'
import { usePhoneLabel } from '../../lib/phone-label.ts'
import { useNow } from '../../lib/useNow.ts'
import { Spinner } from '../../ui/spinner.tsx'
import { useWords } from '../../words/words.ts'
import { orderLabel, type RemovalOrder } from '../../lib/removal-order.ts'

/** What is younger is not counted, milliseconds. */
const JUST_NOW = 5000

/** Every open order to clear, even where the session's row is gone already. */
export function BeingRemoved({ orders, workerOnline }: { orders: RemovalOrder[]; workerOnline: boolean | undefined }) {
  const words = useWords()
  const dates = useDates()
  const phone = usePhoneLabel()
  const now = useNow(1000)
  if (orders.length === 0) return null
  const step = ({ attempts }: RemovalOrder) => {
    if (workerOnline === false) return words.removal.waiting
    return attempts > 0 ? words.removal.trying(attempts) : words.removal.underWay
  }
  const ago = (time: string) => (now - Date.parse(time) < JUST_NOW ? words.removal.justNow : dates.ago(time, now))
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
            <span className="font-medium tabular-nums">{orderLabel(order, phone)}</span>
            <span className="text-muted">
              {words.removalReasons[order.reason]} · {step(order)} · {words.removal.since(ago(order.requested_at))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

import { useQuery } from '@tanstack/react-query'
import { ChevronRight, CircleCheck, Clock, TriangleAlert } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { Link } from 'wouter'
import { ADDRESSES } from '../../lib/addresses.ts'
import { useDates } from '../../lib/dates.ts'
import { usePhoneLabel } from '../../lib/phone-label.ts'
import { orderLabel, type RemovalOrder, type RemovalRecord } from '../../lib/removal-order.ts'
import { useNow } from '../../lib/useNow.ts'
import { Spinner } from '../../ui/spinner.tsx'
import { useWords } from '../../words/words.ts'
import { isAway, toldQuery } from './removal-queries.ts'
import { useFarewells } from './useFarewells.ts'

/** What is younger is not counted, milliseconds. */
const JUST_NOW = 5000
/** How long what is gone stays to be seen, milliseconds. */
const FAREWELL = 8000
/** Lines that are shown; the activity has the rest. */
const LINES = 5

type BeingRemovedProps = { orders: RemovalOrder[]; workerOnline: boolean | undefined; onOpen: (orderId: string) => void }

/** Every open order to clear, even where the session's row is gone already, and for a moment what became of it. Each opens its checklist. */
export function BeingRemoved({ orders, workerOnline, onOpen }: BeingRemovedProps) {
  const words = useWords()
  const text = words.removal
  const phone = usePhoneLabel()
  const { gone, onSeen } = useFarewells(orders)
  const farewells = gone.map((record) => (record.outcome === 'gone_here' ? text.isGoneHere : text.isGone)(orderLabel(record, phone)))
  const lines = orders.slice(0, LINES)
  const more = orders.length - lines.length
  return (
    <>
      <output className="sr-only">{farewells.join(' ')}</output>
      {orders.length + gone.length > 0 && (
        <section
          aria-labelledby="being-removed"
          className="animate-appear rounded-2xl border border-line bg-surface px-2 py-3 shadow-sm sm:px-3"
        >
          <h2 className="px-2 text-note font-semibold">
            <span id="being-removed">{text.strip}</span>
            {orders.length > 1 && <span className="ml-2 font-normal text-muted tabular-nums">{orders.length}</span>}
          </h2>
          <ul aria-labelledby="being-removed" className="mt-1">
            {gone.map((record) => (
              <GoneLine key={record.id} record={record} onOpen={onOpen} onSeen={onSeen} />
            ))}
            {lines.map((order) => (
              <OpenLine key={order.id} order={order} workerOnline={workerOnline} onOpen={onOpen} />
            ))}
          </ul>
          {more > 0 && (
            <Link
              href={`${ADDRESSES.activity}?outcome=open`}
              className="inline-flex min-h-9 items-center px-2 text-note font-medium text-brand underline-offset-4 hover:underline"
            >
              {text.andMore(more)}
            </Link>
          )}
        </section>
      )}
    </>
  )
}

function OpenLine({ order, workerOnline, onOpen }: { order: RemovalOrder } & Pick<BeingRemovedProps, 'workerOnline' | 'onOpen'>) {
  const words = useWords()
  const text = words.removal
  const dates = useDates()
  const phone = usePhoneLabel()
  const now = useNow(1000)
  const { data: told } = useQuery(toldQuery(order.id))
  const isWaiting = isAway(workerOnline !== false, told, now)
  const step = isWaiting ? text.waiting : order.attempts > 0 ? text.trying(order.attempts) : text.underWay
  const since = now - Date.parse(order.requested_at) < JUST_NOW ? text.justNow : dates.ago(order.requested_at, now)
  return (
    <Line
      label={orderLabel(order, phone)}
      icon={isWaiting ? <Clock aria-hidden className="size-4 text-warn" /> : <Spinner className="size-4 text-muted" />}
      onOpen={() => onOpen(order.id)}
    >
      {words.removalReasons[order.reason]} · {step} · {text.since(since)}
    </Line>
  )
}

type GoneLineProps = { record: RemovalRecord; onSeen: (orderId: string) => void } & Pick<BeingRemovedProps, 'onOpen'>

function GoneLine({ record, onOpen, onSeen }: GoneLineProps) {
  const { id } = record
  useEffect(() => {
    const timer = setTimeout(() => onSeen(id), FAREWELL)
    return () => clearTimeout(timer)
  }, [id, onSeen])
  const words = useWords()
  const phone = usePhoneLabel()
  const isHere = record.outcome === 'gone_here'
  return (
    <Line
      label={orderLabel(record, phone)}
      icon={isHere ? <TriangleAlert aria-hidden className="size-4 text-warn" /> : <CircleCheck aria-hidden className="size-4 text-good" />}
      onOpen={() => onOpen(record.id)}
    >
      {words.removalReasons[record.reason]} ·{' '}
      <span className={isHere ? 'font-medium text-warn' : 'font-medium text-good'}>
        {words.removal.progress[isHere ? 'gone_here' : 'gone']}
      </span>
    </Line>
  )
}

function Line({ label, icon, onOpen, children }: { label: string; icon: ReactNode; onOpen: () => void; children: ReactNode }) {
  return (
    <li>
      <button
        type="button"
        onClick={onOpen}
        className="flex min-h-10 w-full items-center gap-2.5 rounded-lg px-2 py-1.5 text-left text-note hover:bg-raised focus-visible:-outline-offset-2"
      >
        <span className="shrink-0">{icon}</span>
        <span className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-2.5">
          <bdi className="min-w-0 truncate font-medium tabular-nums">{label}</bdi>
          <span className="text-muted">{children}</span>
        </span>
        <ChevronRight aria-hidden className="size-4 shrink-0 text-muted" />
      </button>
    </li>
  )
}

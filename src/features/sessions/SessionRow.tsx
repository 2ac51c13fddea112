import { EllipsisVertical, Smartphone, Trash2 } from 'lucide-react'
import { lazy, memo } from 'react'
import { Link } from 'wouter'
import { deviceAddress } from '../../lib/addresses.ts'
import { useDates } from '../../lib/dates.ts'
import { usePhoneLabel } from '../../lib/phone-label.ts'
import { sessionLabel, type SessionOverview } from '../../lib/session-overview.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { LazyMenu } from '../../ui/LazyMenu.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useWords } from '../../words/words.ts'
import { rowActions } from './row-actions.ts'
import { STATE_BADGES } from './state-badges.ts'

const RowMenu = lazy(() => import('./RowMenu.tsx'))

/** What a row can ask for. */
export type RowOrders = {
  onLink: (session: SessionOverview) => void
  onRename: (session: SessionOverview) => void
  onStart: (session: SessionOverview) => void
  onStop: (session: SessionOverview) => void
  onReset: (session: SessionOverview) => void
  onDelete: (session: SessionOverview) => void
}

export type SessionRowProps = {
  session: SessionOverview
  /** Where it stands among all that match, from 0. */
  index: number
  total: number
  mayChange: boolean
  isDeleting: boolean
  /** The server does not answer: nobody knows what the state is now. */
  outdated: boolean
  /** Milliseconds since 1970. */
  now: number
  orders: RowOrders
  /** In a list that scrolls by itself: where it is drawn, pixels from its top. */
  start?: number
}

/** What is younger is not counted, milliseconds. */
const JUST_NOW = 60_000

/** One device. Drawn anew only when something of it changes: there may be many, and somebody types above them. */
export const SessionRow = memo(function SessionRow({
  session,
  index,
  total,
  mayChange,
  isDeleting,
  outdated,
  now,
  orders,
  start,
}: SessionRowProps) {
  const words = useWords()
  const label = sessionLabel(session, usePhoneLabel())
  const name = session.display_name && session.display_name !== label ? session.display_name : null
  const { tone, dot, pulse } = STATE_BADGES[session.effective_status]
  return (
    <li
      data-session={session.id}
      data-index={index}
      aria-setsize={total}
      aria-posinset={index + 1}
      style={placed(start)}
      className={cx(ROW, start === undefined ? PLAIN_ROW : SCROLLED_ROW, 'hover:bg-raised/50')}
    >
      <span className="flex size-10 shrink-0 items-center justify-center rounded-full bg-raised text-muted max-sm:hidden">
        <Smartphone aria-hidden className="size-[18px]" />
      </span>
      <div className="min-w-0 flex-1 basis-full sm:basis-auto">
        <Link
          href={deviceAddress(session.id)}
          className="flex min-w-0 items-baseline gap-2 text-sm after:absolute after:inset-0 hover:underline"
        >
          <bdi className={cx('truncate font-medium tabular-nums', name && 'shrink-0')}>{label}</bdi>
          {name && <bdi className="truncate text-muted">{name}</bdi>}
        </Link>
        <Note session={session} outdated={outdated} now={now} />
      </div>
      {outdated ? (
        <Badge tone="quiet" dot="empty">
          {words.list.unknownState}
        </Badge>
      ) : (
        <Badge tone={tone} dot={dot} pulse={pulse}>
          {words.states[session.effective_status]}
        </Badge>
      )}
      {mayChange && <Actions session={session} label={label} isDeleting={isDeleting} orders={orders} />}
    </li>
  )
})

/** Every row is as high as the others, whatever becomes of it, and in every language. */
const ROW = 'flex flex-wrap content-center items-center gap-x-2 gap-y-2 px-4 sm:gap-x-4 sm:flex-nowrap sm:px-5'
const PLAIN_ROW = 'relative min-h-27 sm:min-h-17'
const SCROLLED_ROW = 'absolute inset-x-0 top-0 h-27 overflow-hidden border-b border-line sm:h-17'

const placed = (start: number | undefined) => (start === undefined ? undefined : { transform: `translateY(${start}px)` })

/** Stands where a row will be. */
export function RowSkeleton({ start }: { start?: number }) {
  return (
    <li aria-hidden style={placed(start)} className={cx(ROW, start === undefined ? PLAIN_ROW : SCROLLED_ROW)}>
      <span className="size-10 shrink-0 animate-pulse rounded-full bg-raised max-sm:hidden" />
      <span className="min-w-0 flex-1 basis-full space-y-2 sm:basis-auto">
        <span className="block h-3.5 w-40 animate-pulse rounded-md bg-raised" />
        <span className="block h-3 w-56 max-w-full animate-pulse rounded-md bg-raised" />
      </span>
      <span className="h-6 w-24 animate-pulse rounded-full bg-raised" />
    </li>
  )
}

/** When it was active last, in words, and why it is in its state. */
function Note({ session, outdated, now }: Pick<SessionRowProps, 'session' | 'outdated' | 'now'>) {
  const words = useWords()
  const dates = useDates()
  const time = session.last_active_at ?? session.updated_at
  const isActive = session.effective_status === 'connected' && !outdated
  const ago = () => (now - Date.parse(time) < JUST_NOW ? words.list.justNow : dates.ago(time, now))
  const reason = session.clearing ? words.list.clearing : session.status_reason && words.reasons[session.status_reason]
  return (
    <p className="mt-0.5 truncate text-xs text-muted">
      <time dateTime={time}>{isActive ? words.list.activeNow : words.list.lastActive(ago())}</time>
      {reason && (
        <span title={reason} className="before:mx-1.5 before:content-['·']">
          {reason}
        </span>
      )}
    </p>
  )
}

type ActionsProps = Pick<SessionRowProps, 'session' | 'isDeleting' | 'orders'> & { label: string }

function Actions({ session, label, isDeleting, orders }: ActionsProps) {
  const { list } = useWords()
  const { main, menu, trash } = rowActions(session)
  return (
    // Above the link that covers the row.
    <div className="relative z-10 ml-auto flex min-h-9 items-center justify-end gap-0.5 sm:w-48 sm:gap-1">
      {main && (
        <Button
          size="small"
          aria-label={main === 'resume' ? list.resumeOf(label) : list.linkAgainOf(label)}
          onClick={() => orders.onLink(session)}
        >
          {main === 'resume' ? list.resume : list.linkAgain}
        </Button>
      )}
      <LazyMenu
        menu={RowMenu}
        sessionId={session.id}
        items={menu}
        onRename={() => orders.onRename(session)}
        onStart={() => orders.onStart(session)}
        onStop={() => orders.onStop(session)}
        onReset={() => orders.onReset(session)}
        onDelete={() => orders.onDelete(session)}
        trigger={
          <Button look="ghost" size="icon" aria-label={list.menuOf(label)}>
            <EllipsisVertical aria-hidden className="size-4" />
          </Button>
        }
      />
      {trash ? (
        <Button
          look="ghost"
          size="icon"
          aria-label={list.deleteOf(label)}
          disabled={isDeleting}
          className="hover:text-bad"
          onClick={() => orders.onDelete(session)}
        >
          {isDeleting ? <Spinner /> : <Trash2 aria-hidden className="size-4" />}
        </Button>
      ) : (
        <span className="size-9 max-sm:hidden" />
      )}
    </div>
  )
}

import { EllipsisVertical, Link2, Smartphone, Trash2 } from 'lucide-react'
import { lazy } from 'react'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/cx.ts'
import { LazyMenu } from '../../ui/LazyMenu.tsx'
import { Spinner } from '../../ui/spinner.tsx'
import { useDates } from '../../lib/dates.ts'
import { usePhoneLabel } from '../../lib/phone-label.ts'
import { useWords } from '../../words/words.ts'
import { rowActions } from './row-actions.ts'
import { sessionLabel, type SessionOverview } from '../../lib/session-overview.ts'
import { STATE_BADGES } from './state-badges.ts'

const RowMenu = lazy(() => import('./RowMenu.tsx'))

/** What a row can ask for. */
export type RowOrders = {
  onLink: (session: SessionOverview) => void
  onStart: (session: SessionOverview) => void
  onStop: (session: SessionOverview) => void
  onReset: (session: SessionOverview) => void
  onDelete: (session: SessionOverview) => void
}

type SessionRowProps = RowOrders & {
  session: SessionOverview
  mayChange: boolean
  isDeleting: boolean
  /** The server does not answer: nobody knows what the state is now. */
  outdated: boolean
}

export function SessionRow({ session, mayChange, isDeleting, outdated, ...orders }: SessionRowProps) {
  const words = useWords()
  const dates = useDates()
  const label = sessionLabel(session, usePhoneLabel())
  const name = session.display_name && session.display_name !== label ? session.display_name : null
  return (
    <li data-session={session.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3.5 sm:flex-nowrap sm:px-5">
      <span className="flex size-10 shrink-0 items-center justify-center rounded-full bg-raised text-muted max-sm:hidden">
        <Smartphone aria-hidden className="size-[18px]" />
      </span>
      <div className="min-w-0 flex-1 basis-full sm:basis-auto">
        <p className="flex min-w-0 items-baseline gap-2 text-sm">
          <bdi className={cx('truncate font-medium tabular-nums', name && 'shrink-0')}>{label}</bdi>
          {name && <bdi className="truncate text-muted">{name}</bdi>}
        </p>
        <p className="mt-0.5 text-xs text-muted">
          {words.list.lastActive(dates.dateTime(session.updated_at))}
          {session.status_reason && <span className="before:mx-1.5 before:content-['·']">{words.reasons[session.status_reason]}</span>}
        </p>
      </div>
      <StateBadge session={session} outdated={outdated} />
      {mayChange && <Actions session={session} label={label} isDeleting={isDeleting} {...orders} />}
    </li>
  )
}

function StateBadge({ session, outdated }: { session: SessionOverview; outdated: boolean }) {
  const words = useWords()
  if (outdated)
    return (
      <Badge tone="quiet" dot="empty">
        {words.list.unknownState}
      </Badge>
    )
  const { tone, dot, pulse } = STATE_BADGES[session.effective_status]
  return (
    <span className="flex shrink-0 items-center gap-1.5">
      {session.clearing && <span className="text-xs text-muted">{words.list.clearing}</span>}
      <Badge tone={tone} dot={dot} pulse={pulse}>
        {words.states[session.effective_status]}
      </Badge>
    </span>
  )
}

type ActionsProps = RowOrders & { session: SessionOverview; label: string; isDeleting: boolean }

function Actions({ session, label, isDeleting, onLink, onStart, onStop, onReset, onDelete }: ActionsProps) {
  const words = useWords()
  const { main, menu, trash } = rowActions(session)
  return (
    <div className="ml-auto flex min-h-9 items-center justify-end gap-1 sm:w-40">
      {main && (
        <Button
          size="small"
          aria-label={main === 'resume' ? words.list.resumeOf(label) : words.list.linkAgainOf(label)}
          onClick={() => onLink(session)}
        >
          <Link2 aria-hidden className="size-4 text-muted" />
          {main === 'resume' ? words.list.resume : words.list.linkAgain}
        </Button>
      )}
      {menu.length > 0 && (
        <LazyMenu
          menu={RowMenu}
          items={menu}
          onStart={() => onStart(session)}
          onStop={() => onStop(session)}
          onReset={() => onReset(session)}
          trigger={
            <Button look="ghost" size="icon" aria-label={words.list.menuOf(label)}>
              <EllipsisVertical aria-hidden className="size-4" />
            </Button>
          }
        />
      )}
      {trash && (
        <Button
          look="ghost"
          size="icon"
          aria-label={words.list.deleteOf(label)}
          disabled={isDeleting}
          className="hover:text-bad"
          onClick={() => onDelete(session)}
        >
          {isDeleting ? <Spinner /> : <Trash2 aria-hidden className="size-4" />}
        </Button>
      )}
    </div>
  )
}

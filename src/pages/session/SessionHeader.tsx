import { Smartphone } from 'lucide-react'
import type { ReactNode } from 'react'
import { RenameInPlace } from '../../features/session/RenameInPlace.tsx'
import type { SessionDetail } from '../../features/session/session-query.ts'
import { SessionFacts } from '../../features/session/SessionFacts.tsx'
import { STATE_BADGES } from '../../features/sessions/state-badges.ts'
import { Badge } from '../../ui/badge.tsx'
import { useWords } from '../../words/words.ts'

type SessionHeaderProps = {
  session: SessionDetail
  label: string
  /** Nobody answers: how it is now is not known. */
  outdated: boolean
  mayChange: boolean
  onRename: (name: string) => Promise<void>
  /** The buttons. */
  actions: ReactNode
}

/** Which device it is, how it is, and what may be done with it. */
export function SessionHeader({ session, label, outdated, mayChange, onRename, actions }: SessionHeaderProps) {
  const words = useWords()
  const { tone, dot, pulse } = STATE_BADGES[session.effective_status]
  const state = words.states[session.effective_status]
  const why = session.clearing ? words.list.clearing : session.status_reason && words.reasons[session.status_reason]
  return (
    <section aria-label={label} className="rounded-2xl border border-line bg-surface shadow-sm">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-3 px-4 py-4 sm:px-5">
        <span className="flex size-11 shrink-0 items-center justify-center rounded-full bg-raised text-muted max-sm:hidden">
          <Smartphone aria-hidden className="size-5" />
        </span>
        <div className="min-w-0 flex-1 basis-64">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="min-w-0 text-xl font-semibold tracking-tight break-words tabular-nums">
              <bdi>{label}</bdi>
            </h1>
            {outdated ? (
              <Badge tone="quiet" dot="empty">
                {words.list.unknownState}
              </Badge>
            ) : (
              <Badge tone={tone} dot={dot} pulse={pulse}>
                {state}
              </Badge>
            )}
          </div>
          <RenameInPlace name={session.display_name} label={label} mayChange={mayChange} onRename={onRename} />
          {why && !outdated && <p className="text-note text-muted">{why}</p>}
          {/* Said to who hears the page when it changes, and only then. */}
          <output className="sr-only">{outdated ? '' : words.session.stateKnown(why ? `${state}, ${why}` : state)}</output>
        </div>
        {mayChange && actions}
      </div>
      <SessionFacts session={session} />
    </section>
  )
}

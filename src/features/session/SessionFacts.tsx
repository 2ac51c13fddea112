import { IS_LINKED } from '#domain/session.ts'
import { useDates } from '../../lib/dates.ts'
import { usePhoneLabel } from '../../lib/phone-label.ts'
import { useWords } from '../../words/words.ts'
import type { SessionDetail } from './session-query.ts'
import { useAgo } from './useAgo.ts'

/** What is known of a session, in a line of facts. */
export function SessionFacts({ session }: { session: SessionDetail }) {
  const words = useWords().session
  const dates = useDates()
  const phone = usePhoneLabel()
  const ago = useAgo()
  const { facts } = words
  const since = (time: string | null, none: string) => (time === null ? none : dates.dateTime(time))
  const isConnected = session.effective_status === 'connected'
  const told: [string, string][] = [
    [facts.number, phone(session.phone_number) || facts.never],
    [IS_LINKED[session.status] ? facts.linked : facts.wasLinked, since(session.linked_at, facts.never)],
    [facts.connected, since(isConnected ? session.connected_at : null, facts.notNow)],
    [facts.active, session.last_active_at === null ? facts.never : ago(session.last_active_at)],
    [facts.link, words.linkNumber(session.generation)],
  ]
  return (
    <dl className="grid grid-cols-2 gap-x-4 gap-y-3 border-t border-line px-4 py-4 sm:grid-cols-3 sm:px-5 lg:grid-cols-5">
      {told.map(([name, value]) => (
        <div key={name} className="min-w-0">
          <dt className="text-xs text-muted">{name}</dt>
          <dd className="mt-0.5 text-note break-words tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

import { Cable, CircleAlert, Link2, type LucideIcon, MessageSquare, PencilLine } from 'lucide-react'
import { useDates } from '../../../lib/dates.ts'
import { cx } from '../../../ui/cx.ts'
import { useWords } from '../../../words/words.ts'
import { actorOf, type People } from './actor.ts'
import { GROUP_OF, type KindGroup } from './kind-groups.ts'
import { tellEntry } from './tell-entry.ts'
import type { TimelineRow } from './timeline-query.ts'

const ICONS: Record<KindGroup, LucideIcon> = { connection: Cable, linking: Link2, messages: MessageSquare, changes: PencilLine }

/** What somebody may have to do something about. */
const ALARMING: ReadonlySet<string> = new Set(['storage_failed', 'credentials_damaged', 'text_refused', 'text_unanswered', 'notes_lost'])

/** One thing that happened: when, what, why and by whom. */
export function TimelineEntry({ entry, people }: { entry: TimelineRow; people: People }) {
  const words = useWords()
  const dates = useDates()
  const { title, notes, names, raw, count } = tellEntry(entry.kind, entry.detail, { words, dates })
  const actor = actorOf(entry.kind, entry.detail, people, words.timeline)
  const isAlarming = ALARMING.has(entry.kind)
  const Icon = isAlarming ? CircleAlert : ICONS[(GROUP_OF as Partial<Record<string, KindGroup>>)[entry.kind] ?? 'changes']
  return (
    <li
      data-kind={entry.kind}
      className="grid grid-cols-[auto_1fr_auto] items-start gap-x-3 px-4 py-3 sm:grid-cols-[auto_1fr_auto_auto] sm:px-5"
    >
      <Icon aria-hidden className={cx('mt-0.5 size-4 shrink-0', isAlarming ? 'text-bad' : 'text-muted')} />
      <div className="min-w-0 text-sm">
        <p>
          <span className="font-medium">{title}</span>
          {count > 1 && <span className="ml-2 rounded-full bg-raised px-2 py-0.5 text-xs text-muted">{words.timeline.times(count)}</span>}
        </p>
        {names && (
          <p className="text-note break-words text-muted">
            {words.timeline.from} <Name>{names.from}</Name> {words.timeline.to} <Name>{names.to}</Name>
          </p>
        )}
        {notes.length > 0 && <p className="text-note break-words text-muted">{notes.join(' · ')}</p>}
        {raw && (
          <p dir="auto" className="font-mono text-xs break-words text-muted">
            {raw}
          </p>
        )}
      </div>
      {actor && (
        <span className="min-w-0 text-note break-words text-muted max-sm:col-start-2 max-sm:row-start-2 sm:max-w-56 sm:text-right">
          {actor}
        </span>
      )}
      <time
        dateTime={entry.at}
        className="text-right text-note text-muted tabular-nums max-sm:col-start-3 max-sm:row-start-1 sm:col-start-4 sm:w-16"
      >
        {dates.time(entry.at)}
      </time>
    </li>
  )
}

function Name({ children }: { children: string | null }) {
  const words = useWords()
  return children === null ? <em>{words.timeline.noName}</em> : <bdi className="text-ink">{children}</bdi>
}

import { IS_LINKED } from '#domain/session.ts'
import type { Holdings } from '#domain/holdings.ts'
import { Minus } from 'lucide-react'
import type { SessionOverview } from '../../lib/session-overview.ts'
import { useFileSize } from '../../lib/useFileSize.ts'
import { cx } from '../../ui/cx.ts'
import { Skeleton } from '../../ui/skeleton.tsx'
import { useWords } from '../../words/words.ts'
import type { Counts } from './removal-queries.ts'

type Line = { name: string; text: string; isNothing?: boolean }

/** What a removal would take away, in words of whoever has to decide. `counts: undefined`: they are being asked for. */
export function WhatGoes({ session, counts }: { session: SessionOverview; counts: Counts | undefined }) {
  const text = useWords().removal
  const count = useCountedLines()
  const lines =
    counts?.kind === 'known'
      ? count(session, counts.holdings)
      : Object.entries(text.uncounted).map(([name, line]): Line => ({ name, text: line }))
  return (
    <div className="mt-4" aria-busy={counts === undefined}>
      {counts === undefined && <output className="sr-only">{text.counting}</output>}
      <ul className="text-sm">
        {lines.map((line, index) => (
          <li key={line.name} className="flex min-h-7 items-center gap-2.5">
            <Minus aria-hidden className="size-3 shrink-0 text-muted" />
            {counts === undefined ? (
              <Skeleton className={SKELETONS[index] ?? ''} />
            ) : (
              <span className={cx(line.isNothing && 'text-muted')}>{line.text}</span>
            )}
          </li>
        ))}
      </ul>
      <p aria-live="polite" className="mt-1 min-h-5 text-note text-muted">
        {counts?.kind === 'unknown' && text.notCounted(whyOf(counts, text))}
      </p>
    </div>
  )
}

const SKELETONS = ['h-3.5 w-36', 'h-3.5 w-44', 'h-3.5 w-40', 'h-3.5 w-48', 'h-3.5 w-56']

function whyOf({ why }: Extract<Counts, { kind: 'unknown' }>, text: ReturnType<typeof useWords>['removal']): string {
  if (why === 'worker_offline') return text.notCountedOffline
  return why === 'timeout' || why === 'unreachable' ? text.notCountedSlow : text.notCountedElse
}

function useCountedLines() {
  const { items } = useWords().removal
  const size = useFileSize()
  return ({ status }: SessionOverview, { credentials, backups, outbox, names, quarantine }: Holdings): Line[] => {
    const line = (name: string, count: number, some: string, none: string): Line => ({
      name,
      text: count > 0 ? some : none,
      isNothing: count === 0,
    })
    return [
      line('link', IS_LINKED[status] ? 1 : 0, items.link, items.noLink),
      line('credentials', credentials.files, items.credentials(size(credentials.bytes)), items.noCredentials),
      line('backups', backups.files, items.backups(backups.snapshots, size(backups.bytes)), items.noBackups),
      line('messages', outbox.messages, items.messages(outbox.messages), items.noMessages),
      line('names', names, items.names(names), items.noNames),
      ...(quarantine.files > 0 ? [{ name: 'aside', text: items.setAside(size(quarantine.bytes)) }] : []),
    ]
  }
}

import { useEffect } from 'react'
import { useNow } from '../../lib/useNow.ts'
import { useWords } from '../../words/words.ts'
import { ScrolledRows } from './ScrolledRows.tsx'
import type { Look } from './session-queries.ts'
import type { ShowAround } from './useListView.ts'
import { type RowOrders, RowSkeleton, SessionRow } from './SessionRow.tsx'

/** So many rows are drawn without more ado. */
const PLAIN_ROWS = 50
/** How often "3 minutes ago" is counted anew, milliseconds. */
const AGING = 30_000

export type RowsProps = {
  look: Look
  isSearching: boolean
  mayChange: boolean
  outdated: boolean
  deleting: ReadonlySet<string>
  orders: RowOrders
  onView: ShowAround
}

/** The devices that were found. */
export function SessionRows({ look, isSearching, deleting, onView, ...row }: RowsProps) {
  const words = useWords()
  const now = useNow(AGING)
  const { view } = look
  const isPlain = look.total <= PLAIN_ROWS
  // They have become so few that all are drawn, which begins with the first.
  useEffect(() => {
    if (isPlain) onView(0, view)
  }, [isPlain, onView, view])
  if (!isPlain) return <ScrolledRows look={look} isSearching={isSearching} deleting={deleting} onView={onView} now={now} {...row} />
  return (
    <ul aria-label={words.list.title} aria-busy={isSearching} className="divide-y divide-line">
      {look.sessions.map((session, nth) => (
        <SessionRow
          key={session.id}
          session={session}
          index={look.view.offset + nth}
          total={look.total}
          isDeleting={deleting.has(session.id)}
          now={now}
          {...row}
        />
      ))}
    </ul>
  )
}

/** Stands where the rows will be. */
export function LoadingRows() {
  const words = useWords()
  return (
    <>
      <output className="sr-only">{words.common.loading}</output>
      <ul aria-hidden className="divide-y divide-line">
        <RowSkeleton />
        <RowSkeleton />
        <RowSkeleton />
      </ul>
    </>
  )
}

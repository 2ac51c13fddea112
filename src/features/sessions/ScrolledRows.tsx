import { useDeferredValue, useEffect, useRef } from 'react'
import { useWords } from '../../words/words.ts'
import { RowSkeleton, SessionRow } from './SessionRow.tsx'
import type { RowsProps } from './SessionRows.tsx'
import { useFocusedRow } from './useFocusedRow.ts'
import { useRowHeight } from './useRowHeight.ts'
import { rowsToDraw, useRowsInView } from './useRowsInView.ts'

/** How many rows are drawn above and below what is seen. */
const AROUND = 5

/** Thousands of devices, of which only those that are seen are drawn. What is not read yet is a skeleton of the same height. */
export function ScrolledRows({ look, isSearching, deleting, onView, ...row }: RowsProps & { now: number }) {
  const words = useWords()
  const scroller = useRef<HTMLUListElement>(null)
  const rowHeight = useRowHeight()
  const { total, sessions } = look
  const { view } = look
  const { offset, query, state } = view
  const seen = useRowsInView(scroller, rowHeight, `${state} ${query}`)
  // Rows that come into view by scrolling are skeletons first and drawn when there is time: the list follows the finger.
  const drawn = useDeferredValue(seen)
  const focused = useFocusedRow(scroller, sessions, offset)

  const middle = Math.round((seen.first + seen.last) / 2)
  useEffect(() => onView(middle, view), [middle, onView, view])

  return (
    <ul
      ref={scroller}
      aria-label={words.list.title}
      aria-busy={isSearching}
      className="relative h-[max(22rem,calc(100dvh-19rem))] overflow-y-auto overscroll-contain [contain:strict]"
    >
      {rowsToDraw(seen, total, AROUND, focused && focused.index < total ? focused.index : null).map((index) => {
        const isFocused = focused?.index === index
        const session = sessions[index - offset] ?? (isFocused ? focused.session : undefined)
        const isDrawn = isFocused || (index >= drawn.first - AROUND && index <= drawn.last + AROUND)
        if (!session || !isDrawn) return <RowSkeleton key={index} start={index * rowHeight} />
        return (
          <SessionRow
            key={session.id}
            session={session}
            index={index}
            total={total}
            isDeleting={deleting.has(session.id)}
            start={index * rowHeight}
            {...row}
          />
        )
      })}
      {/* As high as all of them. */}
      <li aria-hidden style={{ height: total * rowHeight }} />
    </ul>
  )
}

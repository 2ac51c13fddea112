import { type RefObject, useLayoutEffect, useRef, useState } from 'react'

/** The first and the last row that are seen, from 0. */
type Rows = { first: number; last: number }

/**
 * Which rows of a list that scrolls by itself are seen. All are of the same height, so it is arithmetic and nothing has to be measured.
 * It is drawn anew only when a row comes into view or leaves it. Where `search` is another, it begins at the top.
 */
export function useRowsInView(scroller: RefObject<HTMLElement | null>, rowHeight: number, search: string): Rows {
  const [rows, setRows] = useState<Rows>({ first: 0, last: 0 })
  const begun = useRef(search)
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    const look = () => {
      const next = rowsSeen(element, rowHeight)
      setRows((before) => (before.first === next.first && before.last === next.last ? before : next))
    }
    if (begun.current !== search) toTop(element)
    begun.current = search
    look()
    const resized = new ResizeObserver(look)
    resized.observe(element)
    element.addEventListener('scroll', look, { passive: true })
    return () => {
      resized.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [rowHeight, scroller, search])
  return rows
}

function rowsSeen({ scrollTop, clientHeight }: HTMLElement, rowHeight: number): Rows {
  return { first: Math.floor(scrollTop / rowHeight), last: Math.floor((scrollTop + clientHeight) / rowHeight) }
}

function toTop(element: HTMLElement): void {
  element.scrollTop = 0
}

/** The places of the rows to draw: those that are seen, some around them, and `kept`, wherever it is. */
export function rowsToDraw({ first, last }: Rows, total: number, around: number, kept: number | null): number[] {
  const from = Math.max(0, first - around)
  const to = Math.min(total - 1, last + around)
  const places = Array.from({ length: Math.max(0, to - from + 1) }, (_, nth) => from + nth)
  if (kept === null || (kept >= from && kept <= to)) return places
  return kept < from ? [kept, ...places] : [...places, kept]
}

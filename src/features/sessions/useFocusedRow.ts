import { type RefObject, useEffect, useState } from 'react'
import type { SessionOverview } from '../../lib/session-overview.ts'

type Place = { index: number; session: SessionOverview }

/**
 * The row that holds the focus, and where it stands: a row that is scrolled out of sight, or past what is read, must not take the focus
 * with it. `sessions` are the rows from `offset` on.
 */
export function useFocusedRow(scroller: RefObject<HTMLElement | null>, sessions: readonly SessionOverview[], offset: number): Place | null {
  const [focused, setFocused] = useState<string | null>(null)
  const [seen, setSeen] = useState<Place | null>(null)
  useEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    const follow = ({ target }: FocusEvent) => {
      const row = target instanceof Element ? target.closest<HTMLElement>('[data-session]') : null
      setFocused(row?.dataset['session'] ?? null)
    }
    const leave = ({ relatedTarget }: FocusEvent) => {
      if (!(relatedTarget instanceof Node && element.contains(relatedTarget))) setFocused(null)
    }
    element.addEventListener('focusin', follow)
    element.addEventListener('focusout', leave)
    return () => {
      element.removeEventListener('focusin', follow)
      element.removeEventListener('focusout', leave)
    }
  }, [scroller])

  if (focused === null) return null
  const at = sessions.findIndex(({ id }) => id === focused)
  const session = sessions[at]
  if (!session) return seen?.session.id === focused ? seen : null
  const place = { index: offset + at, session }
  if (seen?.session !== session || seen.index !== place.index) setSeen(place)
  return place
}

import { type RefObject, useEffect, useState } from 'react'

/** How long what is done stands before it closes itself, milliseconds. */
const STANDS = 2500

/**
 * Closes what is done after a moment, unless somebody is at it: whoever types in `panel`, goes into it with the keyboard or moves the
 * pointer over it reads on for as long as they like. A pointer that merely lies there from before holds nothing.
 */
export function useSelfClosing(panel: RefObject<HTMLElement | null>, isDone: boolean, close: () => void): void {
  const [held, setHeld] = useState(false)
  useEffect(() => {
    const element = panel.current
    if (!isDone || !element) return undefined
    const typing = document.activeElement instanceof HTMLInputElement && element.contains(document.activeElement)
    const by = { focus: typing, pointer: false }
    const say = (change: Partial<typeof by>) => {
      Object.assign(by, change)
      setHeld(by.focus || by.pointer)
    }
    say({})
    const listeners = {
      focusin: () => say({ focus: true }),
      focusout: () => say({ focus: false }),
      pointermove: () => say({ pointer: true }),
      pointerleave: () => say({ pointer: false }),
    }
    for (const [name, listener] of Object.entries(listeners)) element.addEventListener(name, listener)
    return () => {
      for (const [name, listener] of Object.entries(listeners)) element.removeEventListener(name, listener)
    }
  }, [panel, isDone])
  useEffect(() => {
    if (!isDone || held) return undefined
    const timer = setTimeout(close, STANDS)
    return () => clearTimeout(timer)
  }, [isDone, held, close])
}

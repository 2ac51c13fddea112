import { type RefObject, useEffect, useState } from 'react'

/** How long what is done stands before it closes itself, milliseconds. */
const STANDS = 2500

/**
 * Closes what is done after a moment, unless somebody is at it: whoever moves the pointer over `panel` or goes into it with the keyboard
 * or types in it reads on for as long as they like. A pointer or cursor that merely stands there from before holds nothing: who has named
 * the device has the phone in their hand now.
 */
export function useSelfClosing(panel: RefObject<HTMLElement | null>, isDone: boolean, close: () => void): void {
  const [held, setHeld] = useState(false)
  useEffect(() => {
    const element = panel.current
    if (!isDone || !element) return undefined
    const by = { focus: false, pointer: false }
    const say = (change: Partial<typeof by>) => {
      Object.assign(by, change)
      setHeld(by.focus || by.pointer)
    }
    const listeners = {
      focusin: () => say({ focus: true }),
      focusout: () => say({ focus: false }),
      pointermove: () => say({ pointer: true }),
      pointerleave: () => say({ pointer: false }),
      // Whoever types now is at it, wherever the cursor came from.
      input: () => say({ focus: true }),
    }
    for (const [name, listener] of Object.entries(listeners)) element.addEventListener(name, listener)
    return () => {
      for (const [name, listener] of Object.entries(listeners)) element.removeEventListener(name, listener)
      setHeld(false)
    }
  }, [panel, isDone])
  useEffect(() => {
    if (!isDone || held) return undefined
    const timer = setTimeout(close, STANDS)
    return () => clearTimeout(timer)
  }, [isDone, held, close])
}

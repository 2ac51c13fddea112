import { useEffect, useRef } from 'react'

/** However long the page takes to show what it is there for, what is wanted later is fetched after so long, milliseconds. */
const LONGEST_WAIT = 3000

const usable = Promise.withResolvers<void>()

/** The page shows what it is there for. What may be wanted later took nothing from that, and can be fetched from now on. */
export const pageIsUsable: () => void = usable.resolve

/** Fetches parts of the page that will be wanted soon, once the browser has nothing better to do. A part that fails is fetched when it is needed. */
export function useFetchedWhenIdle(...parts: (() => Promise<unknown>)[]): void {
  const wanted = useRef(parts)
  useEffect(() => whenIdle(() => void Promise.allSettled(wanted.current.map((part) => part()))), [])
}

/** Runs `act` when the page is usable and the browser idle, or soon where it cannot say; answers with what takes that back. */
export function whenIdle(act: () => void): () => void {
  let isWanted = true
  const begin = () => {
    if (!isWanted) return
    isWanted = false
    if ('requestIdleCallback' in globalThis) requestIdleCallback(act)
    else setTimeout(act, 200)
  }
  void usable.promise.then(begin)
  const timer = setTimeout(begin, LONGEST_WAIT)
  return () => {
    isWanted = false
    clearTimeout(timer)
  }
}

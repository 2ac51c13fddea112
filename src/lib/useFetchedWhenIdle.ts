import { useEffect, useRef } from 'react'

/** Fetches parts of the page that will be wanted soon, once the browser has nothing better to do. A part that fails is fetched when it is needed. */
export function useFetchedWhenIdle(...parts: (() => Promise<unknown>)[]): void {
  const wanted = useRef(parts)
  useEffect(() => whenIdle(() => void Promise.allSettled(wanted.current.map((part) => part()))), [])
}

/** Runs `act` when the browser is idle, or soon where it cannot say; answers with what takes that back. */
export function whenIdle(act: () => void): () => void {
  if (!('requestIdleCallback' in globalThis)) {
    const timer = setTimeout(act, 200)
    return () => clearTimeout(timer)
  }
  const idle = requestIdleCallback(act)
  return () => cancelIdleCallback(idle)
}

import { useEffect, useSyncExternalStore } from 'react'
import { whenIdle } from './useFetchedWhenIdle.ts'

/** Writes an E.164 number as people of its country write it for others. */
type Format = (e164: string) => string

/** Until the formats of the world's numbers are there, a number is written in one piece. */
const inOnePiece: Format = (e164) => e164
let format = inOnePiece
let fetching: Promise<void> | null = null
const listeners = new Set<() => void>()

/** Fetches how numbers are written, once: a third of the page's size, so it waits until the browser has nothing better to do. */
export function fetchPhoneFormat(): Promise<void> {
  return (fetching ??= import('./phone-format.ts').then(
    (fetched) => {
      format = fetched.formatPhone
      for (const listener of listeners) listener()
    },
    () => {
      fetching = null
    },
  ))
}

/** How phone numbers are written on the page, with their plus; nothing for none. */
export function usePhoneLabel(): (phoneNumber: string | null) => string {
  const now = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => format,
  )
  useEffect(() => whenIdle(() => void fetchPhoneFormat()), [])
  return (phoneNumber) => (phoneNumber ? now(phoneNumber.startsWith('+') ? phoneNumber : `+${phoneNumber}`) : '')
}

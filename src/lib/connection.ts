import type { Query, QueryCache } from '@tanstack/react-query'
import { asFailure, type FailureCode } from './failure.ts'
import { outdatedSince } from './outdated.ts'

/** How long it is said that the connection is back, milliseconds. */
const BACK_STANDS = 4000

/** Whether what the page follows is still answered. `since`: when the oldest of what it shows was read, milliseconds since 1970. */
export type Connection =
  | { kind: 'connected' | 'back' }
  /** The browser has a network again, and nobody has answered yet. */
  | { kind: 'returning' }
  /** The browser has no network. */
  | { kind: 'offline'; since: number | null }
  /** Nobody answers. */
  | { kind: 'silent'; since: number | null }

export type ConnectionWatch = { current: () => Connection; follow: (onChange: () => void) => () => void }

/** A refusal is an answer. */
const ANSWERS: ReadonlySet<FailureCode> = new Set<FailureCode>(['forbidden', 'unauthorized', 'not_found', 'invalid_input'])

/** Judges the connection by what the page polls, and by what the browser says of its network. */
export function watchConnection(cache: QueryCache): ConnectionWatch {
  let current: Connection = { kind: 'connected' }
  let onlineSince = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const followers = new Set<() => void>()

  const show = (next: Connection) => {
    if (JSON.stringify(next) === JSON.stringify(current)) return
    current = next
    clearTimeout(timer)
    if (next.kind === 'back') timer = setTimeout(() => show({ kind: 'connected' }), BACK_STANDS)
    for (const follower of followers) follower()
  }
  const look = () => {
    const polled = cache.getAll().filter(isPolled)
    const read = polled.filter(({ state }) => state.data !== undefined).map(({ state }) => state.dataUpdatedAt)
    if (!navigator.onLine) return show({ kind: 'offline', since: earliest(read) })
    // What failed before there was a network again is no news of it.
    const silent = polled.filter((query) => isSilent(query) && query.state.errorUpdatedAt > onlineSince)
    if (silent.length > 0) return show({ kind: 'silent', since: earliest(silent.flatMap(({ state }) => outdatedSince(state) ?? [])) })
    if (current.kind === 'connected' || current.kind === 'back') return
    const isHeard = polled.every(({ state }) => state.dataUpdatedAt >= onlineSince)
    show({ kind: isHeard ? 'back' : 'returning' })
  }
  const lookOnline = () => {
    onlineSince = Date.now()
    look()
  }
  return {
    current: () => current,
    follow: (onChange) => {
      followers.add(onChange)
      const unsubscribe = cache.subscribe(look)
      window.addEventListener('online', lookOnline)
      window.addEventListener('offline', look)
      look()
      return () => {
        followers.delete(onChange)
        clearTimeout(timer)
        unsubscribe()
        window.removeEventListener('online', lookOnline)
        window.removeEventListener('offline', look)
      }
    },
  }
}

function isPolled(query: Query): boolean {
  return query.isActive() && query.observers.some(({ options }) => Boolean(options.refetchInterval))
}

/** What could never be read says so in its own place, unless something else stands there. */
function isSilent({ state }: Query): boolean {
  if (state.error === null || ANSWERS.has(asFailure(state.error).code)) return false
  return state.data === undefined || outdatedSince(state) !== null
}

function earliest(times: number[]): number | null {
  return times.length > 0 ? Math.min(...times) : null
}

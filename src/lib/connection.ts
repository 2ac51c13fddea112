import type { Query, QueryCache, QueryState } from '@tanstack/react-query'
import { asFailure, type FailureCode } from './failure.ts'
import { OUTDATED_AFTER } from './outdated.ts'

/** How long it is said that the connection is back, milliseconds. */
const BACK_STANDS = 4000

/** Whether what the page follows is still answered. `since`: when anything was read last, milliseconds since 1970. */
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
    const states = cache
      .getAll()
      .filter(isPolled)
      .map(({ state }) => state)
    const readAt = newest(states.map(({ dataUpdatedAt }) => dataUpdatedAt))
    if (!navigator.onLine) return show({ kind: 'offline', since: readAt })
    // A look that fails while others are answered is no silence, and what failed before there was a network again is no news of it.
    const failedAt = newest(states.filter(isUnanswered).map(({ errorUpdatedAt }) => errorUpdatedAt))
    if (failedAt !== null && failedAt > onlineSince && failedAt - (readAt ?? 0) > OUTDATED_AFTER)
      return show({ kind: 'silent', since: readAt })
    if (current.kind === 'connected' || current.kind === 'back') return
    show({ kind: states.length === 0 || (readAt ?? 0) >= onlineSince ? 'back' : 'returning' })
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

function isUnanswered({ error }: QueryState<unknown, unknown>): boolean {
  return error !== null && !ANSWERS.has(asFailure(error).code)
}

/** The newest of some times; 0 is none. */
function newest(times: number[]): number | null {
  return Math.max(0, ...times) || null
}

import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'

/** Sessions that are fetched at once, of those that are wanted. */
const AT_ONCE = 16
/** After so many they begin, while others are still fetched: whoever takes a thousand over has most of them online before it has all. */
const TOLD_AFTER = 32

/** Fetches sessions, each only once at a time. What is here needs no fetching. */
export type Fetching = {
  /** Resolves when it is here: at once, or with the fetch that is under way. Rejects as `fetch` does. */
  now(sessionId: string): Promise<void>
  /** The same of many, a few at a time. Those that fail are for whoever wants them again. */
  soon(sessionIds: readonly string[]): void
  isUnderWay(sessionId: string): boolean
  /** Forgets what waits for its turn, and tells nobody of what is still under way. */
  close(): void
}

type Options = {
  fetch(sessionId: string): Promise<void>
  isHere(sessionId: string): boolean
  /** Some of what was wanted is here: all of it, or enough to begin with. */
  onFetched(): void
  log: Log
}

export function createFetching({ fetch, isHere, onFetched, log }: Options): Fetching {
  const underWay = new Map<string, Promise<void>>()
  const queue: string[] = []
  let busy = 0
  let fetched = 0
  let closed = false

  const now = (id: string): Promise<void> => {
    if (isHere(id)) return Promise.resolve()
    const known = underWay.get(id)
    if (known) return known
    const one = fetch(id).finally(() => underWay.delete(id))
    underWay.set(id, one)
    return one
  }
  const tell = (): void => {
    if (fetched === 0 || closed) return
    fetched = 0
    onFetched()
  }
  const work = async (): Promise<void> => {
    busy += 1
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      const sessionId = id
      await now(sessionId).then(
        () => (fetched += 1),
        (error: unknown) => log.warn({ session: sessionId, error: reasonOf(error) }, 'a session could not be fetched; it is tried again'),
      )
      if (fetched >= TOLD_AFTER) tell()
    }
    busy -= 1
    // What could not be fetched is for the next pass, in its time.
    if (busy === 0) tell()
  }

  return {
    now,
    soon(ids) {
      for (const id of ids) if (!isHere(id) && !underWay.has(id) && !queue.includes(id)) queue.push(id)
      const places = Math.min(AT_ONCE - busy, queue.length)
      for (let place = 0; place < places; place += 1) void work()
    },
    isUnderWay: (id) => underWay.has(id),
    close() {
      closed = true
      queue.length = 0
    },
  }
}

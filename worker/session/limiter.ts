/** Gives out a bounded number of places, first come, first served. */
export type Limiter = {
  /** Calls `run` when there is a place, at once if there is one now. Returns how to leave: the queue, or the place. */
  enter(run: () => void): () => void
}

/** At most `places` at a time: opening a socket costs 35 ms of CPU, and hundreds at once would starve those that are online. */
export function createLimiter(places: number): Limiter {
  let free = places
  const queue: (() => void)[] = []
  const next = (): void => {
    const run = free > 0 ? queue.shift() : undefined
    if (!run) return
    free -= 1
    run()
  }
  return {
    enter(run) {
      let state: 'queued' | 'inside' | 'left' = 'queued'
      const start = (): void => {
        state = 'inside'
        run()
      }
      queue.push(start)
      next()
      return () => {
        if (state === 'queued') queue.splice(queue.indexOf(start), 1)
        if (state === 'inside') {
          free += 1
          queueMicrotask(next)
        }
        state = 'left'
      }
    },
  }
}

import type { Cancel, Clock } from '../clock.ts'

export type Loop = {
  /** Runs now, or right after the run that is under way; resolves with that run's end. */
  now(): Promise<void>
  /** Stops; resolves when the run under way has ended. */
  close(): Promise<void>
}

/** Runs `run` again and again, `pauseMs()` after each end, never twice at once. `run` must not throw. */
export function createLoop(clock: Clock, pauseMs: () => number, run: () => Promise<void>): Loop {
  let cancel: Cancel = () => {}
  let current: Promise<void> | null = null
  let next: Promise<void> | null = null
  let closed = false
  const start = (): Promise<void> => {
    cancel()
    current = run().finally(() => {
      current = null
      if (!closed && !next) cancel = clock.after(pauseMs(), () => void start())
    })
    return current
  }
  return {
    now() {
      if (closed) return Promise.resolve()
      if (!current) return start()
      next ??= current.then(() => {
        next = null
        return closed ? undefined : start()
      })
      return next
    },
    async close() {
      closed = true
      cancel()
      await current
    },
  }
}

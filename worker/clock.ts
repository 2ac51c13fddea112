/** Undoes a timer; harmless when it has fired or was cancelled before. */
export type Cancel = () => void

/**
 * Time and chance, handed in: nothing in the worker reads the clock, sets a timer or rolls a die by itself, so that a simulation
 * can run a year in a second and repeat it.
 */
export type Clock = {
  /** Milliseconds since the epoch. */
  now(): number
  /** Milliseconds since some moment: never set back, and stands still while the machine sleeps. */
  elapsed(): number
  /** Runs once, `ms` milliseconds from now. */
  after(ms: number, run: () => void): Cancel
  /** At least 0, below 1. */
  random(): number
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}

/** The timers of one owner, so that all of them can be cancelled, and counted, at once. */
export type Timers = {
  after(ms: number, run: () => void): Cancel
  /** Cancels what is pending and refuses what comes later; returns how many were pending. */
  close(): number
}

export function createTimers(clock: Clock): Timers {
  const pending = new Set<Cancel>()
  let closed = false
  return {
    after(ms, run) {
      if (closed) return () => {}
      const cancel = clock.after(ms, () => {
        pending.delete(cancel)
        run()
      })
      pending.add(cancel)
      return () => {
        pending.delete(cancel)
        cancel()
      }
    },
    close() {
      closed = true
      const count = pending.size
      for (const cancel of pending) cancel()
      pending.clear()
      return count
    },
  }
}

/** Waits `ms` milliseconds by `clock`. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve))
}

/** ISO 8601 in UTC. */
export function isoTime(clock: Clock): string {
  return new Date(clock.now()).toISOString()
}

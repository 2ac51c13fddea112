import type { Cancel, Clock } from '../../../worker/clock.ts'
import type { Life } from './life.ts'
import type { Random } from './random.ts'

/** When every history begins: an arbitrary noon, milliseconds. */
const BEGINNING = Date.UTC(2026, 10, 22, 12)

/** Time that passes only when it is told to. */
export type SimulatedClock = {
  /** The true time, milliseconds since the epoch. */
  now(): number
  /** A timer of the world, which outlives every worker. */
  after(ms: number, run: () => void): Cancel
  /** What the worker's process sees: its timers end with it, and its wall clock may be wrong. */
  ofLife(life: Life, random: Random): Clock
  /** The wall clock of the worker's machine jumps; timers go on as they were. */
  jump(ms: number): void
  /** Lets time pass: each timer in its order, with everything that follows from it at once. */
  advance(ms: number): Promise<void>
  /** Lets everything happen that needs no time. */
  settle(): Promise<void>
}

/** Whoever lets others be heard gets its turn back when they are done: up to so much later, milliseconds. */
const TURN_MS = 60

type Timer = { due: number; number: number; run: (() => void) | null }

export function createSimulatedClock(): SimulatedClock {
  let time = BEGINNING
  let offset = 0
  let count = 0
  /** The next one last. */
  const timers: Timer[] = []

  const after = (ms: number, run: () => void): Cancel => {
    count += 1
    const timer: Timer = { due: time + Math.max(0, ms), number: count, run }
    let low = 0
    for (let high = timers.length; low < high;) {
      const middle = (low + high) >> 1
      if ((timers[middle]?.due ?? 0) > timer.due) low = middle + 1
      else high = middle
    }
    timers.splice(low, 0, timer)
    return () => void (timer.run = null)
  }
  // Microtasks are all done before the next turn of the event loop begins.
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

  return {
    now: () => time,
    after,
    ofLife: (life, random) => ({
      now: () => time + offset,
      elapsed: () => time,
      after(ms, run) {
        if (!life.isAlive()) return () => {}
        // One that was due while the process was stopped can still be cancelled when it goes on.
        let isCancelled = false
        const cancel = after(ms > 0 ? ms : random.next() * TURN_MS, () => life.run(() => !isCancelled && run()))
        return () => {
          isCancelled = true
          cancel()
        }
      },
      random: random.next,
    }),
    jump: (ms) => void (offset += ms),
    async advance(ms) {
      const end = time + ms
      await settle()
      for (let next = timers.at(-1); next && next.due <= end; next = timers.at(-1)) {
        timers.pop()
        if (!next.run) continue
        time = Math.max(time, next.due)
        next.run()
        await settle()
      }
      time = end
    },
    settle,
  }
}

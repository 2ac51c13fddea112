import type { Cancel, Clock } from '../clock.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'
import { newBootId } from '../session/observations.ts'

/** What is added within this time is sent together, milliseconds. */
const GATHER_MS = 2000
const RETRY_MS = 1000
const RETRY_MAX_MS = 30_000

/** `at`: when it was added, by the clock. */
export type Numbered<T> = T & { sequence: number; at: number }

/**
 * Tells the database things when there is time, as often as it takes, in numbered batches: what is sent again, because an answer was lost,
 * bears the same boot and numbers and is stored once.
 */
export type Batches<T> = {
  /** What is not being sent yet, the oldest first. */
  waiting(): readonly Numbered<T>[]
  add(item: T): void
  /** Takes one out of what waits. */
  drop(index: number): Numbered<T> | undefined
  /** Sends what waits, once; nothing is added any more. Never throws. */
  close(): Promise<void>
}

type Options<T> = {
  clock: Clock
  log: Log
  /** For the log: what waits. */
  what: string
  /** How many are sent together at most. */
  atOnce: number
  store(boot: string, batch: readonly Numbered<T>[]): Promise<void>
  /** What is to be added before a batch is made up. */
  last?: () => readonly T[]
}

export function createBatches<T>({ clock, log, what, atOnce, store, last = () => [] }: Options<T>): Batches<T> {
  const boot = newBootId(clock)
  let waiting: Numbered<T>[] = []
  /** What is being sent: the very same again until it is stored. */
  let batch: Numbered<T>[] = []
  let sequence = 0
  let pause = RETRY_MS
  let isDue = false
  let closed = false
  let cancel: Cancel = () => {}

  const push = (item: T): void => {
    sequence += 1
    waiting.push({ ...item, sequence, at: clock.now() })
  }
  const takeBatch = (): void => {
    for (const item of last()) push(item)
    batch = waiting.slice(0, atOnce)
    waiting = waiting.slice(atOnce)
  }
  const send = async (): Promise<void> => {
    if (batch.length === 0) takeBatch()
    let next = GATHER_MS
    try {
      await store(boot, batch)
      batch = []
      pause = RETRY_MS
    } catch (error) {
      log.debug({ error: reasonOf(error) }, `the database did not take ${what}`)
      next = pause
      pause = Math.min(pause * 2, RETRY_MAX_MS)
    }
    isDue = false
    if (batch.length + waiting.length > 0) schedule(next)
  }
  const schedule = (ms: number): void => {
    if (isDue || closed) return
    isDue = true
    cancel = clock.after(ms, () => void send())
  }

  return {
    waiting: () => waiting,
    add(item) {
      if (closed) return
      push(item)
      schedule(GATHER_MS)
    },
    drop: (index) => waiting.splice(index, 1)[0],
    async close() {
      closed = true
      cancel()
      if (batch.length === 0) takeBatch()
      if (batch.length > 0) {
        await store(boot, batch).catch((error: unknown) => log.debug({ error: reasonOf(error) }, `the last ${what} are lost`))
      }
    },
  }
}

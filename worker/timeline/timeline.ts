import { NOTES_AT_ONCE, NOTES_OF_ONE_SESSION } from '#domain/events.ts'
import type { WorkerDetail, WorkerKind } from '#domain/events.ts'
import type { Cancel, Clock } from '../clock.ts'
import type { Database, Note } from '../database.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'
import { newBootId } from '../session/observations.ts'

/** What is noted within this time is sent together, milliseconds. */
const GATHER_MS = 2000
/** How many notes wait at most: an outage of the database must not fill the memory. */
const MAX_WAITING = 1000
const RETRY_MS = 1000
const RETRY_MAX_MS = 30_000

/**
 * Tells the database why things happen, for the timelines (TIM). It is told when there is time, as often as it takes, and stored once. Of
 * what waits, the newest stay: of one session no more than one call may hold, of all together a thousand; what was dropped is counted.
 */
export type Timeline = {
  note<K extends WorkerKind>(sessionId: string, kind: K, detail: WorkerDetail<K>): void
  /** Sends what waits, once; nothing is noted any more. Never throws. */
  close(): Promise<void>
}

type Waiting = Omit<Note, 'agoMs'> & { at: number }

export function createTimeline({ database, clock, log }: { database: Pick<Database, 'note'>; clock: Clock; log: Log }): Timeline {
  const boot = newBootId(clock)
  const lost = new Map<string, number>()
  let waiting: Waiting[] = []
  /** What is being sent: the very same again until it is stored. */
  let batch: Waiting[] = []
  let sequence = 0
  let pause = RETRY_MS
  let isDue = false
  let closed = false
  let cancel: Cancel = () => {}

  const add = (sessionId: string, kind: WorkerKind, detail: Record<string, unknown>): void => {
    sequence += 1
    waiting.push({ sequence, sessionId, kind, detail, at: clock.now() })
  }
  const drop = (index: number): void => {
    const [dropped] = waiting.splice(index, 1)
    if (dropped) lost.set(dropped.sessionId, (lost.get(dropped.sessionId) ?? 0) + 1)
  }
  const takeBatch = (): void => {
    for (const [sessionId, count] of lost) add(sessionId, 'notes_lost', { lost: count })
    lost.clear()
    batch = waiting.slice(0, NOTES_AT_ONCE)
    waiting = waiting.slice(NOTES_AT_ONCE)
  }
  const store = (): Promise<void> =>
    database.note(
      boot,
      batch.map(({ at, ...note }) => ({ ...note, agoMs: Math.max(0, clock.now() - at) })),
    )

  const send = async (): Promise<void> => {
    if (batch.length === 0) takeBatch()
    let next = GATHER_MS
    try {
      await store()
      batch = []
      pause = RETRY_MS
    } catch (error) {
      log.debug({ error: reasonOf(error) }, 'the database did not take notes')
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
    note(sessionId, kind, detail) {
      if (closed) return
      const own = waiting.filter((note) => note.sessionId === sessionId)
      // One place is kept for the count of what is lost.
      if (own.length >= NOTES_OF_ONE_SESSION - 1) drop(waiting.indexOf(own[0] as Waiting))
      else if (waiting.length >= MAX_WAITING) drop(0)
      add(sessionId, kind, detail)
      schedule(GATHER_MS)
    },
    async close() {
      closed = true
      cancel()
      if (batch.length === 0) takeBatch()
      if (batch.length > 0) await store().catch((error: unknown) => log.debug({ error: reasonOf(error) }, 'the last notes are lost'))
    },
  }
}

import { NOTES_AT_ONCE, NOTES_OF_ONE_SESSION } from '#domain/events.ts'
import type { WorkerDetail, WorkerKind } from '#domain/events.ts'
import type { Clock } from '../clock.ts'
import type { Database, Note } from '../database.ts'
import type { Log } from '../log.ts'
import { createBatches } from './batches.ts'

/** How many notes wait at most: an outage of the database must not fill the memory. */
const MAX_WAITING = 1000

/**
 * Tells the database why things happen, for the timelines (TIM). It is told when there is time, as often as it takes, and stored once. Of
 * what waits, the newest stay: of one session no more than one call may hold, of all together a thousand; what was dropped is counted.
 */
export type Timeline = {
  note<K extends WorkerKind>(sessionId: string, kind: K, detail: WorkerDetail<K>): void
  /** Sends what waits, once; nothing is noted any more. Never throws. */
  close(): Promise<void>
}

type Cause = Omit<Note, 'agoMs' | 'sequence'>

export function createTimeline({ database, clock, log }: { database: Pick<Database, 'note'>; clock: Clock; log: Log }): Timeline {
  const lost = new Map<string, number>()
  const batches = createBatches<Cause>({
    clock,
    log,
    what: 'notes',
    atOnce: NOTES_AT_ONCE,
    store: (boot, batch) =>
      database.note(
        boot,
        batch.map(({ at, ...note }) => ({ ...note, agoMs: Math.max(0, clock.now() - at) })),
      ),
    last() {
      const counts = Array.from(lost, ([sessionId, count]): Cause => ({ sessionId, kind: 'notes_lost', detail: { lost: count } }))
      lost.clear()
      return counts
    },
  })
  const drop = (index: number): void => {
    const dropped = batches.drop(index)
    if (dropped) lost.set(dropped.sessionId, (lost.get(dropped.sessionId) ?? 0) + 1)
  }

  return {
    note(sessionId, kind, detail) {
      const waiting = batches.waiting()
      const own = waiting.flatMap((note, index) => (note.sessionId === sessionId ? [index] : []))
      // One place is kept for the count of what is lost.
      if (own.length >= NOTES_OF_ONE_SESSION - 1) drop(own[0] ?? 0)
      else if (waiting.length >= MAX_WAITING) drop(0)
      batches.add({ sessionId, kind, detail })
    },
    close: () => batches.close(),
  }
}

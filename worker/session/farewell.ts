import type { ClearOrder } from '#domain/clearance.ts'
import type { StatusReason } from '#domain/reasons.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../database.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'
import type { Quarantine } from '../store/quarantine.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { untilAnswered } from '../until-answered.ts'
import type { Entry } from './entries.ts'
import type { Observations } from './observations.ts'

type Options = {
  database: Database
  clock: Clock
  log: Log
  quarantine: Quarantine
  observations: Observations
  timeline: Timeline
  changed(entry: Entry): void
  isClosed(): boolean
  look(sessionId: string): void
  clear(order: ClearOrder, gone: boolean): void
}

/** How a link ends that nobody here ended: the database is told, and makes an order of it (CLR-9). Neither call ever throws. */
export function createFarewell({ database, clock, log, quarantine, observations, timeline, changed, isClosed, look, clear }: Options) {
  /** Tells the database that a link is gone, until it answers, and carries out the order that it makes of that. */
  const leave = async (entry: Entry, generation: number, reason: StatusReason): Promise<void> => {
    if (entry.leaving) return
    const mine = {}
    entry.leaving = mine
    // Somebody else may have had the session meanwhile: what was seen before is not said by a later lease (FLT-5).
    const isOver = (): boolean => isClosed() || entry.leaving !== mine
    observations.drop(entry.id, generation)
    const order = await untilAnswered(clock, log, isOver, () => database.unlinked(entry.id, generation, reason))
    if (isOver()) return
    entry.leaving = null
    changed(entry)
    if (order) clear(order, reason === 'unlinked_from_phone')
    look(entry.id)
  }

  /** The same for credentials that are lost or damaged, which are set aside first: the order that follows erases them there, too. */
  const reportDamaged = async (
    entry: Entry,
    generation: number,
    reason: string,
    word: StatusReason = 'credentials_damaged',
  ): Promise<void> => {
    log.error({ session: entry.id, generation, reason }, 'the credentials are lost or damaged')
    timeline.note(entry.id, 'credentials_damaged', { reason })
    try {
      quarantine.take(entry.id, null, reason)
    } catch (error) {
      // A disk that refuses must not end the worker: what is damaged is never started, and is erased where it lies.
      log.error({ session: entry.id, error: reasonOf(error) }, 'damaged credentials could not be set aside')
    }
    changed(entry)
    await leave(entry, generation, word)
  }

  return { leave, reportDamaged }
}

import type { Look } from '#domain/snapshot.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'
import type { Quarantine } from '../store/quarantine.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { Inventory, Stray } from './facts.ts'
import { inspectSession, takeInventory } from './inventory.ts'
import type { DatabaseView, Sources } from './inventory.ts'
import { judgeSession } from './judge.ts'
import { plan } from './plan.ts'
import type { Finding, Plan } from './plan.ts'

/** How many files of credentials one pass opens, so that a thousand of them stop the event loop for no longer than a moment. */
const FILES_PER_PASS = 25
/** The same for somebody who asks. */
const FILES_PER_LOOK = 500

export type Survey = Plan & { inventory: Inventory }

/** Looks, and changes nothing. `files`: how many files of credentials may be opened for that. `odd`: what else to tell. Throws where a folder cannot be listed. */
export function survey(sources: Sources, database: DatabaseView, files = FILES_PER_LOOK, odd: readonly Stray[] = []): Survey {
  sources.stored.allow(files)
  const { sessions, strays } = takeInventory(sources, database)
  const inventory = { sessions, strays: [...strays, ...odd] }
  return { inventory, ...plan(inventory, sources.isClaimed()) }
}

/**
 * Compares database, disk, memory and tombstones, and sets aside what is nobody's once a second read by id says so, too (FOL-8, FOL-13).
 * Returns what it moved. Throws what that read throws; a disk that refuses is logged.
 */
export type Reconcile = (database: NonNullable<DatabaseView>) => Promise<Finding[]>

type Options = {
  sources: Sources
  quarantine: Quarantine
  timeline: Pick<Timeline, 'note'>
  log: Log
  /** Reads one session of the database anew. */
  look(sessionId: string): Promise<Look>
  /** To be taken before a read; and whether a session changed here since (FOL-6). */
  mark(): number
  changedSince(sessionId: string, mark: number): boolean
  /** How many files of credentials a pass may open. */
  files?: number
}

export function createReconciler({
  sources,
  quarantine,
  timeline,
  log,
  look,
  mark,
  changedSince,
  files = FILES_PER_PASS,
}: Options): Reconcile {
  let lastAlarm: string | null = null
  const { memory, vault } = sources

  const move = ({ sessionId, place, generation, item, reason }: Finding): boolean => {
    if (sessionId === null) return false
    switch (place) {
      case 'credentials':
        return quarantine.take(sessionId, generation, reason)
      case 'backup':
        return item !== null && quarantine.takeBackup(sessionId, item, generation, reason)
      case 'outbox':
        return quarantine.takeOutbox(sessionId, generation, reason)
      case 'key':
        return vault.discard(sessionId, generation)
      default:
        return false
    }
  }

  /** What was planned from a list is done only where a fresh look at this one session, database and disk, comes to the same. */
  const settle = async (sessionId: string): Promise<Finding[]> => {
    const before = mark()
    const { session: row, orders } = await look(sessionId)
    try {
      // From here to the last move nothing can come between.
      const facts = inspectSession(sources, sessionId, { row, orders, isHearsay: changedSince(sessionId, before) })
      const moved = judgeSession(facts).filter((finding) => isDone(finding) && move(finding))
      if (moved.length > 0) memory.touched(sessionId)
      for (const { place, finding, generation, reason } of moved) {
        log.warn({ session: sessionId, place, finding, generation, reason }, place === 'key' ? 'discarded' : 'set aside in quarantine')
        // A key that opens nothing is no news to anybody who looks at a session.
        if (place !== 'key') timeline.note(sessionId, 'set_aside', { place, reason })
      }
      return moved
    } catch (error) {
      // A disk that refuses one move must not keep the others from being followed.
      log.error({ session: sessionId, error: reasonOf(error) }, 'it could not be set aside')
      return []
    }
  }

  const orphansIn = (database: DatabaseView): string[] => {
    try {
      const { alarm, findings } = survey(sources, database, files)
      if (alarm !== null && alarm !== lastAlarm) log.error({}, `ALARM: ${alarm}`)
      lastAlarm = alarm
      const ids = findings.flatMap((finding) => (isDone(finding) && finding.sessionId !== null ? [finding.sessionId] : []))
      return [...new Set(ids)]
    } catch (error) {
      log.error({ error: reasonOf(error) }, 'the data folder cannot be compared with the database')
      return []
    }
  }

  return async (database) => {
    const moved: Finding[] = []
    for (const id of orphansIn(database)) moved.push(...(await settle(id)))
    return moved
  }
}

/** What a pass does itself. */
function isDone({ action }: Finding): boolean {
  return action === 'quarantine' || action === 'discard'
}

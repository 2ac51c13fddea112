import type { Look } from '#domain/snapshot.ts'
import type { Log } from '../log.ts'
import type { Quarantine } from '../store/quarantine.ts'

/** How many sessions one pass asks about. */
const LOOKS_PER_PASS = 25

type Options = { quarantine: Quarantine; log: Log; look(sessionId: string): Promise<Look> }

/**
 * What an old copy of the data folder brings back is set aside like any other generation; where a completed order had cleared that
 * generation, the order erases it again (CLR-12). Each entry is asked about once in a process's life: what comes later has a new name.
 */
export function createClearedSweep({ quarantine, log, look }: Options): () => Promise<void> {
  const asked = new Set<string>()
  return async () => {
    const entries = quarantine.entries()
    const names = new Set(entries.map(({ name }) => name))
    for (const name of asked) if (!names.has(name)) asked.delete(name)
    const fresh = entries.filter(({ name, why }) => !asked.has(name) && why !== null && why.generation !== null)
    const ids = [...new Set(fresh.map(({ sessionId }) => sessionId))].slice(0, LOOKS_PER_PASS)
    for (const id of ids) {
      const { cleared_generation: cleared } = await look(id)
      const erased = cleared === null ? 0 : quarantine.eraseKnown(id, cleared)
      if (erased > 0) log.warn({ session: id, erased, cleared }, 'an old copy brought back what had been cleared: erased again')
      for (const { name, sessionId } of fresh) if (sessionId === id) asked.add(name)
    }
  }
}

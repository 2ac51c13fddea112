import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'
import { keyFileIds } from '../seal/key-files.ts'
import { inspectCredentials } from '../store/credential-store.ts'
import type { Ledger } from '../store/ledger.ts'
import { eraseAgain } from './erase.ts'
import type { Places } from './erase.ts'

/**
 * Erases what lies in the data folder although the ledger says that it was cleared: an old copy brought it back (LED-3). Before anything
 * starts, and without the database, which may be as old. What is damaged or cannot be read may be newer and is left for the orders; it is
 * never started. Returns of which sessions something was erased.
 */
export function eraseBroughtBack(places: Places, ledger: Pick<Ledger, 'clearedUpTo'>, log: Log): string[] {
  const { data, vault, quarantine, maxPages } = places
  const erased: string[] = []
  for (const id of idsIn(places)) {
    const max = ledger.clearedUpTo(id)
    if (max === 0) continue
    try {
      const found = inspectCredentials(data.session(id), { disk: data.disk, vault, sessionId: id, maxPages })
      const isCovered = found.state === 'whole' && found.generation <= max
      const isThere =
        isCovered ||
        vault.keysOf(id)?.some(({ generation }) => generation <= max) === true ||
        places.backups.measure(id, max).files > 0 ||
        places.outbox.measure(id, max) > 0 ||
        quarantine.entries().some(({ sessionId, why }) => sessionId === id && (why?.generation ?? Infinity) <= max)
      if (!isThere) continue
      eraseAgain({ session_id: id, max_generation: max }, places, isCovered)
      erased.push(id)
    } catch (error) {
      log.error({ session: id, error: reasonOf(error) }, 'what an old copy brought back cannot be erased yet: it is not started')
    }
  }
  if (erased.length > 0) log.warn({ sessions: erased }, 'an old copy brought back what had been cleared: erased again')
  return erased
}

function idsIn({ data, quarantine }: Places): Set<string> {
  const asides = quarantine.entries().map(({ sessionId }) => sessionId)
  return new Set([...data.sessionIds(), ...data.backedUpIds(), ...data.outboxIds(), ...keyFileIds(data.disk, data.keys), ...asides])
}

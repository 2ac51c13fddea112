import { join } from 'node:path'
import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'
import { keyFileIds } from '../seal/key-files.ts'
import { inspectCredentials } from '../store/credential-store.ts'
import type { Ledger } from '../store/ledger.ts'
import { NAMES_FILE, generationOfNames } from '../store/names.ts'
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
      // Without a key of what was cleared nothing of it opens. So of thousands of sessions that were linked anew no file is opened.
      if (vault.seals && vault.keysOf(id)?.every(({ generation }) => generation > max)) continue
      const isOld = (folder: string): boolean => {
        const found = inspectCredentials(folder, { disk: data.disk, vault, sessionId: id, maxPages })
        return found.state === 'whole' && found.generation <= max
      }
      const isCovered = isOld(data.session(id))
      // Beside credentials that nobody can read and that may be newer, names may be known to be old.
      const hasOldNames = !isCovered && (generationOfNames(data.disk, data.session(id)) ?? Infinity) <= max
      const isThere =
        isCovered ||
        hasOldNames ||
        vault.keysOf(id)?.some(({ generation }) => generation <= max) === true ||
        data.disk.names(data.backups(id)).some((name) => isOld(join(data.backups(id), name))) ||
        places.outbox.measure(id, max) > 0 ||
        quarantine.entries().some(({ sessionId, why }) => sessionId === id && (why?.generation ?? Infinity) <= max)
      if (!isThere) continue
      if (hasOldNames) data.erase(join(data.session(id), NAMES_FILE))
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

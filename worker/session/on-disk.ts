import type { Log } from '../log.ts'
import { StorageError, inspectCredentials } from '../store/credential-store.ts'
import type { Found } from '../store/credential-store.ts'
import type { DataFolder } from '../store/data-folder.ts'
import type { Quarantine } from '../store/quarantine.ts'
import type { Entry } from './entries.ts'

type Options = { data: DataFolder; quarantine: Quarantine; log: Log; maxPages: number }

/**
 * What lies on disk for a row's generation while nothing runs; read once until something changes. A folder of another generation is set
 * aside, never started (FEN-3). Throws `StorageError` where the system refuses to read, which says nothing about what is there.
 */
export function onDisk(entry: Entry, generation: number, { data, quarantine, log, maxPages }: Options): Found {
  const found = (entry.found ??= inspectCredentials(data.session(entry.id), { disk: data.disk, sessionId: entry.id, maxPages }))
  if (found.state === 'unreadable') {
    entry.found = null
    throw new StorageError('failed', found.reason)
  }
  if (found.state !== 'whole' || found.generation === generation) return found
  quarantine.take(entry.id, found.generation, `of generation ${found.generation}, but the row is of generation ${generation}`)
  log.warn({ session: entry.id, found: found.generation, wanted: generation }, 'a folder of another generation was quarantined')
  return (entry.found = { state: 'absent' })
}

import type { SessionIntent } from '#domain/snapshot.ts'
import type { Log } from '../log.ts'
import type { Vault } from '../seal/vault.ts'
import type { Backups } from '../store/backups.ts'
import { inspectCredentials } from '../store/credential-store.ts'
import type { Found } from '../store/credential-store.ts'
import type { DataFolder } from '../store/data-folder.ts'
import type { NamesFile } from '../store/names.ts'
import type { Quarantine } from '../store/quarantine.ts'
import { StorageError } from '../store/storage-error.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { Tombstones } from '../store/tombstones.ts'
import type { Entry } from './entries.ts'
import { recover } from './recover.ts'

type Options = {
  data: DataFolder
  vault: Vault
  quarantine: Quarantine
  backups: Backups
  names: NamesFile
  timeline: Timeline
  tombstones: Tombstones
  log: Log
  maxPages: number
}

/**
 * What lies on disk for a row's generation while nothing runs; read once until something changes. A folder of another generation counts
 * as absent and is never started (FEN-3); it is set aside by whoever needs its place, else by a pass, which sees whether it is one of too
 * many (FOL-8). A backup may take the place of what a linked row misses (BAK-2). Throws `StorageError` where the system
 * refuses to read, which says nothing about what is there.
 */
export function onDisk(entry: Entry, row: SessionIntent, options: Options): Found {
  const { data, vault, maxPages } = options
  const inspect = (): Found => {
    const found = inspectCredentials(data.session(entry.id), { disk: data.disk, vault, sessionId: entry.id, maxPages })
    if (found.state === 'unreadable') throw new StorageError('failed', found.reason)
    return found
  }
  entry.found ??= inspect()
  const mine = (found: Found): Found => (isOther(found, row) ? { state: 'absent' } : found)
  const makeRoom = (): void => setAsideOther(entry, row, options)
  if (recover(entry, row, mine(entry.found), { ...options, makeRoom })) entry.found = inspect()
  return mine(entry.found)
}

/** Moves a folder of another generation than the row's out of the way. */
export function setAsideOther(entry: Entry, row: SessionIntent, { quarantine, log }: Pick<Options, 'quarantine' | 'log'>): void {
  if (!entry.found || !isOther(entry.found, row)) return
  const { generation } = entry.found
  quarantine.take(entry.id, generation, `of generation ${generation}, but the row is of generation ${row.generation}`)
  log.warn({ session: entry.id, found: generation, wanted: row.generation }, 'a folder of another generation was quarantined')
  entry.found = { state: 'absent' }
}

function isOther(found: Found, row: SessionIntent): found is Extract<Found, { state: 'whole' }> {
  return found.state === 'whole' && found.generation !== row.generation
}

import { IS_LINKED } from '#domain/session.ts'
import type { SessionIntent } from '#domain/snapshot.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'
import type { Backups } from '../store/backups.ts'
import type { Found } from '../store/credential-store.ts'
import type { NamesFile } from '../store/names.ts'
import type { Quarantine } from '../store/quarantine.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { Tombstones } from '../store/tombstones.ts'
import type { Entry } from './entries.ts'

/** How often one link is restored in a process's life without having been online since: a disk that damages all it is given is no place. */
const MAX_RESTORES = 3

type Options = {
  backups: Backups
  names: NamesFile
  timeline: Timeline
  quarantine: Quarantine
  tombstones: Tombstones
  log: Log
  makeRoom(): void
}

/**
 * Puts a backup in the place of a linked row's credentials that are missing, damaged or were never finished (BAK-2). What is damaged is
 * set aside first; `makeRoom` does that for a folder of another generation. A tombstone always beats a backup, and so does another
 * generation (BAK-3). Returns whether there is something new to look at. Throws `StorageError` when the disk refuses.
 */
export function recover(
  entry: Entry,
  row: SessionIntent,
  found: Found,
  { backups, names, timeline, quarantine, tombstones, log, makeRoom }: Options,
): boolean {
  if (!IS_LINKED[row.status] || (found.state === 'whole' && found.linked) || found.state === 'unreadable') return false
  if (tombstones.forbids(row.id, row.generation) || entry.restores >= MAX_RESTORES) return false
  if (backups.of(row.id, row.generation).length === 0) return false
  const why = found.state === 'damaged' ? found.reason : 'pairing was never finished'
  const putNamesBack = carryNames(row, names, log)
  // Damaged as it is, it can only be of the link that the row and its backup are of.
  if (found.state !== 'absent')
    quarantine.take(row.id, found.state === 'whole' ? found.generation : row.generation, `${why}; a backup took its place`)
  else makeRoom()
  const from = backups.restore(row.id, row.generation)
  if (from === null) return found.state !== 'absent'
  putNamesBack()
  entry.restores += 1
  timeline.note(row.id, 'backup_restored', { from })
  log.warn({ session: row.id, generation: row.generation, backup: from, found: found.state }, 'credentials were restored from a backup')
  return true
}

/** The phone tells groups and contacts only once: those of the same link survive a new folder. Returns how to put them into that. */
function carryNames({ id, generation }: SessionIntent, names: NamesFile, log: Log): () => void {
  const trying = <T>(work: () => T): T | null => {
    try {
      return work()
    } catch (error) {
      log.warn({ session: id, error: reasonOf(error) }, 'names were lost beside damaged credentials')
      return null
    }
  }
  const kept = trying(() => names.read(id, generation))
  return () => {
    if (kept && (kept.groupsAt !== null || kept.contactsAt !== null)) trying(() => names.write(id, kept))
  }
}

import { existsSync, readFileSync } from 'node:fs'
import { readInstance } from '../../worker/store/data-folder.ts'
import { systemDisk } from '../../worker/store/disk.ts'
import { diskBelow } from '../../worker/store/folder-disk.ts'
import { LEDGER } from '../../worker/store/ledger.ts'
import { StartError } from '../stack/start-error.ts'
import { writeArchive } from './archive.ts'
import type { Entry } from './archive.ts'
import { collect } from './collect.ts'
import type { Tally } from './collect.ts'

/** `ledger`: where the worker writes down what was cleared. `unsealed`: credentials in the clear may be copied, too. */
export type BackupOptions = { folder: string; to: string; ledger: string; unsealed: boolean; now: () => Date }

/**
 * Copies what a data folder needs to live again into one file, while a worker runs on it or not. Throws `StartError` where there is no data
 * folder, and where something would be copied that opens without a master key.
 */
export function backUpFolder({ folder, to, ledger, unsealed, now }: BackupOptions): Tally {
  const disk = diskBelow(folder, systemDisk)
  const instance = readInstance(disk, folder)
  if (!instance) throw new StartError(`${folder} is no worker's data folder: there is no instance.json in it.`)
  const tally: Tally = { sessions: [], without: [], inTheClear: [] }
  const takenAt = now().toISOString()
  function* entries(): Generator<Entry> {
    // First of all: what is cleared while the rest is read must not count as known to this backup.
    if (existsSync(ledger)) yield { path: LEDGER, session: null, generation: null, bytes: readFileSync(ledger) }
    for (const entry of collect(disk, folder, tally)) {
      if (tally.inTheClear.length > 0 && !unsealed) {
        throw new StartError(
          'Credentials in this folder lie in the clear: whoever has the backup could use them. Give the worker a master key, or say --unsealed.',
        )
      }
      yield entry
    }
  }
  writeArchive(to, entries(), () => ({
    takenAt,
    realm: instance.realm,
    instanceId: instance.instance_id,
    sealed: tally.inTheClear.length === 0,
  }))
  return tally
}

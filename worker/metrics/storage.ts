import { Counter } from 'prom-client'
import type { Registry } from 'prom-client'
import { placesOf } from '../store/data-folder.ts'
import type { Disk } from '../store/disk.ts'
import { asStorageError } from '../store/storage-error.ts'
import type { StorageError } from '../store/storage-error.ts'
import { readGauge } from './read-gauge.ts'
import { watchCalls } from './watch-calls.ts'

const KINDS: Record<StorageError['kind'], true> = { full: true, damaged: true, failed: true }

/** The data folder: what it refuses, and how much lies in it that waits for something. The folders are listed when somebody asks. */
export function createStorageMetrics(registry: Registry) {
  const registers = [registry]
  const failures = new Counter({
    name: 'latchkey_storage_failures_total',
    help: 'What the disk, or a credential file on it, refused. One trouble may count more than once.',
    labelNames: ['kind'] as const,
    registers,
  })
  const backups = new Counter({
    name: 'latchkey_backups_total',
    help: 'Backups of credentials that were due.',
    labelNames: ['result'] as const,
    registers,
  })
  for (const kind of Object.keys(KINDS)) failures.inc({ kind }, 0)
  for (const result of ['made', 'failed']) backups.inc({ result }, 0)
  const failed = (error: unknown): void => failures.inc({ kind: asStorageError(error).kind })

  return {
    failed,
    backupEnded: (succeeded: boolean): void => backups.inc({ result: succeeded ? 'made' : 'failed' }),
    watch: (disk: Disk): Disk =>
      watchCalls(disk, (_call, _args, run) => {
        try {
          return run()
        } catch (error) {
          failed(error)
          throw error
        }
      }),
    /** `disk`: the one that is not watched, lest asking counts. A folder that cannot be read has no number. */
    follow(disk: Disk, root: string): void {
      const { tombstones, quarantine, outboxes } = placesOf(root)
      const gaugeOf = (name: string, help: string, folder: string): void => readGauge(registry, name, help, () => countOf(disk, folder))
      gaugeOf('latchkey_tombstones', 'Orders to stay gone that are on disk: clears without a receipt in the database.', tombstones)
      gaugeOf('latchkey_quarantine_entries', 'Things that were set aside with their reason.', quarantine)
      gaugeOf('latchkey_outbox_sessions', 'Sessions with texts in their queue.', outboxes)
    },
  }
}

function countOf(disk: Disk, folder: string): number {
  try {
    return disk.names(folder).filter((name) => !name.endsWith('.tmp')).length
  } catch {
    return Number.NaN
  }
}

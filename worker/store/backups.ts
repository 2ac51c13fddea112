import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Vault } from '../seal/vault.ts'
import { buildFile, contentsOf, openFile } from './credential-file.ts'
import type { Contents, StoreOptions } from './credential-file.ts'
import { inspectCredentials } from './credential-store.ts'
import type { DataFolder } from './data-folder.ts'
import { addSizes, removeDurably, sizeOf } from './durable-file.ts'
import type { Size } from './durable-file.ts'
import { StorageError } from './storage-error.ts'

/** How many snapshots of a session are kept. */
const KEPT = 2

/**
 * What a snapshot leaves out: ratchets. One that went back in time would use message keys again, which the other side drops as doubles;
 * without one, both sides agree on a new one with the next message.
 */
const RATCHETS = new Set(['session', 'sender-key', 'sender-key-memory'])

/**
 * Snapshots of a session's healthy credentials, for the day when the live ones are missing or damaged. A clear erases those up to its
 * generation; a damaged one counts as covered. What the system refuses to read may be newer, so that is thrown (CLR-8).
 */
export type Backups = {
  /** When the newest one was made, milliseconds since the epoch, by its name; `null`: there is none. */
  newestAt(sessionId: string): number | null
  /** Names of the whole, linked snapshots of this generation, the newest first. */
  of(sessionId: string, generation: number): string[]
  /** Stores a snapshot, then drops the oldest. Throws `StorageError`; the older ones stay then. */
  save(sessionId: string, contents: Contents): void
  /** Puts the newest whole, linked snapshot of this generation in the place of credentials that are not there. Returns when it was made. */
  restore(sessionId: string, generation: number): string | null
  /** What a clear up to `maxGeneration` would erase, and how many snapshots that are. */
  measure(sessionId: string, maxGeneration: number): Size & { snapshots: number }
  erase(sessionId: string, maxGeneration: number): void
}

export function openBackups(data: DataFolder, vault: Vault, clock: Clock, maxPages: number): Backups {
  const { disk } = data
  const optionsFor = (sessionId: string) => ({ disk, vault, sessionId, maxPages })
  const all = (sessionId: string): string[] => disk.names(data.backups(sessionId)).map((name) => join(data.backups(sessionId), name))
  const covered = (sessionId: string, maxGeneration: number): string[] =>
    all(sessionId).filter((backup) => {
      const found = inspectCredentials(backup, optionsFor(sessionId))
      if (found.state === 'unreadable') throw new StorageError('failed', `a backup cannot be read, it may be newer: ${found.reason}`)
      return found.state !== 'whole' || found.generation <= maxGeneration
    })
  const newestAt = (sessionId: string): number | null => timeOf(disk.names(data.backups(sessionId)).at(-1) ?? '')
  const usable = (sessionId: string, generation: number): string[] =>
    disk
      .names(data.backups(sessionId))
      .toReversed()
      .filter((name) => {
        const found = inspectCredentials(join(data.backups(sessionId), name), optionsFor(sessionId))
        return found.state === 'whole' && found.linked && found.generation === generation
      })

  return {
    newestAt,
    of: usable,
    save(sessionId, contents) {
      const folder = data.backups(sessionId)
      if (!disk.stat(folder)) {
        disk.makeFolder(folder)
        disk.sync(join(folder, '..'))
      }
      // A clock that went back must not make a new snapshot look older than the last.
      const at = Math.max(clock.now(), (newestAt(sessionId) ?? 0) + 1)
      const keys = contents.keys.filter(({ type }) => !RATCHETS.has(type))
      buildFile(join(folder, nameOf(at)), { ...contents, keys }, optionsFor(sessionId), join(data.sessions, `.new-backup-${sessionId}`))
      for (const old of all(sessionId).slice(0, -KEPT)) data.erase(old)
    },
    restore(sessionId, generation) {
      const options = optionsFor(sessionId)
      const [newest] = usable(sessionId, generation)
      if (newest === undefined) return null
      buildFile(
        data.session(sessionId),
        readContents(join(data.backups(sessionId), newest), options),
        options,
        join(data.sessions, `.new-${sessionId}`),
      )
      return newest
    },
    measure(sessionId, maxGeneration) {
      const snapshots = covered(sessionId, maxGeneration)
      const size = snapshots.map((backup) => sizeOf(disk, backup)).reduce(addSizes, { files: 0, bytes: 0 })
      return { ...size, snapshots: snapshots.length }
    },
    erase(sessionId, maxGeneration) {
      for (const backup of covered(sessionId, maxGeneration)) data.erase(backup)
      const folder = data.backups(sessionId)
      // A name that is no text can neither be looked at nor moved: it goes with the folder.
      if (disk.stat(folder) && all(sessionId).every((left) => disk.stat(left) === null)) removeDurably(disk, folder)
    },
  }
}

function readContents(backup: string, options: StoreOptions): Contents {
  const { database, cipher } = openFile(backup, options)
  try {
    return contentsOf(database, cipher)
  } finally {
    cipher.drop()
    database.close()
  }
}

/** ISO 8601 without colons, which some file systems refuse: sorts by time. */
function nameOf(at: number): string {
  return new Date(at).toISOString().replaceAll(':', '-')
}

function timeOf(name: string): number | null {
  const at = Date.parse(name.replace(/T(\d\d)-(\d\d)-/, 'T$1:$2:'))
  return Number.isNaN(at) ? null : at
}

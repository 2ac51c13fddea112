import { join } from 'node:path'
import * as z from 'zod'
import { SessionId } from '#domain/session.ts'
import type { DataPlaces } from '../store/data-folder.ts'
import type { Disk } from '../store/disk.ts'
import { removeDurably, writeDurably } from '../store/durable-file.ts'
import { asStorageError } from '../store/storage-error.ts'

/** The key of one generation of a session, wrapped. `masterKey`: the id of the key that opens it. */
export const WrappedKey = z.object({
  generation: z.int().min(1),
  masterKey: z.string().regex(/^[0-9a-f]{16}$/),
  wrapped: z.base64().min(1),
})
export type WrappedKey = z.infer<typeof WrappedKey>
const KeyFile = z.object({ version: z.literal(1), keys: z.array(WrappedKey).min(1) })

/** `keys: null`: there is a file, but nobody can make anything of it. */
export type Kept = { keys: readonly WrappedKey[] | null }

/**
 * The wrapped keys of each session: one small file, apart from all that they open, so that a clear destroys the keys in one durable step
 * and no copy of what is sealed carries its key along.
 */
export type KeyFiles = {
  /** Sessions that have a file. */
  ids(): string[]
  /** None where there is no file. Throws `StorageError` where the system refuses. */
  read(sessionId: string): Kept
  /** Durable when it returns; no keys, no file. */
  write(sessionId: string, keys: readonly WrappedKey[]): void
  /** Makes durable what a write did and the disk refused to sync: until then no key counts as written or destroyed. Throws `StorageError`. */
  finish(): void
  /** Removes what a write that was interrupted left of one session: it may hold a key that is to be destroyed. Durable after `finish`. */
  tidyOf(sessionId: string): void
  /** The same of all sessions, durable when it returns. */
  tidy(): void
}

export function openKeyFiles(disk: Disk, places: Pick<DataPlaces, 'keys' | 'keyFile'>): KeyFiles {
  let isUnsynced = false
  return {
    ids: () => keyFileIds(disk, places.keys),
    read(sessionId) {
      let text: string | null
      try {
        text = disk.read(places.keyFile(sessionId))
      } catch (error) {
        throw asStorageError(error)
      }
      if (text === null) return { keys: [] }
      try {
        return { keys: KeyFile.parse(JSON.parse(text)).keys }
      } catch {
        return { keys: null }
      }
    },
    write(sessionId, keys) {
      const path = places.keyFile(sessionId)
      try {
        isUnsynced = true
        if (keys.length > 0) writeDurably(disk, path, JSON.stringify({ version: 1, keys: [...keys] } satisfies z.infer<typeof KeyFile>))
        else {
          disk.remove(`${path}.tmp`)
          removeDurably(disk, path)
        }
        isUnsynced = false
      } catch (error) {
        throw asStorageError(error)
      }
    },
    finish() {
      if (!isUnsynced) return
      try {
        disk.sync(places.keys)
      } catch (error) {
        throw asStorageError(error)
      }
      isUnsynced = false
    },
    tidyOf(sessionId) {
      const aside = `${places.keyFile(sessionId)}.tmp`
      try {
        if (!disk.stat(aside)) return
        isUnsynced = true
        disk.remove(aside)
      } catch (error) {
        throw asStorageError(error)
      }
    },
    tidy() {
      for (const name of disk.names(places.keys)) if (name.endsWith('.tmp')) disk.remove(join(places.keys, name))
      // In any case: what a killed process destroyed may not be destroyed on the disk.
      disk.sync(places.keys)
    },
  }
}

/** Sessions that have a file of keys; looking makes nothing. */
export function keyFileIds(disk: Disk, folder: string): string[] {
  return disk.names(folder).flatMap((name) => {
    const id = name.endsWith('.json') ? name.slice(0, -'.json'.length) : ''
    return SessionId.safeParse(id).success ? [id] : []
  })
}

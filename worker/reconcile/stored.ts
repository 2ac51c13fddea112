import { join } from 'node:path'
import * as z from 'zod'
import type { Vault } from '../seal/vault.ts'
import { inspectCredentials } from '../store/credential-store.ts'
import type { StoreOptions } from '../store/credential-file.ts'
import type { Disk } from '../store/disk.ts'
import type { KeyFacts, OutboxFacts, StoredFacts } from './facts.ts'

/** What a file of waiting messages must have at least to tell whose it is. The messages themselves are counted, never kept. */
const Queue = z.looseObject({ generation: z.int().optional(), messages: z.array(z.unknown()) })

/** Reads credentials at rest, and remembers what it saw until `version` of the same folder is another. */
export type StoredReader = {
  /** A look may open this many files from now on; the rest is `not_looked_at`. */
  allow(files: number): void
  read(folder: string, sessionId: string, version: string): StoredFacts
  /** Forgets what was not asked for since the last call: it is gone. */
  sweep(): void
}

export function createStoredReader(disk: Disk, vault: Vault, maxPages: number): StoredReader {
  let seen = new Map<string, { version: string; facts: StoredFacts }>()
  let asked = new Map<string, { version: string; facts: StoredFacts }>()
  let left = Number.POSITIVE_INFINITY
  return {
    allow(files) {
      left = files
    },
    read(folder, sessionId, version) {
      const known = asked.get(folder) ?? seen.get(folder)
      if (known?.version === version) {
        asked.set(folder, known)
        return known.facts
      }
      if (left <= 0) return { state: 'not_looked_at' }
      left -= 1
      const facts = readStored({ disk, vault, sessionId, maxPages }, folder)
      // What could not be read now may be read next time.
      if (facts.state !== 'unreadable') asked.set(folder, { version, facts })
      return facts
    },
    sweep() {
      seen = asked
      asked = new Map()
    },
  }
}

/** What lies in a folder of credentials that nobody has open, as of now. */
export function readStored(options: StoreOptions, folder: string): StoredFacts {
  const found = inspectCredentials(folder, options)
  // The identity itself must not stay in memory.
  return found.state === 'whole' ? { state: 'whole', generation: found.generation, linked: found.linked } : found
}

/** Tells a folder of credentials from what it was before, as far as a listing can. */
export function versionOf(disk: Disk, folder: string): string {
  try {
    return String(disk.stat(join(folder, 'auth.sqlite'))?.bytes ?? 'none')
  } catch {
    return 'unknown'
  }
}

export function readKeys(vault: Vault, sessionId: string): KeyFacts {
  try {
    const keys = vault.keysOf(sessionId)
    if (!keys) return { state: 'damaged' }
    return { state: 'whole', generations: keys.map(({ generation }) => generation), old: keys.filter(({ isOld }) => isOld).length }
  } catch (error) {
    return { state: 'unreadable', reason: (error as Error).message }
  }
}

export function readOutbox(disk: Disk, path: string): OutboxFacts {
  let text: string | null
  try {
    text = disk.read(path)
  } catch (error) {
    return { state: 'unreadable', reason: (error as Error).message }
  }
  if (text === null) return { state: 'absent' }
  try {
    const value: unknown = JSON.parse(text)
    const queue = Queue.parse(Array.isArray(value) ? { messages: value } : value)
    return { state: 'whole', generation: queue.generation ?? null, messages: queue.messages.length }
  } catch {
    return { state: 'damaged' }
  }
}

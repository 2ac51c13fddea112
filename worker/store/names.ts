import { join } from 'node:path'
import * as z from 'zod'
import { Contact, Group, MAX_CONTACTS, MAX_GROUPS } from '#domain/names.ts'
import type { Vault } from '../seal/vault.ts'
import type { DataPlaces } from './data-folder.ts'
import type { Disk } from './disk.ts'
import { removeDurably } from './durable-file.ts'
import { HOME_ROWS, IN_THE_FOLDER } from './home.ts'
import type { Home } from './home.ts'
import { StorageError } from './storage-error.ts'

/** A contact as it is kept. `pushName`: what a person calls itself, shown where the address book has no name. */
const KeptContact = z.object({ ...Contact.shape, pushName: z.nullable(z.string()) })
export type KeptContact = z.infer<typeof KeptContact>

/** What is kept of one session, the newest last. `...At`: when it last changed, ISO 8601; `null` where nothing was ever told. */
const KeptNames = z.object({
  version: z.literal(1),
  generation: z.int().min(1),
  groupsAt: z.nullable(z.string()),
  groups: z.array(Group).max(MAX_GROUPS),
  contactsAt: z.nullable(z.string()),
  contacts: z.array(KeptContact).max(MAX_CONTACTS),
})
export type KeptNames = z.infer<typeof KeptNames>

/** The same, sealed. `count`: how many names that are, for who clears them without opening anything. */
const SealedNames = z.object({ version: z.literal(2), generation: z.int().min(1), count: z.int(), sealed: z.base64() })
const StoredNames = z.discriminatedUnion('version', [KeptNames, SealedNames])
type StoredNames = z.infer<typeof StoredNames>
const WHAT = ['names'] as const

/**
 * The groups and contacts of a session: one bounded file in the folder of its credentials, so that whatever takes that folder takes them,
 * too. Read when asked for, and never held in memory. They are a convenience: what cannot be read counts as nothing and is overwritten.
 */
export type NamesFile = {
  /** What is kept of a generation; nothing where the file is damaged or of another one. Throws what the disk throws. */
  read(sessionId: string, generation: number): KeptNames
  /** Durable when it returns. Never makes the folder: throws where that is gone. */
  write(sessionId: string, names: KeptNames): void
  /** Seals the names in a session's folder, or in a copy of it, that lie there in the clear; returns whether it did. */
  seal(folder: string, sessionId: string): boolean
}

/** The name of the file in a session's folder. */
export const NAMES_FILE = 'names.json'

type NamesOptions = { disk: Disk; places: Pick<DataPlaces, 'session' | 'sessions'>; vault: Vault; home?: Home }

export function openNames({ disk, places, vault, home = IN_THE_FOLDER }: NamesOptions): NamesFile {
  const pathIn = (folder: string): string => join(folder, NAMES_FILE)
  const open = (sessionId: string, stored: StoredNames | null): KeptNames | null => {
    if (stored?.version !== 2) return stored
    try {
      const cipher = vault.cipherToOpen(sessionId, stored.generation)
      try {
        return KeptNames.parse(JSON.parse(cipher.open(WHAT, Buffer.from(stored.sealed, 'base64'))))
      } finally {
        cipher.drop()
      }
    } catch (error) {
      if (error instanceof StorageError && error.kind !== 'damaged') throw error
      return null
    }
  }
  const asText = (sessionId: string, names: KeptNames): string => {
    if (!vault.seals) return JSON.stringify(names)
    const cipher = vault.cipherToWrite(sessionId, names.generation)
    try {
      const sealed = Buffer.from(cipher.seal(WHAT, JSON.stringify(names))).toString('base64')
      const count = names.groups.length + names.contacts.length
      return JSON.stringify({ version: 2, generation: names.generation, count, sealed } satisfies StoredNames)
    } finally {
      cipher.drop()
    }
  }
  const writeTo = (folder: string, sessionId: string, names: KeptNames): void => {
    // No folder, no session: a key that was made for it now would be left behind.
    if (!disk.stat(folder)) throw new StorageError('failed', 'there is no folder for these names')
    const text = asText(sessionId, names)
    // Beside the folder, where a clear and the next start look for what was half made.
    const aside = join(places.sessions, `.new-names-${sessionId}`)
    try {
      disk.write(aside, text)
      disk.sync(aside)
      disk.rename(aside, pathIn(folder))
    } catch (error) {
      attempt(() => removeDurably(disk, aside))
      throw error
    }
    disk.sync(folder)
    disk.sync(places.sessions)
    home.changed(sessionId, names.generation, { [HOME_ROWS.names]: Buffer.from(text) })
  }

  return {
    read(sessionId, generation) {
      const stored = parse(disk.read(pathIn(places.session(sessionId))))
      const names = stored?.generation === generation ? open(sessionId, stored) : null
      return names?.generation === generation ? names : noNames(generation)
    },
    write: (sessionId, names) => writeTo(places.session(sessionId), sessionId, names),
    seal(folder, sessionId) {
      const stored = vault.seals ? parse(disk.read(pathIn(folder))) : null
      if (stored?.version !== 1) return false
      writeTo(folder, sessionId, stored)
      return true
    },
  }
}

/** How many groups and contacts a folder keeps, of whatever generation; none where nobody can tell. */
export function countNames(disk: Disk, folder: string): number {
  try {
    const names = parse(disk.read(join(folder, NAMES_FILE)))
    if (!names) return 0
    return names.version === 2 ? names.count : names.groups.length + names.contacts.length
  } catch {
    return 0
  }
}

/** Of which generation the names in a folder are; `null` where there are none, or nobody can tell. */
export function generationOfNames(disk: Disk, folder: string): number | null {
  return parse(disk.read(join(folder, NAMES_FILE)))?.generation ?? null
}

export function noNames(generation: number): KeptNames {
  return { version: 1, generation, groupsAt: null, groups: [], contactsAt: null, contacts: [] }
}

function attempt(work: () => void): void {
  try {
    work()
  } catch {
    // The first error says what is wrong.
  }
}

function parse(text: string | null): StoredNames | null {
  try {
    return StoredNames.parse(JSON.parse(text ?? 'null'))
  } catch {
    return null
  }
}

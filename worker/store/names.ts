import { join } from 'node:path'
import * as z from 'zod'
import { Contact, Group, MAX_CONTACTS, MAX_GROUPS } from '#domain/names.ts'
import type { DataPlaces } from './data-folder.ts'
import type { Disk } from './disk.ts'
import { removeDurably } from './durable-file.ts'

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

/**
 * The groups and contacts of a session: one bounded file in the folder of its credentials, so that whatever takes that folder takes them,
 * too. Read when asked for, and never held in memory. They are a convenience: what cannot be read counts as nothing and is overwritten.
 */
export type NamesFile = {
  /** What is kept of a generation; nothing where the file is damaged or of another one. Throws what the disk throws. */
  read(sessionId: string, generation: number): KeptNames
  /** Durable when it returns. Never makes the folder: throws where that is gone. */
  write(sessionId: string, names: KeptNames): void
}

/** The name of the file in a session's folder. */
export const NAMES_FILE = 'names.json'

export function openNames({ disk, places }: { disk: Disk; places: Pick<DataPlaces, 'session' | 'sessions'> }): NamesFile {
  const pathOf = (sessionId: string): string => join(places.session(sessionId), NAMES_FILE)
  return {
    read(sessionId, generation) {
      const names = parse(disk.read(pathOf(sessionId)))
      return names?.generation === generation ? names : noNames(generation)
    },
    write(sessionId, names) {
      const path = pathOf(sessionId)
      // Beside the folder, where a clear and the next start look for what was half made.
      const aside = join(places.sessions, `.new-names-${sessionId}`)
      try {
        disk.write(aside, JSON.stringify(names))
        disk.sync(aside)
        disk.rename(aside, path)
      } catch (error) {
        attempt(() => removeDurably(disk, aside))
        throw error
      }
      disk.sync(places.session(sessionId))
      disk.sync(places.sessions)
    },
  }
}

/** How many groups and contacts a folder keeps, of whatever generation; none where nobody can tell. */
export function countNames(disk: Disk, folder: string): number {
  try {
    const names = parse(disk.read(join(folder, NAMES_FILE)))
    return names ? names.groups.length + names.contacts.length : 0
  } catch {
    return 0
  }
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

function parse(text: string | null): KeptNames | null {
  try {
    return KeptNames.parse(JSON.parse(text ?? 'null'))
  } catch {
    return null
  }
}

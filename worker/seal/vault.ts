import { randomBytes } from 'node:crypto'
import type { DataPlaces } from '../store/data-folder.ts'
import type { Disk } from '../store/disk.ts'
import { HOME_ROWS, IN_THE_FOLDER } from '../store/home.ts'
import type { Home } from '../store/home.ts'
import { StorageError } from '../store/storage-error.ts'
import { KEY_BYTES, openBytes, sealBytes } from './aes-gcm.ts'
import type { What } from './aes-gcm.ts'
import { IN_THE_CLEAR, createCipher } from './cipher.ts'
import type { Cipher } from './cipher.ts'
import { openKeyFiles } from './key-files.ts'
import type { KeyFiles, WrappedKey } from './key-files.ts'
import type { MasterKey, MasterKeys } from './master-keys.ts'

/**
 * The keys of the sessions: a random one for each generation, wrapped by a master key (SEA-1). Without master keys everything is written in
 * the clear, and what is sealed counts as unreadable, never as damaged.
 */
export type Vault = {
  /** Whether what is written from now on is sealed. */
  readonly seals: boolean
  /** For credentials or texts that are about to be written: makes the key of the generation where there is none. Durable when it returns. */
  cipherToWrite(sessionId: string, generation: number): Cipher
  /** For what lies there sealed. Throws `StorageError`: `damaged` where the key is gone or wrong, `failed` where nobody can tell. */
  cipherToOpen(sessionId: string, generation: number): Cipher
  /**
   * Destroys the keys of generations up to `maxGeneration`: what they sealed can be opened by nobody from now on, wherever a copy lies.
   * `evenDamaged`: a file of keys that nobody can make anything of goes, too. Durable when it returns.
   */
  destroy(sessionId: string, maxGeneration: number, evenDamaged: boolean): void
  /** Destroys one key that opens nothing; `null`: a damaged file of keys. Returns whether it was there. */
  discard(sessionId: string, generation: number | null): boolean
  /** The keys of a session as they lie there; `null`: damaged. `isOld`: wrapped by another master key than the first. */
  keysOf(sessionId: string): { generation: number; isOld: boolean }[] | null
}

export type VaultOptions = { disk: Disk; places: Pick<DataPlaces, 'keys' | 'keyFile'>; masterKeys: MasterKeys | null; home?: Home }

export function createVault({ disk, places, masterKeys, home = IN_THE_FOLDER }: VaultOptions): Vault {
  const files = openKeyFiles(disk, places)

  const openOne = (sessionId: string, generation: number): Buffer => {
    if (!masterKeys) throw new StorageError('failed', 'it is sealed, and no master key was given')
    const { keys } = files.read(sessionId)
    if (!keys) throw new StorageError('damaged', 'the file of its keys is damaged')
    const wrapped = keys.find((one) => one.generation === generation)
    if (!wrapped) throw new StorageError('damaged', `there is no key of generation ${generation}`)
    return unwrap(masterKeys, sessionId, wrapped)
  }
  /** What is damaged opens nothing any more, and a new key takes its place. */
  const openOrMake = (sessionId: string, generation: number, first: MasterKey): Buffer => {
    // A key that was written but refused its sync would be gone after a power cut, with all that it seals.
    files.finish()
    try {
      return openOne(sessionId, generation)
    } catch (error) {
      if (!(error instanceof StorageError) || error.kind !== 'damaged') throw error
    }
    const key = randomBytes(KEY_BYTES)
    const others = (files.read(sessionId).keys ?? []).filter((one) => one.generation !== generation)
    const wrapped = wrap(first, sessionId, generation, key)
    // Told first: a disk that refuses the last step of a write has the key all the same, and it is used from then on.
    home.changed(sessionId, generation, { [HOME_ROWS.vault]: Buffer.from(JSON.stringify(wrapped)) })
    files.write(sessionId, [...others, wrapped])
    return key
  }

  return {
    seals: masterKeys !== null,
    cipherToWrite: (sessionId, generation) =>
      masterKeys ? createCipher(openOrMake(sessionId, generation, masterKeys[0]), sessionId, generation) : IN_THE_CLEAR,
    cipherToOpen: (sessionId, generation) => createCipher(openOne(sessionId, generation), sessionId, generation),
    destroy(sessionId, maxGeneration, evenDamaged) {
      files.tidyOf(sessionId)
      const { keys } = files.read(sessionId)
      if (keys || evenDamaged) {
        const left = (keys ?? []).filter(({ generation }) => generation > maxGeneration)
        if (!keys || left.length < keys.length) files.write(sessionId, left)
      }
      files.finish()
    },
    discard(sessionId, generation) {
      const { keys } = files.read(sessionId)
      if ((keys === null) !== (generation === null)) return false
      const left = (keys ?? []).filter((one) => one.generation !== generation)
      if (keys && left.length === keys.length) return false
      files.write(sessionId, left)
      return true
    },
    keysOf: (sessionId) =>
      files.read(sessionId).keys?.map(({ generation, masterKey }) => ({ generation, isOld: masterKey !== masterKeys?.[0].id })) ?? null,
  }
}

/** Wraps again, by the first master key, what an older one wraps; returns how many keys, and of which sessions some stay as they are. */
export function rewrapAll(files: KeyFiles, masterKeys: MasterKeys): { rewrapped: number; left: string[] } {
  const [first] = masterKeys
  const left: string[] = []
  let rewrapped = 0
  for (const sessionId of files.ids()) {
    try {
      const { keys } = files.read(sessionId)
      if (!keys?.some(({ masterKey }) => masterKey !== first.id)) continue
      files.write(
        sessionId,
        keys.map((one) => (one.masterKey === first.id ? one : rewrap(masterKeys, sessionId, one))),
      )
      rewrapped += keys.filter(({ masterKey }) => masterKey !== first.id).length
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      left.push(sessionId)
    }
  }
  return { rewrapped, left }
}

function wrap(master: MasterKey, sessionId: string, generation: number, key: Buffer): WrappedKey {
  const wrapped = sealBytes(master.key, wrapping(master, sessionId, generation), key).toString('base64')
  return { generation, masterKey: master.id, wrapped }
}

/** The same key under the first master key. Throws `StorageError`. */
export function rewrap(masterKeys: MasterKeys, sessionId: string, wrapped: WrappedKey): WrappedKey {
  const key = unwrap(masterKeys, sessionId, wrapped)
  try {
    return wrap(masterKeys[0], sessionId, wrapped.generation, key)
  } finally {
    key.fill(0)
  }
}

function unwrap(masterKeys: MasterKeys | null, sessionId: string, { generation, masterKey, wrapped }: WrappedKey): Buffer {
  const master = masterKeys?.find(({ id }) => id === masterKey)
  if (!master) throw new StorageError('failed', `its key is wrapped by the master key ${masterKey}, which was not given`)
  const opened = openBytes(master.key, wrapping(master, sessionId, generation), Buffer.from(wrapped, 'base64'))
  if (opened?.length !== KEY_BYTES) throw new StorageError('damaged', `the key of generation ${generation} is damaged`)
  // Memory of its own: a part of Node's shared eight kilobytes would keep them all for as long as a session runs.
  const key = Buffer.alloc(KEY_BYTES)
  opened.copy(key)
  opened.fill(0)
  return key
}

function wrapping({ id }: MasterKey, sessionId: string, generation: number): What {
  return ['key', id, sessionId, generation]
}

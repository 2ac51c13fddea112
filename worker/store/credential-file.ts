import { dirname, join } from 'node:path'
import type { Cipher } from '../seal/cipher.ts'
import { IN_THE_CLEAR } from '../seal/cipher.ts'
import type { Vault } from '../seal/vault.ts'
import type { Disk, SqlFile } from './disk.ts'
import type { Home } from './home.ts'
import { credentialDamage } from './credential-schema.ts'
import { removeDurably } from './durable-file.ts'
import { StorageError, asStorageError } from './storage-error.ts'

/** "LKcr": marks the file as ours. */
const APPLICATION_ID = 0x4c_4b_63_72
/** `user_version`: what is secret stands there in the clear, or sealed. */
const CLEAR = 1
const SEALED = 2
const FILE = 'auth.sqlite'

const schemaOf = ({ isSealed }: Cipher): string => `
  pragma application_id = ${APPLICATION_ID};
  pragma user_version = ${isSealed ? SEALED : CLEAR};
  create table identity (
    one integer primary key check (one = 1),
    session_id text not null,
    generation integer not null,
    linked integer not null check (linked in (0, 1)),
    phone_number text,
    creds ${isSealed ? 'blob' : 'text'} not null
  ) strict;
  create table signal_keys (type text, id text, value ${isSealed ? 'blob' : 'text'} not null, primary key (type, id)) strict, without rowid;
`

/** `maxPages`: the largest file, in pages of 4 KiB. */
export type StoreOptions = {
  disk: Disk
  vault: Vault
  sessionId: string
  maxPages: number
  /** Told of each change; absent where nobody may make one. */
  home?: Home
}
export type Identity = { generation: number; linked: boolean; phoneNumber: string | null; creds: string }
/** What `creds` is, and a key, for the cipher: sealed as such, neither opens as another. */
export const CREDS = ['creds'] as const
export function keyNamed(type: string, id: string) {
  return ['signal key', type, id] as const
}
/** All that a credentials file holds. */
export type Contents = Identity & { keys: readonly { type: string; id: string; value: string }[] }

/**
 * Makes a session's folder with these contents, whole or not at all: built aside, then renamed; sealed, where the vault seals. Throws
 * `StorageError`; the folder must not exist, the one above it must.
 */
export function buildFile(folder: string, contents: Contents, options: StoreOptions, aside: string): void {
  const { disk } = options
  buildAside(aside, contents, options, () => {
    disk.rename(aside, folder)
    disk.sync(dirname(folder))
  })
}

/**
 * Seals what a folder of credentials holds in the clear (SEA-6), in one step that is done or not: a new file in the place of the old one.
 * Nobody may have it open. Returns whether there was anything to do. Throws `StorageError`; what lies there is untouched then.
 */
export function sealFile(folder: string, options: StoreOptions, aside: string): boolean {
  const { disk, vault } = options
  const path = join(folder, FILE)
  if (!vault.seals || formatOf(disk, path) !== CLEAR) return false
  const { database, cipher } = openFile(folder, options)
  let contents: Contents
  try {
    contents = contentsOf(database, cipher)
  } finally {
    database.close()
  }
  buildAside(aside, contents, options, () => {
    // SQLite would play a log that came back over the new file: it must be gone for good before that is there.
    disk.sync(folder)
    if (disk.stat(`${path}-wal`)) throw new StorageError('failed', 'the log of the credentials file is still there')
    disk.rename(join(aside, FILE), path)
    disk.sync(folder)
    removeDurably(disk, aside)
  })
  return true
}

/** Builds a file in a folder aside, and has it put in its place by `place`; what comes to nothing is removed. */
function buildAside(aside: string, contents: Contents, { disk, vault, sessionId, maxPages }: StoreOptions, place: () => void): void {
  const { generation, linked, phoneNumber, creds } = contents
  // First the key, then what it opens: a key alone is nothing to anybody.
  const cipher = vault.cipherToWrite(sessionId, generation)
  try {
    removeDurably(disk, aside)
    disk.makeFolder(aside)
    const database = connect(disk, join(aside, FILE), maxPages)
    try {
      database.exec(`begin; ${schemaOf(cipher)}`)
      database
        .prepare('insert into identity (one, session_id, generation, linked, phone_number, creds) values (1, ?, ?, ?, ?, ?)')
        .run(sessionId, generation, linked ? 1 : 0, phoneNumber, cipher.seal(CREDS, creds))
      const insert = database.prepare('insert into signal_keys (type, id, value) values (?, ?, ?)')
      for (const { type, id, value } of contents.keys) insert.run(type, id, cipher.seal(keyNamed(type, id), value))
      database.exec('commit')
    } finally {
      database.close()
    }
    disk.sync(aside)
    place()
  } catch (error) {
    // Half-made keys are nobody's: they go now, or with the next clear or start where the disk refuses that, too.
    attempt(() => removeDurably(disk, aside))
    throw asStorageError(error)
  } finally {
    cipher.drop()
  }
}

function attempt(work: () => void): void {
  try {
    work()
  } catch {
    // The first error says what is wrong.
  }
}

/**
 * Opens and checks the file in a session's folder; makes nothing. Throws `StorageError`. Whoever opened it closes it, and drops the cipher.
 */
export function openFile(folder: string, options: StoreOptions): { database: SqlFile; cipher: Cipher; identity: Identity } {
  const { disk, maxPages } = options
  const path = join(folder, FILE)
  try {
    const damage = headerDamage(disk, path)
    if (damage) throw new StorageError('damaged', damage)
    const database = connect(disk, path, maxPages)
    try {
      return { database, ...readChecked(database, options) }
    } catch (error) {
      database.close()
      throw error
    }
  } catch (error) {
    throw asStorageError(error)
  }
}

/** All that an open file holds. */
export function contentsOf(database: SqlFile, cipher: Cipher): Contents {
  const identity = toIdentity(database.prepare('select generation, linked, phone_number, creds from identity where one = 1').get(), cipher)
  const rows = database.prepare('select type, id, value from signal_keys').all()
  const keys = rows.map((row) => {
    const [type, id] = [String(row['type']), String(row['id'])]
    return { type, id, value: cipher.open(keyNamed(type, id), row['value']) }
  })
  return { ...identity, keys }
}

/** A row of `identity`. Throws `StorageError` where there is none, or where it does not open. */
export function toIdentity(row: Record<string, unknown> | undefined, cipher: Cipher): Identity {
  if (!row) throw new StorageError('damaged', 'the credentials file holds no identity')
  const phone = row['phone_number']
  return {
    generation: Number(row['generation']),
    linked: row['linked'] === 1,
    phoneNumber: typeof phone === 'string' ? phone : null,
    creds: cipher.open(CREDS, row['creds']),
  }
}

/** Judged before SQLite opens the file: it would make a new database of an empty one. */
function headerDamage(disk: Disk, path: string): string | null {
  if (!disk.stat(path)) return 'there is no credentials file'
  const header = disk.readStart(path, 100)
  const isSqlite = header.toString('latin1', 0, 16) === 'SQLite format 3\0'
  return isSqlite && header.readUInt32BE(68) === APPLICATION_ID ? null : 'the credentials file is empty or not ours'
}

/** Whether the file of credentials in a folder is sealed, as far as its header tells. */
export function isSealed(disk: Disk, folder: string): boolean {
  return formatOf(disk, join(folder, FILE)) === SEALED
}

function formatOf(disk: Disk, path: string): number | null {
  if (headerDamage(disk, path) !== null) return null
  return disk.readStart(path, 100).readUInt32BE(60)
}

function connect(disk: Disk, path: string, maxPages: number): SqlFile {
  const database = disk.openDatabase(path)
  try {
    // Write-ahead log, exclusively locked: one fsync for a commit instead of four, no shared-memory file, one file at rest. A thousand
    // idle sessions keep no pages in memory: two at most, but for those that a transaction has changed, which wait for its commit.
    database.exec(`
      pragma locking_mode = exclusive;
      pragma journal_mode = wal;
      pragma synchronous = full;
      pragma journal_size_limit = 0;
      pragma wal_autocheckpoint = 64;
      pragma cache_size = 2;
      pragma cache_spill = off;
      pragma max_page_count = ${maxPages};
    `)
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

function readChecked(database: SqlFile, { vault, sessionId }: StoreOptions): { identity: Identity; cipher: Cipher } {
  const format = database.prepare('pragma user_version').get()?.['user_version']
  if (format !== CLEAR && format !== SEALED) {
    throw new StorageError('damaged', `the credentials file has the unknown format ${String(format)}`)
  }
  // Of this database alone: of all, it opens one for temporary tables, which holds 87 KB for as long as the file is open.
  const check = database.prepare('pragma main.quick_check(1)').get()?.['quick_check']
  if (check !== 'ok') throw new StorageError('damaged', `the credentials file failed its check: ${String(check)}`)
  // What opening read in before the cache was made small.
  database.exec('pragma shrink_memory')
  const row = database.prepare('select session_id, generation, linked, phone_number, creds from identity where one = 1').get()
  if (row && row['session_id'] !== sessionId) throw new StorageError('damaged', 'the credentials file belongs to another session')
  const cipher = row && format === SEALED ? vault.cipherToOpen(sessionId, Number(row['generation'])) : IN_THE_CLEAR
  try {
    const identity = toIdentity(row, cipher)
    const damage = credentialDamage(identity.creds, identity.linked)
    if (damage) throw new StorageError('damaged', damage)
    return { identity, cipher }
  } catch (error) {
    cipher.drop()
    throw error
  }
}

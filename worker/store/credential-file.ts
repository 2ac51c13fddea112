import { dirname, join } from 'node:path'
import type { Disk, SqlFile } from './disk.ts'
import { credentialDamage } from './credential-schema.ts'
import { removeDurably } from './durable-file.ts'
import { StorageError, asStorageError } from './storage-error.ts'

/** "LKcr": marks the file as ours. */
const APPLICATION_ID = 0x4c_4b_63_72
const FORMAT = 1
const FILE = 'auth.sqlite'

const SCHEMA = `
  pragma application_id = ${APPLICATION_ID};
  pragma user_version = ${FORMAT};
  create table identity (
    one integer primary key check (one = 1),
    session_id text not null,
    generation integer not null,
    linked integer not null check (linked in (0, 1)),
    phone_number text,
    creds text not null
  ) strict;
  create table signal_keys (type text, id text, value text not null, primary key (type, id)) strict, without rowid;
`

/** `maxPages`: the largest file, in pages of 4 KiB. */
export type StoreOptions = { disk: Disk; sessionId: string; maxPages: number }
export type Identity = { generation: number; linked: boolean; phoneNumber: string | null; creds: string }
/** All that a credentials file holds. */
export type Contents = Identity & { keys: readonly { type: string; id: string; value: string }[] }

/**
 * Makes a session's folder with these contents, whole or not at all: built aside, then renamed. Throws `StorageError`; the folder must
 * not exist, the one above it must.
 */
export function buildFile(folder: string, contents: Contents, { disk, sessionId, maxPages }: StoreOptions, aside: string): void {
  try {
    removeDurably(disk, aside)
    disk.makeFolder(aside)
    const database = connect(disk, join(aside, FILE), maxPages)
    try {
      database.exec(`begin; ${SCHEMA}`)
      const { generation, linked, phoneNumber, creds } = contents
      database
        .prepare('insert into identity (one, session_id, generation, linked, phone_number, creds) values (1, ?, ?, ?, ?, ?)')
        .run(sessionId, generation, linked ? 1 : 0, phoneNumber, creds)
      const insert = database.prepare('insert into signal_keys (type, id, value) values (?, ?, ?)')
      for (const { type, id, value } of contents.keys) insert.run(type, id, value)
      database.exec('commit')
    } finally {
      database.close()
    }
    disk.sync(aside)
    disk.rename(aside, folder)
    disk.sync(dirname(folder))
  } catch (error) {
    // Half-made keys are nobody's: they go now, or with the next clear or start where the disk refuses that, too.
    attempt(() => removeDurably(disk, aside))
    throw asStorageError(error)
  }
}

function attempt(work: () => void): void {
  try {
    work()
  } catch {
    // The first error says what is wrong.
  }
}

/** Opens and checks the file in a session's folder; makes nothing. Throws `StorageError`. Whoever opened it closes it. */
export function openFile(folder: string, { disk, sessionId, maxPages }: StoreOptions): { database: SqlFile; identity: Identity } {
  const path = join(folder, FILE)
  try {
    const damage = headerDamage(disk, path)
    if (damage) throw new StorageError('damaged', damage)
    const database = connect(disk, path, maxPages)
    try {
      return { database, identity: readChecked(database, sessionId) }
    } catch (error) {
      database.close()
      throw error
    }
  } catch (error) {
    throw asStorageError(error)
  }
}

/** All that an open file holds. */
export function contentsOf(database: SqlFile): Contents {
  const identity = toIdentity(database.prepare('select generation, linked, phone_number, creds from identity where one = 1').get())
  const keys = database.prepare('select type, id, value from signal_keys').all()
  return { ...identity, keys: keys.map(({ type, id, value }) => ({ type: String(type), id: String(id), value: String(value) })) }
}

/** A row of `identity`. Throws `StorageError` where there is none. */
export function toIdentity(row: Record<string, unknown> | undefined): Identity {
  if (!row) throw new StorageError('damaged', 'the credentials file holds no identity')
  const phone = row['phone_number']
  return {
    generation: Number(row['generation']),
    linked: row['linked'] === 1,
    phoneNumber: typeof phone === 'string' ? phone : null,
    creds: String(row['creds']),
  }
}

/** Judged before SQLite opens the file: it would make a new database of an empty one. */
function headerDamage(disk: Disk, path: string): string | null {
  if (!disk.stat(path)) return 'there is no credentials file'
  const header = disk.readStart(path, 100)
  const isSqlite = header.toString('latin1', 0, 16) === 'SQLite format 3\0'
  return isSqlite && header.readUInt32BE(68) === APPLICATION_ID ? null : 'the credentials file is empty or not ours'
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

function readChecked(database: SqlFile, sessionId: string): Identity {
  const format = database.prepare('pragma user_version').get()?.['user_version']
  if (format !== FORMAT) throw new StorageError('damaged', `the credentials file has the unknown format ${String(format)}`)
  // Of this database alone: of all, it opens one for temporary tables, which holds 87 KB for as long as the file is open.
  const check = database.prepare('pragma main.quick_check(1)').get()?.['quick_check']
  if (check !== 'ok') throw new StorageError('damaged', `the credentials file failed its check: ${String(check)}`)
  // What opening read in before the cache was made small.
  database.exec('pragma shrink_memory')
  const row = database.prepare('select session_id, generation, linked, phone_number, creds from identity where one = 1').get()
  if (row && row['session_id'] !== sessionId) throw new StorageError('damaged', 'the credentials file belongs to another session')
  const identity = toIdentity(row)
  const damage = credentialDamage(identity.creds, identity.linked)
  if (damage) throw new StorageError('damaged', damage)
  return identity
}

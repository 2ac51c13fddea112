import { dirname, join } from 'node:path'
import type { Disk, SqlFile } from './disk.ts'
import { removeDurably } from './durable-file.ts'
import { credentialDamage } from './credential-schema.ts'
import type { CredentialAccess } from '../whatsapp/port.ts'

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

/** The disk refused. What was stored before is untouched. `damaged`: what is stored cannot be read. */
export class StorageError extends Error {
  readonly kind: 'full' | 'damaged' | 'failed'
  constructor(kind: 'full' | 'damaged' | 'failed', message: string, cause?: unknown) {
    super(message, { cause })
    this.kind = kind
  }
}

export type Identity = { generation: number; linked: boolean; phoneNumber: string | null; creds: string }
/** What lies in a session's folder. `unreadable`: the system refused (no rights, too many open files), which says nothing about it. */
export type Found = { state: 'absent' } | { state: 'damaged' | 'unreadable'; reason: string } | ({ state: 'whole' } & Identity)

/**
 * The credentials of one generation of one session: one SQLite file, owned by this object for its whole life.
 *
 * Write-ahead log, exclusively locked: one fsync for a commit instead of four, no shared-memory file, one file at rest. Every write is a
 * transaction with `synchronous = full`, so it is there whole or not at all, and it passes the fence first.
 */
export type CredentialStore = {
  readonly generation: number
  identity(): Identity
  /** Replaces an identity that was never linked by a new one; whoever still holds an older `access` writes nothing from now on. */
  renew(creds: string): void
  /** For the client of the current identity. */
  access(): CredentialAccess
  /** The fence: from now on every write is a no-op and every read is empty. Harmless when repeated. */
  dispose(): void
}

export type StoreOptions = { disk: Disk; sessionId: string; maxPages: number }

/** Makes a session's folder with a new identity in it, whole or not at all. Throws `StorageError`; the folder must not exist. */
export function createCredentials(folder: string, generation: number, creds: string, options: StoreOptions): CredentialStore {
  const { disk, sessionId, maxPages } = options
  const building = join(dirname(folder), `.new-${sessionId}`)
  try {
    removeDurably(disk, building)
    disk.makeFolder(building)
    const database = connect(disk, join(building, FILE), maxPages)
    try {
      database.exec(`begin; ${SCHEMA}`)
      const insert = database.prepare('insert into identity (one, session_id, generation, linked, creds) values (1, ?, ?, 0, ?)')
      insert.run(sessionId, generation, creds)
      database.exec('commit')
    } finally {
      database.close()
    }
    disk.sync(building)
    disk.rename(building, folder)
    disk.sync(dirname(folder))
  } catch (error) {
    throw asStorageError(error)
  }
  return openCredentials(folder, options)
}

/** Opens what is there and never makes anything. Throws `StorageError` where it is absent or damaged. */
export function openCredentials(folder: string, options: StoreOptions): CredentialStore {
  const damage = headerDamage(options.disk, join(folder, FILE))
  if (damage) throw new StorageError('damaged', damage)
  let database: SqlFile
  let identity: Identity
  try {
    database = connect(options.disk, join(folder, FILE), options.maxPages)
  } catch (error) {
    throw asStorageError(error)
  }
  try {
    identity = readChecked(database, options.sessionId)
  } catch (error) {
    database.close()
    throw asStorageError(error)
  }
  return own(database, identity.generation)
}

/** Reads a session's folder that no store holds, and makes nothing. */
export function inspectCredentials(folder: string, options: StoreOptions): Found {
  try {
    if (!options.disk.stat(folder)) return { state: 'absent' }
    const store = openCredentials(folder, options)
    const identity = store.identity()
    store.dispose()
    return { state: 'whole', ...identity }
  } catch (error) {
    const { kind, message } = asStorageError(error)
    return { state: kind === 'damaged' ? 'damaged' : 'unreadable', reason: message }
  }
}

/** Judged before SQLite opens the file: it would make a new database of an empty one. */
function headerDamage(disk: Disk, path: string): string | null {
  let header: Buffer
  try {
    if (!disk.stat(path)) return 'there is no credentials file'
    header = disk.readStart(path, 100)
  } catch (error) {
    throw asStorageError(error)
  }
  const isSqlite = header.toString('latin1', 0, 16) === 'SQLite format 3\0'
  return isSqlite && header.readUInt32BE(68) === APPLICATION_ID ? null : 'the credentials file is empty or not ours'
}

function own(database: SqlFile, generation: number): CredentialStore {
  let disposed = false
  let epoch = 0
  const selectIdentity = database.prepare('select generation, linked, phone_number, creds from identity where one = 1')
  const selectKeys = database.prepare('select id, value from signal_keys where type = ? and id in (select value from json_each(?))')
  const putKey = database.prepare(
    'insert into signal_keys (type, id, value) values (?, ?, ?) on conflict do update set value = excluded.value',
  )
  const dropKey = database.prepare('delete from signal_keys where type = ? and id = ?')
  const putCreds = database.prepare(
    'update identity set creds = ?, linked = max(linked, ?), phone_number = coalesce(?, phone_number) where one = 1 and generation = ?',
  )

  /** The one door for writes: behind the fence nothing happens, before it all or nothing. */
  const write = (inEpoch: number, change: () => void): void => {
    if (disposed || inEpoch !== epoch) return
    try {
      database.exec('begin immediate')
      change()
      database.exec('commit')
    } catch (error) {
      if (database.isTransaction) database.exec('rollback')
      throw asStorageError(error)
    }
  }
  const putIdentity = (creds: string, linked: boolean, phoneNumber: string | null): void => {
    const { changes } = putCreds.run(creds, linked ? 1 : 0, phoneNumber, generation)
    if (Number(changes) !== 1) throw new StorageError('failed', 'the credentials file is of another generation')
  }

  return {
    generation,
    identity: () => toIdentity(selectIdentity.get()),
    renew(creds) {
      if (toIdentity(selectIdentity.get()).linked) throw new StorageError('failed', 'a linked identity is never replaced')
      epoch += 1
      write(epoch, () => {
        database.exec('delete from signal_keys')
        putIdentity(creds, false, null)
      })
    },
    access() {
      const mine = epoch
      const readable = (): boolean => !disposed && mine === epoch
      return {
        readCreds: () => toIdentity(selectIdentity.get()).creds,
        writeCreds: (json, paired) => write(mine, () => putIdentity(json, paired !== null, paired?.phoneNumber ?? null)),
        readKeys(type, ids) {
          if (!readable()) return new Map()
          return new Map(selectKeys.all(type, JSON.stringify(ids)).map((row) => [String(row['id']), String(row['value'])]))
        },
        writeKeys: (changes) =>
          write(mine, () => {
            for (const { type, id, value } of changes) {
              if (value === null) dropKey.run(type, id)
              else putKey.run(type, id, value)
            }
          }),
      }
    },
    dispose() {
      if (disposed) return
      disposed = true
      database.close()
    },
  }
}

function connect(disk: Disk, path: string, maxPages: number): SqlFile {
  const database = disk.openDatabase(path)
  try {
    // The small cache and log keep five hundred idle sessions cheap.
    database.exec(`
      pragma locking_mode = exclusive;
      pragma journal_mode = wal;
      pragma synchronous = full;
      pragma journal_size_limit = 0;
      pragma wal_autocheckpoint = 64;
      pragma cache_size = -256;
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
  const check = database.prepare('pragma quick_check(1)').get()?.['quick_check']
  if (check !== 'ok') throw new StorageError('damaged', `the credentials file failed its check: ${String(check)}`)
  const row = database.prepare('select session_id, generation, linked, phone_number, creds from identity where one = 1').get()
  if (!row) throw new StorageError('damaged', 'the credentials file holds no identity')
  if (row['session_id'] !== sessionId) throw new StorageError('damaged', 'the credentials file belongs to another session')
  const identity = toIdentity(row)
  const damage = credentialDamage(identity.creds, identity.linked)
  if (damage) throw new StorageError('damaged', damage)
  return identity
}

function toIdentity(row: Record<string, unknown> | undefined): Identity {
  if (!row) throw new StorageError('damaged', 'the credentials file holds no identity')
  const phone = row['phone_number']
  return {
    generation: Number(row['generation']),
    linked: row['linked'] === 1,
    phoneNumber: typeof phone === 'string' ? phone : null,
    creds: String(row['creds']),
  }
}

const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_NOTADB = 26

function asStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error
  const { code, errcode, message } = error as { code?: string; errcode?: number; message: string }
  const primary = (errcode ?? 0) & 0xff
  if (primary === SQLITE_FULL || code === 'ENOSPC' || code === 'EDQUOT') return new StorageError('full', 'the disk is full', error)
  if (primary === SQLITE_CORRUPT || primary === SQLITE_NOTADB) return new StorageError('damaged', message, error)
  // A file without our tables: SQLite calls that an error of the statement.
  if (/no such (table|column)/.test(message)) return new StorageError('damaged', message, error)
  return new StorageError('failed', message, error)
}

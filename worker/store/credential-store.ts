import { dirname, join } from 'node:path'
import type { CredentialAccess } from '../whatsapp/port.ts'
import type { Cipher } from '../seal/cipher.ts'
import { CREDS, buildFile, contentsOf, keyNamed, openFile, sealFile, toIdentity } from './credential-file.ts'
import type { Contents, Identity, StoreOptions } from './credential-file.ts'
import type { SqlFile } from './disk.ts'
import { identityRow, keyRow } from './home-rows.ts'
import { IN_THE_FOLDER } from './home.ts'
import type { HomeChanges } from './home.ts'
import { StorageError, asStorageError } from './storage-error.ts'

/** What lies in a session's folder. `unreadable`: the system refused (no rights, too many open files), which says nothing about it. */
export type Found = { state: 'absent' } | { state: 'damaged' | 'unreadable'; reason: string } | ({ state: 'whole' } & Identity)

/**
 * The credentials of one generation of one session: one SQLite file, owned by this object for its whole life. Every write is a
 * transaction with `synchronous = full`, so it is there whole or not at all, and it passes the fence first.
 */
export type CredentialStore = {
  readonly generation: number
  identity(): Identity
  /** Made just now: no client has had its identity yet. */
  isUnused(): boolean
  /** All that is stored, for a backup. */
  contents(): Contents
  /** Replaces an identity that was never linked by a new one; whoever still holds an older `access` writes nothing from now on. */
  renew(creds: string): void
  /** For the client of the current identity. */
  access(): CredentialAccess
  /**
   * The fence: from now on every write is a no-op and every read is empty. Harmless when repeated. `toErase`: the file is erased next, so
   * what closing writes to it need not survive a power cut.
   */
  dispose(toErase?: boolean): void
}

/** Makes a session's folder with a new identity in it, whole or not at all. Throws `StorageError`; the folder must not exist. */
export function createCredentials(folder: string, generation: number, creds: string, options: StoreOptions): CredentialStore {
  const contents = { generation, linked: false, phoneNumber: null, creds, keys: [] }
  buildFile(folder, contents, options, asideOf(folder, options))
  return open(folder, options, true)
}

/**
 * Opens what is there and never makes anything, but for sealing what still lies there in the clear. Throws `StorageError` where it is absent
 * or damaged.
 */
export function openCredentials(folder: string, options: StoreOptions): CredentialStore {
  sealFile(folder, options, asideOf(folder, options))
  return open(folder, options, false)
}

function asideOf(folder: string, { sessionId }: StoreOptions): string {
  return join(dirname(folder), `.new-${sessionId}`)
}

function open(folder: string, options: StoreOptions, isNew: boolean): CredentialStore {
  const { database, cipher, identity } = openFile(folder, options)
  try {
    return own(database, cipher, identity.generation, isNew, options)
  } catch (error) {
    cipher.drop()
    database.close()
    throw asStorageError(error)
  }
}

/** Reads a session's folder that no store holds, and makes nothing. */
export function inspectCredentials(folder: string, options: StoreOptions): Found {
  try {
    if (!options.disk.stat(folder)) return { state: 'absent' }
    const { database, cipher, identity } = openFile(folder, options)
    cipher.drop()
    database.close()
    return { state: 'whole', ...identity }
  } catch (error) {
    const { kind, message } = asStorageError(error)
    return { state: kind === 'damaged' ? 'damaged' : 'unreadable', reason: message }
  }
}

function own(
  database: SqlFile,
  cipher: Cipher,
  generation: number,
  isNew: boolean,
  { sessionId, home = IN_THE_FOLDER }: StoreOptions,
): CredentialStore {
  let disposed = false
  let unused = isNew
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

  /** The one door for writes: behind the fence nothing happens, before it all or nothing. `change` returns what home is told of it. */
  const write = (inEpoch: number, change: () => HomeChanges, fresh = false): void => {
    if (disposed || inEpoch !== epoch) return
    try {
      database.exec('begin immediate')
      const changes = change()
      database.exec('commit')
      home.changed(sessionId, generation, changes, fresh)
    } catch (error) {
      if (database.isTransaction) database.exec('rollback')
      throw asStorageError(error)
    }
  }
  const isTold = home !== IN_THE_FOLDER
  const putIdentity = (creds: string, linked: boolean, phoneNumber: string | null): HomeChanges => {
    const { changes } = putCreds.run(cipher.seal(CREDS, creds), linked ? 1 : 0, phoneNumber, generation)
    if (Number(changes) !== 1) throw new StorageError('failed', 'the credentials file is of another generation')
    return isTold ? identityRow(cipher, toIdentity(selectIdentity.get(), cipher)) : {}
  }
  if (isNew && isTold) home.changed(sessionId, generation, identityRow(cipher, toIdentity(selectIdentity.get(), cipher)), true)

  return {
    generation,
    identity: () => toIdentity(selectIdentity.get(), cipher),
    isUnused: () => unused,
    contents: () => contentsOf(database, cipher),
    renew(creds) {
      if (toIdentity(selectIdentity.get(), cipher).linked) throw new StorageError('failed', 'a linked identity is never replaced')
      epoch += 1
      write(
        epoch,
        () => {
          database.exec('delete from signal_keys')
          return putIdentity(creds, false, null)
        },
        true,
      )
    },
    access() {
      unused = false
      const mine = epoch
      const readable = (): boolean => !disposed && mine === epoch
      return {
        readCreds: () => toIdentity(selectIdentity.get(), cipher).creds,
        writeCreds: (json, paired) => write(mine, () => putIdentity(json, paired !== null, paired?.phoneNumber ?? null)),
        readKeys(type, ids) {
          if (!readable()) return new Map()
          const rows = selectKeys.all(type, JSON.stringify(ids)).map((row) => ({ id: String(row['id']), value: row['value'] }))
          return new Map(rows.map(({ id, value }) => [id, cipher.open(keyNamed(type, id), value)]))
        },
        writeKeys: (changes) =>
          write(mine, () => {
            for (const { type, id, value } of changes) {
              if (value === null) dropKey.run(type, id)
              else putKey.run(type, id, cipher.seal(keyNamed(type, id), value))
            }
            return isTold ? Object.assign({}, ...changes.map(({ type, id, value }) => keyRow(cipher, type, id, value))) : {}
          }),
        settled: () => home.settled(sessionId),
      }
    },
    dispose(toErase = false) {
      if (disposed) return
      disposed = true
      cipher.drop()
      try {
        if (toErase) database.exec('pragma synchronous = off')
      } catch {
        // Closing then costs a sync. A fence that failed here would leave the file locked, and its clear undone, for as long as the process lives.
      }
      database.close()
    },
  }
}

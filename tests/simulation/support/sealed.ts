import { readMasterKeys } from '../../../worker/seal/master-keys.ts'
import type { MasterKeys } from '../../../worker/seal/master-keys.ts'
import type { Cipher } from '../../../worker/seal/cipher.ts'
import { createVault } from '../../../worker/seal/vault.ts'
import type { Vault } from '../../../worker/seal/vault.ts'
import { HOME_ROWS } from '../../../worker/store/home.ts'
import { placesOf } from '../../../worker/store/data-folder.ts'
import type { SimulatedDisk } from './disk/simulated-disk.ts'
import type { SqlNode } from './disk/sql-node.ts'

/** The master key of a simulated worker, and the one that takes its place. */
export const [MASTER_KEY, NEXT_MASTER_KEY] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString('base64')) as [string, string]

export function masterKeysOf(...keys: string[]): MasterKeys | null {
  return readMasterKeys({ MASTER_KEYS: keys.join(',') })
}
/** All that were ever given: who judges may open what any worker sealed. */
const ALL = masterKeysOf(MASTER_KEY, NEXT_MASTER_KEY)

export type Reader = {
  /** The credentials in an SQLite file, with the keys that lie on the disk; `null` where they do not open. */
  credsIn(sql: SqlNode, view?: 'now' | 'durable'): string | null
  /** Sessions with a file of keys, and of which generations these are. */
  keys(view: 'now' | 'durable'): { path: string; sessionId: string; generations: number[] }[]
}

/** What opens the rows of a session in the database, as somebody has it who has all of them, and the master keys; `null`: there is no key. */
export function openShelf(sessionId: string, generation: number, rows: ReadonlyMap<string, Uint8Array>): Cipher | null {
  const key = rows.get(HOME_ROWS.vault)
  if (!key) return null
  const keys = [JSON.parse(Buffer.from(key).toString()) as unknown]
  return readOnlyVault(() => JSON.stringify({ version: 1, keys })).cipherToOpen(sessionId, generation)
}

/** Reads a data folder as somebody would who has all of it, and the master keys. */
export function createReader(disk: SimulatedDisk): Reader {
  const vaults = {
    now: readOnlyVault((path) => disk.text(path, 'now')),
    durable: readOnlyVault((path) => disk.text(path, 'durable')),
  }

  return {
    credsIn(sql, view = 'now') {
      const row = sql.database.prepare('select session_id, generation, creds from identity where one = 1').get()
      if (!row) return null
      if (typeof row['creds'] === 'string') return row['creds']
      try {
        return vaults[view].cipherToOpen(String(row['session_id']), Number(row['generation'])).open(['creds'], row['creds'])
      } catch {
        return null
      }
    },
    keys: (view) =>
      disk.files(view).flatMap(({ path }) => {
        const sessionId = /^\/data\/keys\/([0-9a-f-]{36})\.json(\.tmp)?$/.exec(path)?.[1]
        if (sessionId === undefined) return []
        // A power cut may have torn it; what is whole of it counts.
        const wrapped = (disk.text(path, view) ?? '').matchAll(/"generation":(\d+),"masterKey":"[0-9a-f]+","wrapped":"[^"]+"/g)
        return [{ path, sessionId, generations: [...wrapped].map(([, generation]) => Number(generation)) }]
      }),
  }
}

function readOnlyVault(read: (path: string) => string | null): Vault {
  const never = (): never => {
    throw new Error('a reader changes nothing')
  }
  const disk = {
    read,
    stat: never,
    oddity: never,
    names: never,
    readStart: never,
    makeFolder: never,
    makePrivate: never,
    write: never,
    sync: never,
    rename: never,
    remove: never,
    openDatabase: never,
    lock: never,
  }
  return createVault({ places: placesOf('/data'), masterKeys: ALL, disk })
}

import { readMasterKeys } from '../../../worker/seal/master-keys.ts'
import type { MasterKeys } from '../../../worker/seal/master-keys.ts'
import { createVault } from '../../../worker/seal/vault.ts'
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

/** Reads a data folder as somebody would who has all of it, and the master keys. */
export function createReader(disk: SimulatedDisk): Reader {
  const places = placesOf('/data')
  const never = (): never => {
    throw new Error('a reader changes nothing')
  }
  const vaultOf = (view: 'now' | 'durable') =>
    createVault({
      places,
      masterKeys: ALL,
      disk: {
        read: (path) => disk.text(path, view),
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
      },
    })
  const vaults = { now: vaultOf('now'), durable: vaultOf('durable') }

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

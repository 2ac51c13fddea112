import { join } from 'node:path'
import { openKeyFiles, WrappedKey } from '../seal/key-files.ts'
import type { MasterKeys } from '../seal/master-keys.ts'
import { rewrap } from '../seal/vault.ts'
import type { Vault } from '../seal/vault.ts'
import type { Log } from '../log.ts'
import { buildFile } from '../store/credential-file.ts'
import type { DataFolder } from '../store/data-folder.ts'
import { removeDurably, writeDurably } from '../store/durable-file.ts'
import { contentsIn } from '../store/home-rows.ts'
import { HOME_ROWS } from '../store/home.ts'
import type { Home } from '../store/home.ts'
import { NAMES_FILE } from '../store/names.ts'
import { StorageError } from '../store/storage-error.ts'

/** A row of a session as it lies in the database. */
export type ShelfRow = { generation: number; name: string; value: Uint8Array }

/** What lies in the data folder of a worker whose sessions are at home in the database: sealed, and worth nothing without its lease. */
export type WorkingCopies = {
  /** Makes the folder of a session what the rows say, whatever is there. Throws `StorageError`; nothing that is damaged is put. */
  put(sessionId: string, rows: readonly ShelfRow[]): void
  erase(sessionId: string): void
}

type Options = { data: DataFolder; vault: Vault; masterKeys: MasterKeys; home: Home; maxPages: number; log: Log }

export function createWorkingCopies({ data, vault, masterKeys, home, maxPages, log }: Options): WorkingCopies {
  const { disk } = data
  const files = openKeyFiles(disk, data)

  const erase = (id: string): void => {
    for (const path of [data.session(id), data.outbox(id), ...data.asides(id)]) data.erase(path)
    files.write(id, [])
    data.finishErasing()
  }
  /** An older master key wraps it: from now on the first does. */
  const putKey = (id: string, generation: number, row: Uint8Array): void => {
    const known = WrappedKey.parse(JSON.parse(Buffer.from(row).toString()))
    const wrapped = known.masterKey === masterKeys[0].id ? known : rewrap(masterKeys, id, known)
    files.write(id, [wrapped])
    if (wrapped !== known) home.changed(id, generation, { [HOME_ROWS.vault]: Buffer.from(JSON.stringify(wrapped)) })
  }
  const putAll = (id: string, generation: number, rows: ReadonlyMap<string, Uint8Array>): void => {
    const key = rows.get(HOME_ROWS.vault)
    if (!key) throw new StorageError('damaged', 'there is no key for what lies in the database')
    putKey(id, generation, key)
    const cipher = vault.cipherToOpen(id, generation)
    try {
      const contents = contentsIn(cipher, generation, rows)
      if (contents) buildFile(data.session(id), contents, { disk, vault, sessionId: id, maxPages }, join(data.sessions, `.new-${id}`))
      const names = rows.get(HOME_ROWS.names)
      if (contents && names) writeDurably(disk, join(data.session(id), NAMES_FILE), Buffer.from(names).toString())
      const outbox = rows.get(HOME_ROWS.outbox)
      if (outbox) writeDurably(disk, data.outbox(id), Buffer.from(outbox).toString())
    } finally {
      cipher.drop()
    }
  }

  return {
    erase,
    put(id, rows) {
      erase(id)
      if (rows.length === 0) return
      // Older generations wait for the order that covers them.
      const generation = Math.max(...rows.map((row) => row.generation))
      const mine = new Map(rows.flatMap((row) => (row.generation === generation ? [[row.name, row.value] as const] : [])))
      try {
        putAll(id, generation, mine)
      } catch (error) {
        erase(id)
        if (!(error instanceof StorageError) || error.kind !== 'damaged') throw error
        log.error({ session: id, generation, error: error.message }, 'what lies in the database of a session is damaged')
      }
    },
  }
}

/** What an earlier process has left in the folder: it may have changed at home since. */
export function eraseAllCopies(data: DataFolder): void {
  const { disk } = data
  for (const folder of [data.sessions, data.outboxes, data.keys, data.quarantine]) {
    for (const name of disk.names(folder)) removeDurably(disk, join(folder, name))
  }
  disk.makeFolder(join(data.sessions, 'backups'))
}

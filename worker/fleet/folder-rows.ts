import { isDeepStrictEqual } from 'node:util'
import { join } from 'node:path'
import { openKeyFiles } from '../seal/key-files.ts'
import type { Vault } from '../seal/vault.ts'
import { contentsOf, openFile } from '../store/credential-file.ts'
import type { DataFolder } from '../store/data-folder.ts'
import { contentsIn, rowsOf } from '../store/home-rows.ts'
import { HOME_ROWS } from '../store/home.ts'
import { NAMES_FILE, generationOfNames } from '../store/names.ts'
import { StorageError } from '../store/storage-error.ts'

/**
 * A session of the folder as the rows that a mirror would have stored of it, the identity last; each opens again as what it was when this
 * returns. The queue must be of the same link. Throws `StorageError` where something does not open, or lies there in the clear.
 */
export function rowsInFolder(
  id: string,
  { data, vault, maxPages }: { data: DataFolder; vault: Vault; maxPages: number },
): { generation: number; rows: Map<string, Uint8Array> } {
  const { disk } = data
  const folder = data.session(id)
  const { database, cipher, identity } = openFile(folder, { disk, vault, sessionId: id, maxPages })
  try {
    if (!cipher.isSealed) throw new StorageError('failed', 'its credentials could not be sealed')
    const { generation } = identity
    const contents = contentsOf(database, cipher)
    const key = openKeyFiles(disk, data)
      .read(id)
      .keys?.find((one) => one.generation === generation)
    const names = generationOfNames(disk, folder) === generation ? disk.read(join(folder, NAMES_FILE)) : null
    const outbox = disk.read(data.outbox(id))
    const rows = new Map<string, Uint8Array>()
    const put = (name: string, text: string | null): void => void (text !== null && rows.set(name, Buffer.from(text)))
    put(HOME_ROWS.vault, key ? JSON.stringify(key) : null)
    put(HOME_ROWS.names, names)
    put(HOME_ROWS.outbox, outbox)
    for (const [name, row] of rowsOf(cipher, contents)) rows.set(name, row)
    // What is erased next is opened once more as whoever takes the session will open it.
    const again = contentsIn(cipher, generation, rows)
    const byName = (keys: readonly { type: string; id: string }[]) => new Map(keys.map((one) => [`${one.type} ${one.id}`, one]))
    if (!key || !again || !isDeepStrictEqual({ ...again, keys: byName(again.keys) }, { ...contents, keys: byName(contents.keys) }))
      throw new StorageError('damaged', 'what would be stored does not open as what lies there')
    return { generation, rows }
  } finally {
    cipher.drop()
    database.close()
  }
}

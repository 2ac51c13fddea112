import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Sql } from 'postgres'
import { readMasterKeys } from '../../worker/seal/master-keys.ts'
import { createVault } from '../../worker/seal/vault.ts'
import { openDataFolder } from '../../worker/store/data-folder.ts'
import { systemDisk } from '../../worker/store/disk.ts'
import { identityRow, keyRow } from '../../worker/store/home-rows.ts'
import type { HomeChanges } from '../../worker/store/home.ts'
import { type Identity, PRE_KEY_VALUES } from '../density/identity.ts'

type Row = { session_id: string; generation: number; name: string; value: Buffer }
const ROWS_AT_ONCE = 10_000

/** Where sessions are planted, for whom, and under which master key (base64, 32 bytes). */
export type Ground = { organizationId: string; sql: Sql; masterKey: string }

/** Makes sessions that were linked before, with everything of them on the shelf: a key, the identity and all pre-keys, sealed. Nobody holds them. */
export async function plantOnShelf({ organizationId, sql, masterKey }: Ground, identities: readonly Identity[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-shelf-'))
  // Keys are made as a worker makes them; where it writes them down is thrown away.
  const disk = { ...systemDisk, sync: () => {} }
  const data = openDataFolder(disk, folder, 'demo', 'database')
  try {
    let rows: Row[] = []
    const put = (session_id: string, changes: HomeChanges): void => {
      for (const [name, value] of Object.entries(changes)) {
        if (value) rows.push({ session_id, generation: 1, name, value: Buffer.from(value) })
      }
    }
    const home = { changed: (id: string, _generation: number, changes: HomeChanges) => put(id, changes), settled: () => null }
    const vault = createVault({ disk, places: data, masterKeys: readMasterKeys({ MASTER_KEYS: masterKey }), home })
    const store = async (): Promise<void> => {
      for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) await sql`insert into private.shelf ${sql(rows.slice(at, at + ROWS_AT_ONCE))}`
      rows = []
    }
    for (const { phone, creds, keys } of identities) {
      const id = randomUUID()
      const cipher = vault.cipherToWrite(id, 1)
      put(id, identityRow(cipher, { linked: true, phoneNumber: `+${phone}`, creds }))
      for (const { type, id: key, value } of [...PRE_KEY_VALUES, ...keys]) put(id, keyRow(cipher, type, key, value))
      cipher.drop()
      await sql`insert into public.whatsapp_sessions (id, organization_id, display_name, phone_number, status, linked_at)
        values (${id}, ${organizationId}, ${`Planted ${phone}`}, ${`+${phone}`}, 'connected', now())`
      await sql`update private.leases set kept = 'database' where session_id = ${id}`
      if (rows.length >= ROWS_AT_ONCE) await store()
    }
    await store()
    await sql`analyze`
  } finally {
    data.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

import { randomUUID } from 'node:crypto'
import { copyFileSync, linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Sql } from 'postgres'
import { buildFile } from '../../worker/store/credential-file.ts'
import { createVault } from '../../worker/seal/vault.ts'
import { placesOf } from '../../worker/store/data-folder.ts'
import { systemDisk } from '../../worker/store/disk.ts'
import { openNames } from '../../worker/store/names.ts'
import { type Identity, PRE_KEY_VALUES } from './identity.ts'

const FILE = 'auth.sqlite'

/** What a phone told of the people and groups that it knows. */
const NAMES = {
  version: 1 as const,
  generation: 1,
  groupsAt: new Date().toISOString(),
  groups: Array.from({ length: 10 }, (_, index) => ({ id: `12036300000000000${index}@g.us`, name: `Group ${index}`, participants: 12 })),
  contactsAt: new Date().toISOString(),
  contacts: Array.from({ length: 200 }, (_, index) => ({
    id: `5193300${String(index).padStart(4, '0')}@s.whatsapp.net`,
    phoneNumber: `+5193300${String(index).padStart(4, '0')}`,
    name: `Contact number ${index}`,
    pushName: null,
  })),
}

/** Where sessions are planted, and for whom. */
export type Ground = { data: string; organizationId: string; sql: Sql }

/**
 * Gives a worker that is down these sessions as if it had run them before: rows that say connected, credentials with all pre-keys, names, and
 * a backup of them that is not due for hours.
 */
export async function plantSessions({ data, organizationId, sql }: Ground, identities: readonly Identity[]): Promise<void> {
  const places = placesOf(data)
  const vault = createVault({ disk: systemDisk, places, masterKeys: null })
  const names = openNames({ disk: { ...systemDisk, sync: () => {} }, places, vault })
  const template = join(data, 'template')
  const contents = { generation: 1, linked: true, phoneNumber: null, creds: '{}', keys: PRE_KEY_VALUES }
  buildFile(template, contents, { disk: systemDisk, vault, sessionId: 'template', maxPages: 65_536 }, `${template}.new`)
  const backup = new Date().toISOString().replaceAll(':', '-')
  const linked_at = new Date().toISOString()
  const rows = identities.map((identity) => {
    const id = randomUUID()
    const folder = places.session(id)
    mkdirSync(folder, { mode: 0o700 })
    copyFileSync(join(template, FILE), join(folder, FILE))
    fill(join(folder, FILE), id, identity)
    names.write(id, NAMES)
    mkdirSync(join(places.backups(id), backup), { recursive: true, mode: 0o700 })
    copyFileSync(join(folder, FILE), join(places.backups(id), backup, FILE))
    return {
      id,
      organization_id: organizationId,
      display_name: `Planted ${identity.phone}`,
      phone_number: `+${identity.phone}`,
      status: 'connected',
      linked_at,
    }
  })
  rmSync(template, { recursive: true })
  await sql`insert into public.whatsapp_sessions ${sql(rows)}`
}

/** Nothing here has to survive a power cut. */
function fill(path: string, sessionId: string, { phone, creds, keys }: Identity): void {
  const database = new DatabaseSync(path)
  try {
    database.exec('pragma synchronous = off; begin')
    database.prepare('update identity set session_id = ?, phone_number = ?, creds = ?').run(sessionId, `+${phone}`, creds)
    const insert = database.prepare('insert into signal_keys (type, id, value) values (?, ?, ?)')
    for (const { type, id, value } of keys) insert.run(type, id, value)
    database.exec('commit')
  } finally {
    database.close()
  }
}

/**
 * The same identities in the folders of Baileys' own store, a file for each key. The pre-keys of all are names of the same files: a
 * login reads one of them and writes none, and 800,000 files of their own would take longer than everything else.
 */
export function plantStock(folder: string, identities: readonly Identity[]): void {
  const template = join(folder, 'template')
  mkdirSync(template, { recursive: true })
  for (const { type, id, value } of PRE_KEY_VALUES) writeFileSync(join(template, `${type}-${id}.json`), value)
  for (const { phone, creds, keys } of identities) {
    const own = join(folder, phone)
    mkdirSync(own)
    for (const { type, id } of PRE_KEY_VALUES) linkSync(join(template, `${type}-${id}.json`), join(own, `${type}-${id}.json`))
    for (const { type, id, value } of keys) writeFileSync(join(own, `${type}-${id}.json`), value)
    writeFileSync(join(own, 'creds.json'), creds)
  }
}

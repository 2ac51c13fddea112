import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { openDataFolder } from '../../../worker/store/data-folder.ts'
import { systemDisk } from '../../../worker/store/disk.ts'
import { openOutbox } from '../../../worker/store/outbox.ts'
import { NO_VAULT } from '../support/vaults.ts'
import { startTestDatabase } from '../../support/database.ts'
import { createByteSearch } from './byte-search.ts'
import { runLane } from './lane.ts'
import { searchCluster, searchFolder, searchRows } from './places.ts'

const folders: string[] = []
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-kill-test-'))
  folders.push(folder)
  return folder
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const secretOf = (identity: string) => ({ identity, kind: 'noise', bytes: randomBytes(32) })

describe('the search for keys', () => {
  it.each([
    ['raw', (key: Buffer) => key],
    ['as Baileys stores it', (key: Buffer) => JSON.stringify({ type: 'Buffer', data: key.toString('base64') })],
    ['as Node makes JSON of it', (key: Buffer) => JSON.stringify(key)],
    ['as an array of bytes in JSON', (key: Buffer) => JSON.stringify(new Uint8Array(key))],
    ['as Node prints it', (key: Buffer) => inspect(key)],
    ['hex', (key: Buffer) => key.toString('hex')],
    ['hex in capitals', (key: Buffer) => key.toString('hex').toUpperCase()],
    ['for addresses', (key: Buffer) => `?key=${key.toString('base64url')}&`],
  ])('finds a key that is written down %s, wherever it lies', (_form, write) => {
    const secrets = Array.from({ length: 200 }, (_, at) => secretOf(`identity ${at}`))
    const search = createByteSearch(secrets)
    for (const [at, { bytes }] of secrets.entries()) {
      if (at % 2 === 0) search.scan(`place ${at}`, Buffer.concat([randomBytes(at), Buffer.from(write(bytes)), randomBytes(7)]))
    }
    const found = search.hits().map(({ identity, place }) => `${identity} ${place}`)
    expect(new Set(found)).toEqual(new Set(secrets.flatMap((_, at) => (at % 2 === 0 ? [`identity ${at} place ${at}`] : []))))
  })

  it('finds nothing where a key is cut off or changed', () => {
    const secret = secretOf('a')
    const search = createByteSearch([secret])
    search.scan('cut off', secret.bytes.subarray(0, 31))
    search.scan('changed', Buffer.from(secret.bytes.toString('hex').replace(/.$/, 'x')))
    expect(search.hits()).toEqual([])
    expect(search.scanned()).toBe(31 + 64)
  })

  it('finds a key that leaked into a log of the data folder, a table, or the files of the database', async () => {
    const database = await startTestDatabase()
    try {
      const [inLog, inTable, wasInTable, nowhere] = ['log', 'table', 'dropped table', 'nowhere'].map(secretOf)
      if (!inLog || !inTable || !wasInTable || !nowhere) throw new Error('no keys')
      const data = newFolder()
      mkdirSync(join(data, 'logs'))
      writeFileSync(join(data, 'logs', 'worker.log'), `{"creds":${JSON.stringify(inLog.bytes.toString('base64'))}}\n`)
      await database.sql`create table public.leaks (note jsonb)`
      await database.sql`insert into public.leaks values (${database.sql.json({ key: inTable.bytes.toString('hex') })})`
      await database.sql`insert into public.leaks values (${database.sql.json({ key: wasInTable.bytes.toString('hex') })})`
      await database.sql`delete from public.leaks where note ->> 'key' = ${wasInTable.bytes.toString('hex')}`
      const search = createByteSearch([inLog, inTable, wasInTable, nowhere])
      searchFolder(search, 'data', data)
      await searchRows(search, database.sql)
      const before = search.hits().map(({ identity, place }) => `${identity}: ${place}`)
      expect(before).toEqual(['log: data:logs/worker.log', 'table: table public.leaks'])
      await searchCluster(search, database.sql)
      const inCluster = search.hits().flatMap(({ identity, place }) => (place.startsWith('cluster:') ? [identity] : []))
      expect(new Set(inCluster)).toEqual(new Set(['table', 'dropped table']))
    } finally {
      await database.stop()
    }
  })
})

describe('a worker that is killed again and again', () => {
  it('leaves no text behind that it was about to write (CLR-1)', () => {
    const root = newFolder()
    const first = openDataFolder(systemDisk, root, 'demo')
    first.close()
    writeFileSync(join(root, 'whatsapp/outbox/7f0c1a52-8f5e-4a86-9f3c-111111111111.json.tmp'), '{"messages":[{"text":"half')
    const second = openDataFolder(systemDisk, root, 'demo')
    openOutbox(second, NO_VAULT)
    expect(readdirSync(join(root, 'whatsapp/outbox'))).toEqual([])
    second.close()
  })

  it('brings nothing back, loses no order, leaves nothing behind and no key of what was cleared (CLR-1 to CLR-5, FEN-4, FOL-8)', async () => {
    const result = await runLane({ kills: 10, seed: 7 })
    expect(result).toMatchObject({ kills: 10, resurrections: [], orphans: [], lostOrders: [], failures: [] })
    expect(result.counts.orders).toBeGreaterThan(0)
    expect(result.counts.links).toBeGreaterThan(0)
  }, 300_000)

  it('is found out when its clears forget the disk (CLR-1)', async () => {
    const result = await runLane({ kills: 4, seed: 8, bug: 'credentials are erased in memory only, on a real disk, for good' })
    expect(result.resurrections.length).toBeGreaterThan(0)
  }, 300_000)
})

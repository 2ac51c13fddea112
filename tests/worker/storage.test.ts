import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCredentials, inspectCredentials, openCredentials } from '../../worker/store/credential-store.ts'
import { systemDisk } from '../../worker/store/disk.ts'
import { writeDurably } from '../../worker/store/durable-file.ts'
import { createWhatsApp } from '../../worker/whatsapp/socket.ts'
import { createLog } from '../../worker/log.ts'
import { eventually } from './support/eventually.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'
import { NO_VAULT } from './support/vaults.ts'

const SESSION = '7f0c1a52-8f5e-4a86-9f3c-111111111111'
const whatsapp = createWhatsApp({ url: undefined, log: createLog('silent', 'test') })
const options = { disk: systemDisk, vault: NO_VAULT, sessionId: SESSION, maxPages: 1000 }

let world: World
let worker: TestWorker
beforeAll(async () => {
  world = await startWorld()
  worker = await world.startWorker()
})
afterAll(() => world.stop())

const newStore = () => {
  const folder = join(world.newFolder(), 'session')
  return { folder, store: createCredentials(folder, 3, whatsapp.newCredentials(), options) }
}
const edit = (folder: string, sql: string): void => {
  const database = new DatabaseSync(join(folder, 'auth.sqlite'))
  database.exec(sql)
  database.close()
}

describe('a credential file', () => {
  it('makes nothing when it is merely looked at (DAT-4)', () => {
    const folder = join(world.newFolder(), 'session')
    expect(inspectCredentials(folder, options)).toEqual({ state: 'absent' })
    expect(() => openCredentials(folder, options)).toThrow('no credentials file')
    expect(existsSync(folder)).toBe(false)
  })

  it('writes nothing where a login says again what is there, and something as soon as it differs', () => {
    const { folder, store } = newStore()
    const access = store.access()
    const paired = { phoneNumber: '+51987654321' }
    const key = { type: 'device-list', id: '51987654321', value: '["1"]' }
    access.writeCreds(store.identity().creds, paired)
    access.writeKeys([key])
    const written = () => statSync(join(folder, 'auth.sqlite-wal')).size
    const before = written()
    access.writeCreds(store.identity().creds, paired)
    access.writeKeys([key, { type: 'session', id: 'never there', value: null }])
    expect(written()).toBe(before)
    access.writeKeys([{ ...key, value: '["1","2"]' }])
    expect(written()).toBeGreaterThan(before)
    access.writeCreds(store.identity().creds, { phoneNumber: '+51987654322' })
    expect(store.identity()).toMatchObject({ linked: true, phoneNumber: '+51987654322' })
    expect(access.readKeys('device-list', ['51987654321'])).toEqual(new Map([['51987654321', '["1","2"]']]))
    store.dispose()
  })

  it('keeps what was written, and is one file at rest (DAT-3)', () => {
    const { folder, store } = newStore()
    store.access().writeKeys([{ type: 'session', id: 'a', value: '{"x":1}' }])
    store.access().writeCreds(store.identity().creds, null)
    store.dispose()
    expect(readdirSync(folder)).toEqual(['auth.sqlite'])
    const again = openCredentials(folder, options)
    expect(again.access().readKeys('session', ['a', 'b'])).toEqual(new Map([['a', '{"x":1}']]))
    expect(again.generation).toBe(3)
    again.access().writeKeys([{ type: 'session', id: 'a', value: null }])
    expect(again.access().readKeys('session', ['a']).size).toBe(0)
    again.dispose()
  })

  it('belongs to one object at a time (DAT-5)', () => {
    const { folder, store } = newStore()
    expect(() => openCredentials(folder, options)).toThrow('locked')
    expect(inspectCredentials(folder, options)).toMatchObject({ state: 'unreadable' })
    store.dispose()
    expect(inspectCredentials(folder, options)).toMatchObject({ state: 'whole', generation: 3, linked: false })
  })

  it.each<[string, (folder: string) => void]>([
    ['is empty', (folder) => writeFileSync(join(folder, 'auth.sqlite'), '')],
    ['is not a database', (folder) => writeFileSync(join(folder, 'auth.sqlite'), 'x'.repeat(5000))],
    ['is another database', (folder) => edit(folder, 'pragma application_id = 1')],
    ['has a torn page', (folder) => tear(join(folder, 'auth.sqlite'))],
    ['holds no identity', (folder) => edit(folder, 'delete from identity')],
    ['holds half JSON', (folder) => edit(folder, `update identity set creds = '{"noiseKey":'`)],
    ['holds {}', (folder) => edit(folder, `update identity set creds = '{}'`)],
    ['says linked without an account', (folder) => edit(folder, 'update identity set linked = 1')],
    ['is of another session', (folder) => edit(folder, `update identity set session_id = '00000000-0000-4000-8000-000000000000'`)],
    ['has an unknown format', (folder) => edit(folder, 'pragma user_version = 99')],
  ])('that %s is damaged, and nothing is made of it (DAT-6)', (_what, damage) => {
    const { folder, store } = newStore()
    store
      .access()
      .writeKeys(Array.from({ length: 400 }, (_, index) => ({ type: 'pre-key', id: `${index}`, value: `"${'k'.repeat(100)}"` })))
    store.dispose()
    damage(folder)
    const bytes = readFileSync(join(folder, 'auth.sqlite'))
    expect(inspectCredentials(folder, options)).toMatchObject({ state: 'damaged' })
    expect(readFileSync(join(folder, 'auth.sqlite')).equals(bytes)).toBe(true)
  })

  it('is one of the files that are written whole or not at all, with nothing left beside them (DAT-3)', () => {
    const folder = world.newFolder()
    const path = join(folder, 'file.json')
    writeDurably(systemDisk, path, 'old')
    mkdirSync(join(folder, 'taken', 'by-a-folder'), { recursive: true })
    expect(() => writeDurably(systemDisk, join(folder, 'taken'), 'new')).toThrow(/EISDIR|ENOTEMPTY|EEXIST/)
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['file.json', 'taken'])
  })

  it('takes the whole of a change or nothing of it (FEN-4)', () => {
    const { store } = newStore()
    const access = store.access()
    const half = [
      { type: 'session', id: 'first', value: '"x"' },
      { type: 'session', id: 'second', value: {} as string },
    ]
    expect(() => access.writeKeys(half)).toThrow('cannot be bound')
    expect(access.readKeys('session', ['first']).size).toBe(0)
    access.writeKeys([{ type: 'session', id: 'first', value: '"y"' }])
    expect(access.readKeys('session', ['first']).get('first')).toBe('"y"')
    store.dispose()
  })

  it('that is full keeps what it had, all of it, and takes writes again when there is room (DAT-7)', () => {
    const folder = join(world.newFolder(), 'session')
    const small = createCredentials(folder, 1, whatsapp.newCredentials(), {
      disk: systemDisk,
      vault: NO_VAULT,
      sessionId: SESSION,
      maxPages: 12,
    })
    const before = small.identity().creds
    const access = small.access()
    access.writeKeys([{ type: 'session', id: 'kept', value: '"kept"' }])
    const flood = Array.from({ length: 1000 }, (_, index) => ({ type: 'pre-key', id: `${index}`, value: `"${'k'.repeat(100)}"` }))
    expect(() => access.writeKeys([{ type: 'session', id: 'kept', value: '"lost"' }, ...flood])).toThrow('the disk is full')
    expect(access.readKeys('session', ['kept'])).toEqual(new Map([['kept', '"kept"']]))
    expect(access.readKeys('pre-key', ['0', '1']).size).toBe(0)
    expect(small.identity().creds).toBe(before)
    access.writeKeys([{ type: 'session', id: 'kept', value: '"newer"' }])
    small.dispose()
    const again = openCredentials(folder, options)
    again.access().writeKeys(flood)
    expect(again.access().readKeys('session', ['kept'])).toEqual(new Map([['kept', '"newer"']]))
    again.dispose()
  })
})

describe('a session whose storage fails', () => {
  it('with a damaged file is disconnected as damaged, set aside with the reason, cleared, and others stay online (DAT-6)', async () => {
    const damaged = await world.link(worker)
    const other = await world.link(worker, '51912000111')
    await worker.stop()
    writeFileSync(join(worker.data, 'sessions', damaged.id, 'auth.sqlite'), 'x'.repeat(8192))
    rmSync(join(worker.data, 'sessions', 'backups', damaged.id), { recursive: true })
    rmSync(join(worker.data, 'sessions', damaged.id, 'names.json'), { force: true })
    worker = await world.startWorker({}, worker.data)
    await world.until(damaged.id, 'disconnected', 'credentials_damaged')
    expect(await world.receipt(damaged.id)).toMatchObject({ remoteUnlink: 'unconfirmed', removed: { quarantine: { files: 2 } } })
    expect(worker.logged()).toContain('credentials are lost or damaged')
    await world.until(other.id, 'connected')
    await eventually(() => expect(worker.supervisor.view(other.id)?.status).toBe('connected'))
  })

  it('with a full disk while it is online stops as storage_failed, loses nothing, and starts again when there is room (DAT-7)', async () => {
    const other = await world.link(worker)
    await worker.stop()
    // Room for the identity and the first keys, not for the 812 pre-keys of a first login.
    const small = await world.startWorker({ CREDENTIAL_MAX_PAGES: '16' })
    const id = await world.createSession()
    const jid = await world.scan(small, id)
    await world.until(id, 'stopped', 'storage_failed')
    expect(small.logged()).toContain('the disk is full')
    expect(world.isLinked(jid)).toBe(true)
    const found = inspectCredentials(join(small.data, 'sessions', id), { disk: systemDisk, vault: NO_VAULT, sessionId: id, maxPages: 1000 })
    expect(found).toMatchObject({ state: 'whole', linked: true, phoneNumber: '+51987654321' })
    await small.stop()
    expect((await world.row(other.id))?.status).toBe('connected')
    const roomy = await world.startWorker({}, small.data)
    await world.rpc('start_session', { session_id: id })
    await world.until(id, 'connected', null)
    await roomy.stop()
    worker = await world.startWorker({}, worker.data)
  })

  it('with no room for a new identity says so, and no QR appears (DAT-7)', async () => {
    await worker.stop()
    const none = await world.startWorker({ CREDENTIAL_MAX_PAGES: '2' })
    const id = await world.createSession()
    await world.until(id, 'connecting', 'storage_failed')
    expect(none.supervisor.view(id)?.link).toBeNull()
    expect(readdirSync(join(none.data, 'sessions')), 'nothing half-made is left').toEqual(['backups'])
    await none.stop()
    worker = await world.startWorker({}, none.data)
    await world.rpc('start_session', { session_id: id })
    expect(await world.qr(worker, id)).toContain('#')
  })
})

function tear(path: string): void {
  const file = openSync(path, 'r+')
  for (let page = 2; page < 8; page += 1) writeSync(file, Buffer.alloc(4096, 0x5a), 0, 4096, page * 4096)
  closeSync(file)
}

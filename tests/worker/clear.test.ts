import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Receipt } from '#domain/clearance.ts'
import { canonicalJson } from '../../worker/clear/receipt.ts'
import { createCredentials } from '../../worker/store/credential-store.ts'
import { systemDisk } from '../../worker/store/disk.ts'
import { eventually, sleep } from './support/eventually.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'
import { NO_VAULT } from './support/vaults.ts'

let world: World
let worker: TestWorker
beforeAll(async () => {
  world = await startWorld()
  worker = await world.startWorker()
})
afterAll(() => world.stop())
afterEach(() => void world.simulator.configure({ unlinkReply: 'ack', unlinkDelayMs: 0, restartDelayMs: 0 }))

const reset = (id: string): Promise<string> => world.rpc<string>('reset_session', { session_id: id })
const clearNow = (id: string, orderId: string) =>
  worker.call('POST', `/api/sessions/${id}/clear`, { sessionId: id, body: JSON.stringify({ orderId }) })

/** Nothing of a session may be found anywhere below the data folder. */
function traces(id: string): string[] {
  return (readdirSync(worker.data, { recursive: true }) as string[]).filter((path) => path.includes(id))
}
/** The tombstone goes a moment after the receipt is stored. */
const traceless = (id: string) => eventually(() => expect(traces(id)).toEqual([]))

describe('a clear', () => {
  it('of a connected session unlinks, erases everything, and says so in a receipt (CLR-1, CLR-7)', async () => {
    const { id, jid } = await world.link(worker)
    writeFileSync(join(worker.data, 'whatsapp', 'outbox', `${id}.json`), JSON.stringify({ messages: ['one', 'two'] }))
    const backup = join(worker.data, 'sessions', 'backups', id, '2026-11-22T00-00-00')
    mkdirSync(backup, { recursive: true })
    writeFileSync(join(backup, 'auth.sqlite'), 'twelve bytes')
    const old = join(worker.data, 'quarantine', `${id}.1`)
    mkdirSync(old)
    writeFileSync(join(old, 'rest'), 'x')
    const { logins } = world.simulator.counts()
    const order = await reset(id)
    const answer = await clearNow(id, order)
    expect(answer.status).toBe(200)
    expect(world.simulator.counts().logins, 'the live socket is enough').toBe(logins)
    const receipt = Receipt.parse(answer.body)
    expect(receipt).toMatchObject({
      orderId: order,
      sessionId: id,
      generations: [1],
      reason: 'reset',
      remoteUnlink: 'confirmed',
      verifiedAbsent: true,
      resumedAfterCrash: false,
      removed: { backups: { files: 2 }, outbox: { messages: 2 }, quarantine: { files: 1, bytes: 1 }, memory: { socket: true } },
    })
    // The snapshot of its first login, and the planted one.
    expect(receipt.removed.backups.bytes).toBeGreaterThan(50_000)
    expect(receipt.removed.credentials.bytes).toBeGreaterThan(100_000)
    expect(world.isLinked(jid)).toBe(false)
    expect(worker.supervisor.isRunning(id)).toBe(false)
    await traceless(id)
    const { digest, ...rest } = receipt
    expect(digest).toBe(createHash('sha256').update(canonicalJson(rest)).digest('hex'))
    expect((await world.orders(id))[0]?.receipt).toEqual(receipt)
    expect(await world.row(id)).toMatchObject({ status: 'disconnected', status_reason: 'reset', generation: 2 })
  })

  it('of a link that was cancelled leaves nothing, and the QR links nobody any more (CLR-1, CLR-5)', async () => {
    const id = await world.createSession()
    const qr = await world.qr(worker, id)
    const { order_id, outcome } = await world.rpc<{ outcome: string; order_id: string }>('cancel_link', { session_id: id })
    expect(outcome).toBe('deleted')
    expect(Receipt.parse((await clearNow(id, order_id)).body)).toMatchObject({
      reason: 'cancel',
      remoteUnlink: 'not_linked',
      generations: [1],
    })
    expect(await world.simulator.scan(qr)).toMatchObject({ ok: false })
    await traceless(id)
    expect(await world.row(id)).toBeNull()
  })

  it('between the scan and the restart that WhatsApp asks for (515) unlinks by a login of its own (CLR-5)', async () => {
    world.simulator.configure({ restartDelayMs: 1500 })
    const id = await world.createSession()
    const scanning = world.scan(worker, id)
    await eventually(() => expect(worker.supervisor.view(id)?.link).toBe('linking'))
    await world.deleteRow(id)
    await worker.follower.pass()
    expect(traces(id).filter((path) => path.startsWith('sessions'))).toEqual([])
    const jid = await scanning
    expect(await world.receipt(id)).toMatchObject({ remoteUnlink: 'confirmed', generations: [1] })
    expect(world.isLinked(jid)).toBe(false)
    await traceless(id)
  })

  it('of a stopped session unlinks by a login of its own (CLR-5)', async () => {
    const { id, jid } = await world.link(worker)
    await world.rpc('stop_session', { session_id: id })
    await world.until(id, 'stopped')
    await world.deleteRow(id)
    expect(await world.receipt(id)).toMatchObject({ reason: 'delete', remoteUnlink: 'confirmed' })
    expect(world.isLinked(jid)).toBe(false)
    await traceless(id)
  })

  it('of a session that waits to reconnect unlinks it, and its timer wakes nobody (CLR-2, CLR-5)', async () => {
    const { id, jid } = await world.link(worker)
    world.simulator.refuse({ reason: 503, jid, times: 1000 })
    world.simulator.drop(jid)
    await world.until(id, 'reconnecting')
    const order = await reset(id)
    await worker.follower.pass()
    world.simulator.allow()
    expect(await world.receipt(id, order)).toMatchObject({ remoteUnlink: 'confirmed' })
    await sleep(500)
    expect(worker.supervisor.isRunning(id)).toBe(false)
    expect(world.isLinked(jid)).toBe(false)
    await traceless(id)
  })

  it('asked twice at once is one clear with one receipt (CLR-6)', async () => {
    const { id } = await world.link(worker)
    const before = world.simulator.counts().unlinks
    const order = await reset(id)
    const [first, second] = await Promise.all([clearNow(id, order), clearNow(id, order)])
    expect(first.body).toEqual(second.body)
    expect((await clearNow(id, order)).body).toEqual(first.body)
    expect(world.simulator.counts().unlinks).toBe(before + 1)
  })

  it('ordered a second time finds nothing, and repeats how the unlink went (CLR-6)', async () => {
    const { id } = await world.link(worker)
    await reset(id)
    await world.deleteRow(id)
    await worker.follower.pass()
    const orders = await eventually(async () => {
      const all = await world.orders(id)
      expect(all.map((order) => order.receipt !== null)).toEqual([true, true])
      return all
    })
    expect(orders.map((order) => order.receipt?.['remoteUnlink'])).toEqual(['confirmed', 'confirmed'])
    expect(orders[1]?.receipt).toMatchObject({ generations: [], removed: { credentials: { files: 0 } } })
    await traceless(id)
  })

  it('whose unlink is never answered is unconfirmed within 5 s, and everything here is gone long before (CLR-5)', async () => {
    const { id, jid } = await world.link(worker)
    world.simulator.configure({ unlinkReply: 'ignored' })
    const order = await reset(id)
    const began = Date.now()
    const clearing = clearNow(id, order)
    await eventually(() => expect(existsSync(join(worker.data, 'sessions', id))).toBe(false), 1000)
    expect(Receipt.parse((await clearing).body)).toMatchObject({ remoteUnlink: 'unconfirmed' })
    expect(Date.now() - began).toBeLessThan(5500)
    expect(world.isLinked(jid)).toBe(true)
    await traceless(id)
  })

  it('does not stand in the way of a link begun at once, whose generation it never touches (CLR-3, CLR-8)', async () => {
    await worker.stop()
    worker = await world.startWorker({ UNLINK_TIMEOUT_MS: '2000' }, worker.data)
    const { id, jid } = await world.link(worker)
    world.simulator.configure({ unlinkReply: 'ignored' })
    const order = await reset(id)
    const clearing = clearNow(id, order)
    await world.rpc('start_session', { session_id: id })
    const next = await world.scan(worker, id, '51912000111')
    await world.until(id, 'connected')
    expect(Receipt.parse((await clearing).body)).toMatchObject({ remoteUnlink: 'unconfirmed', generations: [1] })
    await sleep(300)
    expect(await world.row(id)).toMatchObject({ status: 'connected', generation: 3, phone_number: '+51912000111' })
    expect(world.isLinked(next)).toBe(true)
    expect(world.isLinked(jid)).toBe(true)
    expect(existsSync(join(worker.data, 'sessions', id, 'auth.sqlite'))).toBe(true)
  })

  it('of a session that the phone unlinked while it was stopped is confirmed: WhatsApp knows no such device (CLR-5)', async () => {
    const { id, jid } = await world.link(worker)
    await world.rpc('stop_session', { session_id: id })
    await world.until(id, 'stopped')
    world.simulator.unlink(jid)
    await world.deleteRow(id)
    expect(await world.receipt(id)).toMatchObject({ reason: 'delete', remoteUnlink: 'confirmed', generations: [1] })
    await traceless(id)
  })

  it('that comes late leaves a newer generation alone, running or not (CLR-8)', async () => {
    const { id } = await world.link(worker)
    await reset(id)
    await world.receipt(id)
    await world.rpc('start_session', { session_id: id })
    const jid = await world.scan(worker, id)
    await world.until(id, 'connected')
    await world.rpc('stop_session', { session_id: id })
    await world.until(id, 'stopped')
    const [late] = await world.database.sql<{ id: string }[]>`
      insert into public.whatsapp_clearances (organization_id, session_id, max_generation, reason)
      values (${world.organizationId}, ${id}, 2, 'reset') returning id`
    expect(await world.receipt(id, late?.id)).toMatchObject({ generations: [], removed: { credentials: { files: 0 } } })
    expect(existsSync(join(worker.data, 'sessions', id, 'auth.sqlite'))).toBe(true)
    expect(world.isLinked(jid)).toBe(true)
    await world.rpc('start_session', { session_id: id })
    await world.until(id, 'connected', null)
  })

  it('that could not erase says so, keeps the session offline, and is done once it can (CLR-4)', async () => {
    const { id, jid } = await world.link(worker)
    rmSync(join(worker.data, 'erasing'), { recursive: true })
    await reset(id)
    const failed = await eventually(async () => {
      const [order] = await world.database.sql<{ attempts: number; last_error: string }[]>`
        select attempts, last_error from public.whatsapp_clearances where session_id = ${id}`
      expect(order?.attempts).toBeGreaterThan(0)
      return order
    })
    expect(failed?.last_error).toMatch(/ENOENT.*rename/)
    expect(worker.supervisor.isRunning(id)).toBe(false)
    mkdirSync(join(worker.data, 'erasing'))
    expect(await world.receipt(id)).toMatchObject({ remoteUnlink: 'confirmed', resumedAfterCrash: false, generations: [1] })
    expect(world.isLinked(jid)).toBe(false)
    await traceless(id)
  })

  it('is refused without a stored order, and for another session (CLR-10)', async () => {
    const { id } = await world.link(worker)
    const stranger = '00000000-0000-4000-8000-000000000000'
    expect(await clearNow(id, stranger)).toMatchObject({ status: 409, body: { error: { code: 'order_missing' } } })
    expect(await worker.call('DELETE', `/api/sessions/${id}`, { sessionId: id })).toMatchObject({ status: 409 })
    expect(worker.supervisor.view(id)?.status).toBe('connected')
  })

  it('carries out the open order on DELETE as well (CLR-10)', async () => {
    await worker.stop()
    worker = await world.startWorker({ POLL_SECONDS: '60' }, worker.data)
    const id = await world.createSession()
    await world.deleteRow(id)
    const answer = await worker.call('DELETE', `/api/sessions/${id}`, { sessionId: id })
    expect(answer).toMatchObject({ status: 200, body: { reason: 'delete' } })
    await worker.stop()
    worker = await world.startWorker({}, worker.data)
  })

  it('reports once the database is back, and keeps its tombstone until then (CLR-4)', async () => {
    await worker.stop()
    const road = await world.road()
    worker = await world.startWorker({ SUPABASE_URL: road.url }, worker.data)
    const { id, jid } = await world.link(worker)
    road.faults.edit = (name, answer) => {
      if (name === 'worker_complete_order') throw new Error('cut')
      return answer
    }
    await reset(id)
    await eventually(() => expect(world.isLinked(jid)).toBe(false))
    await eventually(() => expect(worker.logged()).toContain('a clear has to be tried again'))
    expect(readdirSync(join(worker.data, 'tombstones')).filter((name) => name.startsWith(id))).toHaveLength(1)
    road.faults.edit = null
    expect(await world.receipt(id)).toMatchObject({ remoteUnlink: 'confirmed', resumedAfterCrash: false })
    await traceless(id)
    await worker.stop()
    worker = await world.startWorker({}, worker.data)
  })
})

describe('the fence', () => {
  it('turns late writes of a cleared session into nothing (FEN-1)', async () => {
    const folder = join(world.newFolder(), 'session')
    const id = '7f0c1a52-8f5e-4a86-9f3c-111111111111'
    const { newCredentials } = await import('../../worker/whatsapp/socket.ts').then(({ createWhatsApp }) =>
      createWhatsApp({ url: world.simulator.webSocketUrl, log: { debug() {}, info() {}, warn() {}, error() {}, child: () => never() } }),
    )
    const store = createCredentials(folder, 1, newCredentials(), { disk: systemDisk, vault: NO_VAULT, sessionId: id, maxPages: 1000 })
    const access = store.access()
    access.writeKeys([{ type: 'session', id: 'a', value: '"kept"' }])
    expect(access.readKeys('session', ['a']).size).toBe(1)
    store.dispose()
    rmSync(folder, { recursive: true })
    access.writeCreds('{}', { phoneNumber: '+1' })
    access.writeKeys([{ type: 'session', id: 'b', value: '"late"' }])
    expect(access.readKeys('session', ['a', 'b']).size).toBe(0)
    expect(existsSync(folder)).toBe(false)
  })

  it('stops an older identity from writing into a newer one (FEN-2)', async () => {
    const folder = join(world.newFolder(), 'session')
    const whatsapp = (await import('../../worker/whatsapp/socket.ts')).createWhatsApp({
      url: undefined,
      log: { debug() {}, info() {}, warn() {}, error() {}, child: () => never() },
    })
    const store = createCredentials(folder, 1, whatsapp.newCredentials(), {
      disk: systemDisk,
      vault: NO_VAULT,
      sessionId: '7f0c1a52-8f5e-4a86-9f3c-111111111111',
      maxPages: 1000,
    })
    const older = store.access()
    const second = whatsapp.newCredentials()
    store.renew(second)
    older.writeCreds(whatsapp.newCredentials(), { phoneNumber: '+1' })
    older.writeKeys([{ type: 'session', id: 'a', value: '"old"' }])
    expect(store.identity()).toMatchObject({ linked: false, creds: second })
    expect(store.access().readKeys('session', ['a']).size).toBe(0)
    store.dispose()
  })
})

function never(): never {
  throw new Error('not used')
}

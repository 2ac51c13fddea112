import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from './support/eventually.ts'
import { startWorld } from './support/world.ts'
import { systemDisk } from '../../worker/store/disk.ts'
import type { Disk } from '../../worker/store/disk.ts'
import type { TestWorker, World } from './support/world.ts'

let world: World
let worker: TestWorker
beforeAll(async () => {
  world = await startWorld()
  worker = await world.startWorker()
})
afterAll(() => world.stop())

const folderOf = (id: string) => join(worker.data, 'sessions', id)
/** So that nothing can take the place of what a test damages. */
const dropBackups = (id: string) => rmSync(join(worker.data, 'sessions', 'backups', id), { recursive: true })
const restart = async (between: () => unknown): Promise<void> => {
  await worker.stop()
  await between()
  worker = await world.startWorker({}, worker.data)
}
/** Holds a session's file as another program might: the worker can neither read it nor call it damaged. Returns how to let go. */
const hold = (id: string): (() => void) => {
  const other = new DatabaseSync(join(folderOf(id), 'auth.sqlite'))
  other.exec('pragma locking_mode = exclusive; begin exclusive')
  return () => other.close()
}
/** An order as a late one comes: for generations that the row has left behind. */
const orderFor = async (id: string, maxGeneration: number): Promise<string> => {
  const [order] = await world.database.sql<{ id: string }[]>`
    insert into public.whatsapp_clearances (organization_id, session_id, max_generation, reason)
    values (${world.organizationId}, ${id}, ${maxGeneration}, 'reset') returning id`
  return order?.id ?? ''
}
const attempts = async (orderId: string): Promise<number> => {
  const [order] = await world.database.sql<{ attempts: number }[]>`select attempts from public.whatsapp_clearances where id = ${orderId}`
  return order?.attempts ?? 0
}

describe('a row never says connected while nothing runs', () => {
  it('when its credentials cannot be read at the start: reconnecting, until they can (DAT-6)', async () => {
    const { id, jid } = await world.link(worker)
    let letGo = () => {}
    await restart(() => (letGo = hold(id)))
    await world.until(id, 'reconnecting', 'storage_failed')
    letGo()
    await world.until(id, 'connected', null)
    expect(world.isLinked(jid)).toBe(true)
  })

  it('when its generation must stay gone, as of a database that was restored: stopped (CLR-3)', async () => {
    const { id, jid } = await world.link(worker)
    await restart(() => writeFileSync(join(worker.data, 'tombstones', `${id}.damaged.json`), ''))
    await world.until(id, 'stopped', 'storage_failed')
    expect(world.simulator.devices().find((device) => device.jid === jid)?.online).toBe(false)
    await world.rpc('start_session', { session_id: id })
    await world.until(id, 'stopped', 'storage_failed')
    await restart(() => rmSync(join(worker.data, 'tombstones', `${id}.damaged.json`)))
    await world.rpc('start_session', { session_id: id })
    await world.until(id, 'connected', null)
  })

  it('and one that runs is told to a database that was restored from before its link (FOL-12, LNK-7)', async () => {
    const { id, jid } = await world.link(worker)
    await world.database.sql`update public.whatsapp_sessions
      set status = 'connecting', linked_at = null, phone_number = null, worker_id = null where id = ${id}`
    expect(await world.until(id, 'connected', null)).toMatchObject({ phone_number: '+51987654321' })
    // And what is wanted next is still heard.
    await world.rpc('stop_session', { session_id: id })
    await world.until(id, 'stopped', null)
    expect(world.isLinked(jid)).toBe(true)
  })
})

describe('a link that must not begin', () => {
  it('since a tombstone of its session cannot be read says so, instead of nothing (CLR-4)', async () => {
    const { id, jid } = await world.link(worker)
    const tombstone = join(worker.data, 'tombstones', `${id}.damaged.json`)
    await restart(() => writeFileSync(tombstone, ''))
    const order = await world.rpc<string>('reset_session', { session_id: id })
    expect(await world.receipt(id, order), 'it fences, but it keeps no order from erasing').toMatchObject({ remoteUnlink: 'confirmed' })
    expect(world.isLinked(jid)).toBe(false)
    await world.rpc('start_session', { session_id: id })
    await world.until(id, 'connecting', 'storage_failed')
    expect(existsSync(folderOf(id))).toBe(false)
    await restart(() => rmSync(tombstone))
    await world.rpc('start_session', { session_id: id })
    expect(await world.qr(worker, id)).toContain('#')
  })
})

describe('a volume that is not mounted', () => {
  it('unlinks nobody, although each session is looked at by itself (FOL-9)', async () => {
    const ids: string[] = []
    for (let index = 0; index < 4; index += 1) ids.push((await world.link(worker)).id)
    const sessions = join(worker.data, 'sessions')
    await restart(() => renameSync(sessions, `${sessions}.unmounted`))
    await eventually(() => expect(worker.logged()).toContain('ALARM: too many sessions without credentials'))
    for (const id of ids) await worker.call('POST', `/api/sessions/${id}/start`, { sessionId: id })
    await worker.follower.pass()
    for (const id of ids) {
      await world.until(id, 'reconnecting', 'storage_failed')
      expect(await world.row(id)).toMatchObject({ generation: 1, phone_number: '+51987654321' })
      expect(await world.orders(id)).toEqual([])
    }
    await restart(() => {
      rmSync(sessions, { recursive: true })
      renameSync(`${sessions}.unmounted`, sessions)
    })
    for (const id of ids) await eventually(() => expect(worker.supervisor.view(id)?.status).toBe('connected'))
  })
})

describe('a disk that refuses', () => {
  it('every byte still takes an order to be gone, on room that was kept for it (CLR-11)', async () => {
    const reserve = join(worker.data, 'reserve')
    const { id, jid } = await world.link(worker)
    let full = false
    const crowded: Disk = {
      ...systemDisk,
      write(path, text) {
        if (full && existsSync(reserve)) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
        systemDisk.write(path, text)
      },
    }
    await worker.stop()
    worker = await world.startWorker({}, worker.data, true, crowded)
    await world.until(id, 'connected')
    full = true
    const order = await world.rpc<string>('reset_session', { session_id: id })
    expect(await world.receipt(id, order)).toMatchObject({ remoteUnlink: 'confirmed', generations: [1] })
    expect(existsSync(folderOf(id))).toBe(false)
    expect(world.isLinked(jid)).toBe(false)
    await eventually(() => expect(existsSync(reserve), 'room is set aside anew').toBe(true))
    await restart(() => {})
  })

  it('to set damaged credentials aside does not end the worker: they are reported and cleared where they lie (DAT-6, OPS-4)', async () => {
    const { id } = await world.link(worker)
    await world.rpc('stop_session', { session_id: id })
    await world.until(id, 'stopped')
    writeFileSync(join(folderOf(id), 'auth.sqlite'), 'x'.repeat(8192))
    dropBackups(id)
    const refusing: Disk = {
      ...systemDisk,
      makeFolder(path) {
        if (path.includes(join('quarantine', id))) throw Object.assign(new Error('EIO: i/o error, mkdir'), { code: 'EIO' })
        systemDisk.makeFolder(path)
      },
    }
    await worker.stop()
    worker = await world.startWorker({}, worker.data, true, refusing)
    await world.until(id, 'disconnected', 'credentials_damaged')
    expect(await world.receipt(id)).toMatchObject({ remoteUnlink: 'unconfirmed', removed: { credentials: { files: 1 } } })
    expect(existsSync(folderOf(id))).toBe(false)
    await restart(() => {})
  })
})

describe('a clear', () => {
  it('erases nothing that it cannot read: it may be of a newer generation (CLR-8, DAT-6)', async () => {
    const { id, jid } = await world.link(worker)
    await world.database.sql`update public.whatsapp_sessions set generation = 2 where id = ${id}`
    await worker.stop()
    const file = new DatabaseSync(join(folderOf(id), 'auth.sqlite'))
    file.exec('update identity set generation = 2')
    file.close()
    worker = await world.startWorker({}, worker.data)
    await eventually(() => expect(worker.supervisor.view(id)?.status).toBe('connected'))
    await world.rpc('stop_session', { session_id: id })
    await world.until(id, 'stopped')
    const letGo = hold(id)
    const order = await orderFor(id, 1)
    await eventually(async () => expect(await attempts(order)).toBeGreaterThan(0))
    expect(existsSync(join(folderOf(id), 'auth.sqlite'))).toBe(true)
    letGo()
    expect(await world.receipt(id, order)).toMatchObject({ generations: [], removed: { credentials: { files: 0 } } })
    await world.rpc('start_session', { session_id: id })
    await world.until(id, 'connected', null)
    expect(world.isLinked(jid)).toBe(true)
  })

  it('of a session whose own file cannot be read any more unlinks over the live socket and closes it (CLR-2, CLR-5)', async () => {
    const { id, jid } = await world.link(worker)
    const session = worker.supervisor.held(id, 1)?.session
    if (!session) throw new Error('not running')
    session.identity = () => {
      throw new Error('disk I/O error')
    }
    const order = await world.rpc<string>('reset_session', { session_id: id })
    expect(await world.receipt(id, order)).toMatchObject({ remoteUnlink: 'confirmed', removed: { memory: { socket: true } } })
    expect(world.isLinked(jid)).toBe(false)
    expect(existsSync(folderOf(id))).toBe(false)
  })

  it('of a later link claims nothing of how an earlier one was unlinked (CLR-5, CLR-6)', async () => {
    const { id } = await world.link(worker)
    expect(await world.receipt(id, await world.rpc<string>('reset_session', { session_id: id }))).toMatchObject({
      remoteUnlink: 'confirmed',
    })
    await world.rpc('start_session', { session_id: id })
    const jid = await world.scan(worker, id, '51912000111')
    await world.until(id, 'connected')
    await world.rpc('stop_session', { session_id: id })
    await world.until(id, 'stopped')
    writeFileSync(join(folderOf(id), 'auth.sqlite'), 'x'.repeat(8192))
    dropBackups(id)
    await world.rpc('start_session', { session_id: id })
    await world.until(id, 'disconnected', 'credentials_damaged')
    expect(await world.receipt(id)).toMatchObject({ reason: 'unlinked', remoteUnlink: 'unconfirmed' })
    expect(world.isLinked(jid), 'nobody could unlink it').toBe(true)
  })

  it('is shown to nobody of another organisation, not even once it is done (CMD-6)', async () => {
    const { id } = await world.link(worker)
    const order = await world.rpc<string>('reset_session', { session_id: id })
    await world.receipt(id, order)
    await eventually(() => expect(worker.clear.receiptOf(order)).not.toBeNull())
    const ask = (organizationId: string) =>
      worker.call('POST', `/api/sessions/${id}/clear`, { sessionId: id, organizationId, body: JSON.stringify({ orderId: order }) })
    expect(await ask('7f0c1a52-8f5e-4a86-9f3c-111111111111')).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
    expect(await ask(world.organizationId)).toMatchObject({ status: 200, body: { orderId: order } })
  })
})

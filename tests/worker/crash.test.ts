import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { eventually, sleep } from './support/eventually.ts'
import { startWorld } from './support/world.ts'
import type { World, WorkerProcess } from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())
afterEach(() => void world.simulator.configure({ unlinkReply: 'ack', unlinkDelayMs: 0 }))

const traces = (worker: WorkerProcess, id: string): string[] =>
  (readdirSync(worker.data, { recursive: true }) as string[]).filter((path) => path.includes(id))

/** Leaves on disk what a worker leaves that dies right behind its tombstone; returns the order. */
async function plantTombstone(data: string, id: string): Promise<string> {
  const orderId = await world.rpc<string>('reset_session', { session_id: id })
  const look = await world.database.service.rpc('worker_look', { session_id: id })
  const [order] = (look.data as unknown as { orders: unknown[] }).orders
  const nothing = { files: 0, bytes: 0 }
  const findings = {
    linked: true,
    generations: [1],
    removed: { credentials: nothing, backups: nothing, outbox: { messages: 0 }, names: 0, quarantine: nothing },
  }
  writeFileSync(
    join(data, 'tombstones', `${id}.${orderId}.json`),
    JSON.stringify({ version: 1, order, startedAt: new Date().toISOString(), findings, remoteUnlink: null, receipt: null }),
  )
  return orderId
}

describe('a worker process', () => {
  it('reconnects its linked sessions after a restart, without a new link (FOL-4)', async () => {
    const first = await world.spawnWorker()
    const { id, jid } = await world.link(first)
    expect(await first.kill('SIGTERM')).toBe(0)
    expect((await world.row(id))?.status).toBe('connected')
    const second = await world.spawnWorker({}, first.data)
    await eventually(() =>
      expect(world.simulator.devices().find((device) => device.jid === jid)).toMatchObject({ online: true, logins: 2 }),
    )
    await world.until(id, 'connected')
    expect((await world.row(id))?.generation).toBe(1)
    await second.kill()
  })

  it('is down within 3 s of a signal, even when the peer is dead (OPS-1)', async () => {
    const worker = await world.spawnWorker()
    const { id, jid } = await world.link(worker)
    world.simulator.goOffline(jid)
    const began = Date.now()
    expect(await worker.kill('SIGINT')).toBe(0)
    expect(Date.now() - began).toBeLessThan(3000)
    expect((await world.row(id))?.status).toBe('connected')
    world.simulator.comeBack(jid)
  })

  it('killed in the middle of a login comes back with the same identity (FEN-4)', async () => {
    const first = await world.spawnWorker()
    const id = await world.createSession()
    const jid = await world.scan(first, id)
    await first.kill('SIGKILL')
    const second = await world.spawnWorker({}, first.data)
    await world.until(id, 'connected')
    expect(world.simulator.devices().map((device) => device.jid)).toContain(jid)
    await second.kill()
  })

  it('killed between erasing and unlinking: gone after the restart, and the receipt claims no unlink (CLR-4)', async () => {
    const first = await world.spawnWorker()
    const { id, jid } = await world.link(first)
    world.simulator.configure({ unlinkReply: 'ignored' })
    const order = await world.rpc<string>('reset_session', { session_id: id })
    await eventually(() => expect(readdirSync(join(first.data, 'tombstones'))).toHaveLength(1))
    await eventually(() => expect(existsSync(join(first.data, 'sessions', id))).toBe(false))
    await first.kill('SIGKILL')
    world.simulator.configure({ unlinkReply: 'ack' })
    const second = await world.spawnWorker({}, first.data)
    expect(await world.receipt(id, order)).toMatchObject({
      remoteUnlink: 'unconfirmed',
      resumedAfterCrash: true,
      generations: [1],
      verifiedAbsent: true,
      removed: { credentials: { files: 2 } },
    })
    await eventually(() => expect(traces(second, id)).toEqual([]))
    expect(world.isLinked(jid)).toBe(true)
    await second.kill()
  })

  it('killed between tombstone and erasing: gone after the restart, unlinked, before any session starts (CLR-4)', async () => {
    const first = await world.spawnWorker()
    const { id, jid } = await world.link(first)
    await first.kill('SIGKILL')
    const orderId = await plantTombstone(first.data, id)
    const second = await world.spawnWorker({}, first.data)
    expect(await world.receipt(id, orderId)).toMatchObject({ remoteUnlink: 'confirmed', resumedAfterCrash: true, generations: [1] })
    expect(world.isLinked(jid)).toBe(false)
    await eventually(() => expect(traces(second, id)).toEqual([]))
    await second.kill()
  })

  it('finishes a clear from its tombstone while the database is down, and reports it later (CLR-4)', async () => {
    const first = await world.spawnWorker()
    const { id, jid } = await world.link(first)
    await first.kill('SIGKILL')
    const orderId = await plantTombstone(first.data, id)
    const road = await world.road()
    road.faults.down = true
    const second = await world.spawnWorker({ SUPABASE_URL: road.url }, first.data, false)
    await eventually(() => expect(world.isLinked(jid)).toBe(false))
    expect(existsSync(join(first.data, 'sessions', id))).toBe(false)
    // One that is being written anew has a temporary file beside it for a moment.
    expect(readdirSync(join(first.data, 'tombstones')).filter((name) => !name.endsWith('.tmp'))).toHaveLength(1)
    road.faults.down = false
    expect(await world.receipt(id, orderId)).toMatchObject({ remoteUnlink: 'confirmed' })
    await second.kill()
  })

  it('does not bring back a session that was deleted while it was off, even when the database is away at its start (FOL-1)', async () => {
    const first = await world.spawnWorker()
    const { id, jid } = await world.link(first)
    await first.kill('SIGKILL')
    await world.database.sql`delete from public.whatsapp_sessions where id = ${id}`
    const logins = world.simulator.devices().find((device) => device.jid === jid)?.logins
    const road = await world.road()
    road.faults.down = true
    const second = await world.spawnWorker({ SUPABASE_URL: road.url }, first.data, false)
    await eventually(async () => expect((await fetch(`${second.url}/health`)).status).toBe(200))
    expect((await fetch(`${second.url}/ready`)).status).toBe(503)
    await sleep(700)
    expect(world.simulator.devices().find((device) => device.jid === jid)?.logins).toBe(logins)
    road.faults.down = false
    expect(await world.receipt(id)).toMatchObject({ reason: 'delete', remoteUnlink: 'confirmed' })
    expect(world.isLinked(jid)).toBe(false)
    await second.kill()
  })

  it('says what is wrong with its settings and starts nothing (OPS-2)', async () => {
    const worker = await world.spawnWorker({ WORKER_REALM: 'moon', COMMAND_PUBLIC_KEYS: 'no' }, world.newFolder(), false)
    await eventually(() => expect(worker.child.exitCode).toBe(1))
    expect(worker.output()).toContain('WORKER_REALM')
    expect(worker.output()).toContain('COMMAND_PUBLIC_KEYS')
    expect(worker.output()).not.toContain(world.database.serviceRoleKey)
  })

  it('logs where it was that nobody caught something, not what it said, and ends, so that it is started anew in a known state (OPS-4)', async () => {
    const preload = new URL('support/reject-later.ts', import.meta.url).pathname
    const worker = await world.spawnWorker({ NODE_OPTIONS: `--import=${preload}` }, world.newFolder(), false)
    await eventually(() => expect(worker.child.exitCode).toBe(1))
    expect(worker.output()).toContain('unhandledRejection')
    expect(worker.output()).toContain('reject-later.ts')
    expect(worker.output()).not.toContain('nobody caught this')
  })

  it('refuses a data folder that another worker holds, or that is of another realm (DAT-1, DAT-2)', async () => {
    const first = await world.spawnWorker()
    const second = await world.spawnWorker({}, first.data, false)
    await eventually(() => expect(second.child.exitCode).toBe(1))
    expect(second.output()).toContain('Another worker uses the data folder')
    await first.kill('SIGKILL')
    const live = await world.spawnWorker({ WORKER_REALM: 'live' }, first.data, false)
    await eventually(() => expect(live.child.exitCode).toBe(1))
    expect(live.output()).toContain('belongs to the realm "demo"')
    const again = await world.spawnWorker({}, first.data)
    await again.kill()
  })

  it('keeps a session fenced whose tombstone is damaged (CLR-4)', async () => {
    const first = await world.spawnWorker()
    const { id, jid } = await world.link(first)
    await first.kill('SIGKILL')
    mkdirSync(join(first.data, 'tombstones'), { recursive: true })
    writeFileSync(join(first.data, 'tombstones', `${id}.damaged.json`), '{')
    const logins = world.simulator.devices().find((device) => device.jid === jid)?.logins
    const second = await world.spawnWorker({}, first.data)
    await sleep(500)
    expect(world.simulator.devices().find((device) => device.jid === jid)?.logins).toBe(logins)
    expect(second.output()).toContain('a tombstone is damaged')
    await second.kill()
  })
})

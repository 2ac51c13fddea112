import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { eventually, sleep } from './support/eventually.ts'
import type { FaultyRoad } from './support/faulty-road.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

let world: World
let road: FaultyRoad
let worker: TestWorker
let live: { id: string; jid: string }
beforeAll(async () => {
  world = await startWorld()
  road = await world.road()
  worker = await world.startWorker({ SUPABASE_URL: road.url })
  live = await world.link(worker)
})
afterAll(() => world.stop())
beforeEach(async () => {
  const { down, edit } = road.faults
  road.faults.down = false
  road.faults.edit = null
  // One good pass between two faults, so that each is told in the log.
  if (down || edit) await worker.follower.pass()
})

const isOnline = (jid: string) => world.simulator.devices().find((device) => device.jid === jid)?.online === true
const logins = (jid: string) => world.simulator.devices().find((device) => device.jid === jid)?.logins
const isUntouched = () =>
  isOnline(live.jid) && worker.supervisor.isRunning(live.id) && existsSync(join(worker.data, 'sessions', live.id, 'auth.sqlite'))

/** Waits for passes that the fault spoils, and for what the log says of them. */
async function spoil(edit: FaultyRoad['faults']['edit'], word: RegExp): Promise<void> {
  const from = worker.logged().length
  const passes = () => road.faults.calls.filter((name) => name === 'worker_snapshot').length
  const before = passes()
  road.faults.edit = edit
  await eventually(() => expect(passes()).toBeGreaterThan(before + 2))
  expect(worker.logged().slice(from)).toMatch(word)
}
const gate = () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}
const instanceOf = ({ data }: TestWorker) =>
  (JSON.parse(readFileSync(join(data, 'instance.json'), 'utf8')) as { instance_id: string | null }).instance_id
type Lists = { sessions: unknown[]; orders: unknown[]; session_count: number; order_count: number; instance_id: string }
const onSnapshot = (change: (snapshot: Lists) => unknown) => (name: string, answer: unknown) =>
  name === 'worker_snapshot' ? change(answer as Lists) : answer

describe('a snapshot that cannot be right changes nothing (FOL-2)', () => {
  it('when the database is down: sessions carry on, even through a lost connection', async () => {
    road.faults.down = true
    await eventually(() => expect(worker.logged()).toContain('the database cannot be followed'))
    expect(isUntouched()).toBe(true)
    const before = logins(live.jid) ?? 0
    world.simulator.drop(live.jid)
    await eventually(() => expect(logins(live.jid)).toBe(before + 1))
    await eventually(() => expect(isOnline(live.jid)).toBe(true))
    const status = await worker.call('GET', `/api/sessions/${live.id}/status`, { sessionId: live.id })
    expect(status).toMatchObject({ status: 200, body: { status: 'connected' } })
    const start = await worker.call('POST', `/api/sessions/${live.id}/start`, { sessionId: live.id })
    expect(start).toMatchObject({ status: 503, body: { error: { code: 'database_unavailable' } } })
    road.faults.down = false
    await eventually(() => expect(worker.logged()).toContain('the database is followed again'))
    await world.until(live.id, 'connected')
  })
  it('when it was read before what was observed was stored: a session that was replaced meanwhile does not fight back (FOL-6)', async () => {
    const { id, jid } = await world.link(worker)
    const before = logins(jid)
    // The word "stopped" is held back until a snapshot has read the row as it was, and that snapshot until the word is stored.
    const [snapshotRead, wordStored] = [gate(), gate()]
    road.faults.hold = (name) => (name === 'worker_observe' ? snapshotRead.opened : undefined)
    world.simulator.replace(jid)
    await eventually(() => expect(worker.supervisor.view(id)?.status).toBe('stopped'))
    road.faults.edit = async (name, answer) => {
      if (name === 'worker_snapshot') {
        snapshotRead.open()
        await wordStored.opened
      }
      return answer
    }
    await world.until(id, 'stopped', 'replaced')
    await sleep(100)
    road.faults.hold = null
    road.faults.edit = null
    wordStored.open()
    await sleep(600)
    expect(logins(jid)).toBe(before)
    expect(await world.row(id)).toMatchObject({ status: 'stopped', status_reason: 'replaced' })
    await world.rpc('reset_session', { session_id: id })
    await eventually(() => expect(world.isLinked(jid)).toBe(false))
  })

  it.each<[string, FaultyRoad['faults']['edit'], RegExp]>([
    ['its lists are cut', onSnapshot((snapshot) => ({ ...snapshot, sessions: [], session_count: 99 })), /not what it should be/],
    ['it is empty, as a wrong key reads a table', onSnapshot(() => []), /not what it should be/],
    ['it is no value at all', onSnapshot(() => null), /not what it should be/],
    [
      'it is of another database',
      onSnapshot((snapshot) => ({ ...snapshot, instance_id: randomUUID(), sessions: [], session_count: 0, change_sum: 0 })),
      /belongs to/,
    ],
  ])('when %s', async (_what, edit, words) => {
    await spoil(edit, words)
    expect(isUntouched()).toBe(true)
    expect((await world.row(live.id))?.status).toBe('connected')
  })
  it('when it is whole but lacks the row, and the second read by id still finds it', async () => {
    road.faults.edit = onSnapshot((snapshot) => ({ ...snapshot, sessions: [], session_count: 0, change_sum: 0 }))
    await sleep(800)
    expect(isUntouched()).toBe(true)
  })
  it('when the key is wrong from the start: not ready, nothing started', async () => {
    const wrong = await world.startWorker({ SUPABASE_SERVICE_ROLE_KEY: world.database.anonKey }, world.newFolder(), false)
    await eventually(() => expect(wrong.logged()).toContain('cannot be followed'))
    expect((await fetch(`${wrong.url}/ready`)).status).toBe(503)
    expect(instanceOf(wrong)).toBeNull()
    await wrong.stop()
  })
})

describe('what the disk and the database do not agree about', () => {
  it('a row that is gone, confirmed by a second read, stops the session; its folder waits in quarantine without an order (FOL-3, FOL-8)', async () => {
    const { id, jid } = await world.link(worker)
    await world.database.sql`alter table public.whatsapp_sessions disable trigger order_clear_of_deleted`
    await world.database.sql`delete from public.whatsapp_sessions where id = ${id}`
    await world.database.sql`alter table public.whatsapp_sessions enable trigger order_clear_of_deleted`
    await eventually(() => expect(existsSync(join(worker.data, 'sessions', id))).toBe(false))
    const folder = readdirSync(join(worker.data, 'quarantine')).find((name) => name.startsWith(id))
    const why = JSON.parse(readFileSync(join(worker.data, 'quarantine', folder ?? '', 'why.json'), 'utf8')) as Record<string, unknown>
    expect(why).toMatchObject({ session_id: id, reason: 'no session has this id' })
    expect(existsSync(join(worker.data, 'quarantine', folder ?? '', 'session', 'auth.sqlite'))).toBe(true)
    expect(isOnline(jid)).toBe(false)
    expect(world.isLinked(jid)).toBe(true)
  })

  it('a folder of another generation is quarantined and never started (FEN-3)', async () => {
    const { id, jid } = await world.link(worker)
    await worker.stop()
    await world.database.sql`update public.whatsapp_sessions set generation = 7 where id = ${id}`
    const before = logins(jid)
    worker = await world.startWorker({ SUPABASE_URL: road.url }, worker.data)
    await world.until(id, 'disconnected', 'credentials_damaged')
    expect(logins(jid)).toBe(before)
  })

  it('a linked row without credentials is disconnected as damaged, never a silent new QR (FOL-7)', async () => {
    const { id } = await world.link(worker)
    await worker.stop()
    rmSync(join(worker.data, 'sessions', id), { recursive: true })
    rmSync(join(worker.data, 'sessions', 'backups', id), { recursive: true })
    worker = await world.startWorker({ SUPABASE_URL: road.url }, worker.data)
    await world.until(id, 'disconnected', 'credentials_damaged')
    expect(await world.receipt(id)).toMatchObject({ reason: 'unlinked', remoteUnlink: 'unconfirmed', generations: [] })
    expect(worker.supervisor.view(id)?.link).toBeNull()
  })

  it('a whole data folder that is missing is an alarm, not a mass unlink (FOL-9)', async () => {
    const ids: string[] = []
    for (let index = 0; index < 4; index += 1) ids.push((await world.link(worker)).id)
    await worker.stop()
    const sessions = join(worker.data, 'sessions')
    renameSync(sessions, `${sessions}.unmounted`)
    worker = await world.startWorker({ SUPABASE_URL: road.url }, worker.data)
    await eventually(() => expect(worker.logged()).toContain('ALARM: too many sessions without credentials'))
    // None is unlinked, and none is called connected that is not.
    for (const id of ids) await world.until(id, 'reconnecting', 'storage_failed')
    await worker.stop()
    rmSync(sessions, { recursive: true })
    renameSync(`${sessions}.unmounted`, sessions)
    worker = await world.startWorker({ SUPABASE_URL: road.url }, worker.data)
    for (const id of ids) await eventually(() => expect(worker.supervisor.view(id)?.status).toBe('connected'))
    expect(isUntouched()).toBe(true)
  })

  it('a new data folder under a database that knows linked sessions is an alarm as well, however few they are (FOL-9)', async () => {
    await worker.stop()
    const elsewhere = await world.startWorker()
    await eventually(() => expect(elsewhere.logged()).toContain('ALARM: too many sessions without credentials'))
    expect(instanceOf(elsewhere)).toBeNull()
    await elsewhere.stop()
    worker = await world.startWorker({ SUPABASE_URL: road.url }, worker.data)
    await eventually(() => expect(worker.supervisor.view(live.id)?.status).toBe('connected'))
    expect((await world.row(live.id))?.generation).toBe(1)
  })

  it('more orphan folders than can be true are an alarm and stay where they are (FOL-8)', async () => {
    const ids = Array.from({ length: 4 }, () => randomUUID())
    for (const id of ids) {
      mkdirSync(join(worker.data, 'sessions', id))
      writeFileSync(join(worker.data, 'sessions', id, 'auth.sqlite'), 'x')
    }
    await eventually(() => expect(worker.logged()).toContain('ALARM: too many folders'))
    for (const id of ids) expect(existsSync(join(worker.data, 'sessions', id))).toBe(true)
    rmSync(join(worker.data, 'sessions', ids[0] ?? ''), { recursive: true })
    await eventually(() => expect(ids.some((id) => existsSync(join(worker.data, 'sessions', id)))).toBe(false))
    expect(isUntouched()).toBe(true)
  })

  it('tells a row again that says something else than what runs (FOL-12)', async () => {
    await world.database
      .sql`update public.whatsapp_sessions set status = 'reconnecting', status_reason = 'connection_lost' where id = ${live.id}`
    await world.until(live.id, 'connected', null)
    expect(isUntouched()).toBe(true)
  })

  it('says that it is alive (FOL-10)', async () => {
    const [row] = await world.database.sql<
      { url: string; session_count: number }[]
    >`select url, session_count from public.whatsapp_workers where id = 'worker-test'`
    expect(row).toMatchObject({ url: 'http://127.0.0.1:1' })
  })

  it('purges what nobody links (FOL-11)', async () => {
    const id = await world.createSession()
    await worker.stop()
    await world.database
      .sql`update public.whatsapp_sessions set last_active_at = now() - interval '6 minutes', link_requested_at = null where id = ${id}`
    worker = await world.startWorker({ SUPABASE_URL: road.url }, worker.data)
    await worker.follower.pass()
    await world.database.service.rpc('purge_stale_sessions')
    expect(await world.receipt(id)).toMatchObject({ reason: 'purge', remoteUnlink: 'not_linked' })
  })
})

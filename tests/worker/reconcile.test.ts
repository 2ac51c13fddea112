import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Report } from '../../worker/reconcile/report.ts'
import { systemDisk } from '../../worker/store/disk.ts'
import type { Disk } from '../../worker/store/disk.ts'
import type { SnapshotChanges } from '#domain/snapshot.ts'
import { eventually } from './support/eventually.ts'
import type { FaultyRoad } from './support/faulty-road.ts'
import { plantBackup, plantCredentials, plantOutbox, quarantined } from './support/planted.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

/** Ids whose files the system refuses to read. */
const refused = new Set<string>()
const refuse = (path: string): void => {
  if ([...refused].some((id) => path.includes(id))) throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })
}
const disk: Disk = {
  ...systemDisk,
  readStart: (path, length) => (refuse(path), systemDisk.readStart(path, length)),
  read: (path) => (refuse(path), systemDisk.read(path)),
}

let world: World
let road: FaultyRoad
let worker: TestWorker
beforeAll(async () => {
  world = await startWorld()
  road = await world.road()
  worker = await world.startWorker({ SUPABASE_URL: road.url }, world.newFolder(), true, disk)
})
afterAll(() => world.stop())
beforeEach(() => {
  road.faults.down = false
  road.faults.edit = null
})

const backups = (id: string) => join(worker.data, 'sessions', 'backups', id)
const outbox = (id: string) => join(worker.data, 'whatsapp', 'outbox', `${id}.json`)
const folder = (id: string) => join(worker.data, 'sessions', id)
/** What the worker's doctor sees now. */
const look = async (): Promise<Report> => {
  const { url, token } = JSON.parse(readFileSync(join(worker.data, 'doctor.json'), 'utf8')) as { url: string; token: string }
  const answer = await fetch(`${url}/doctor`, { headers: { authorization: `Bearer ${token}` } })
  if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as Report
}
const findings = async (id: string): Promise<string[]> =>
  (await look()).findings.flatMap(({ sessionId, place, finding, action }) => (sessionId === id ? [`${place} ${finding}: ${action}`] : []))
/** Waits for passes that begin after this call. */
const passes = async (count = 2): Promise<void> => {
  for (let pass = 0; pass < count; pass += 1) await worker.follower.pass()
}

describe('what belongs to nobody is set aside with its reason (FOL-8, FOL-13)', () => {
  it('backups and waiting texts of an id that no row, no order and no tombstone knows', async () => {
    const id = randomUUID()
    plantBackup(worker.data, id, 3)
    plantBackup(worker.data, id, 4, '2026-01-02T00-00-00.000Z')
    plantOutbox(worker.data, id, 4)
    await eventually(() => expect(quarantined(worker.data, id)).toHaveLength(3))
    expect(quarantined(worker.data, id)).toMatchObject([
      { what: 'backup', generation: 3, reason: 'no session has this id', names: ['backup'] },
      { what: 'backup', generation: 4, reason: 'no session has this id', names: ['backup'] },
      { what: 'outbox', generation: 4, reason: 'no session has this id', names: ['outbox.json'] },
    ])
    expect(existsSync(backups(id))).toBe(false)
    expect(existsSync(outbox(id))).toBe(false)
    await passes()
    // Never adopted, and told for as long as it is there.
    expect(await findings(id)).toEqual(Array.from({ length: 3 }, () => 'quarantine quarantined: none'))
  })

  it('what is of another generation than the row, while the session runs on (FEN-3)', async () => {
    const { id, jid } = await world.link(worker)
    plantBackup(worker.data, id, 7, '2026-01-01T00-00-00.000Z')
    plantOutbox(worker.data, id, 8)
    await eventually(() => expect(quarantined(worker.data, id)).toHaveLength(2))
    expect(quarantined(worker.data, id)).toMatchObject([
      { what: 'backup', generation: 7, reason: 'of generation 7, but the row is of generation 1' },
      { what: 'outbox', generation: 8, reason: 'of generation 8, but the row is of generation 1' },
    ])
    await passes()
    // Its own backup stays, and so does the session.
    expect(readdirSync(backups(id))).toHaveLength(1)
    expect(worker.supervisor.isRunning(id)).toBe(true)
    expect(world.isLinked(jid)).toBe(true)
  })

  it('a clear counts and erases what is in quarantine of its generations, and nothing newer (CLR-1, CLR-8)', async () => {
    const { id } = await world.link(worker)
    plantBackup(worker.data, id, 2, '2026-01-01T00-00-00.000Z')
    plantOutbox(worker.data, id, 9)
    await eventually(() => expect(quarantined(worker.data, id)).toHaveLength(2))
    // The first clear covers generation 1 only, the second what was set aside of generation 2, too.
    await world.rpc('reset_session', { session_id: id })
    const first = await world.receipt(id)
    expect(first).toMatchObject({ removed: { quarantine: { files: 0 } } })
    expect(quarantined(worker.data, id)).toMatchObject([{ generation: 2 }, { generation: 9 }])
    await world.rpc('start_session', { session_id: id })
    await world.rpc('reset_session', { session_id: id })
    const second = await eventually(async () => {
      const order = (await world.orders(id)).find(({ max_generation, receipt }) => max_generation >= 2 && receipt)
      if (!order?.receipt) throw new Error('no receipt yet')
      return order.receipt as { removed: { quarantine: { files: number; bytes: number } } }
    })
    // The snapshot and its reason.
    expect(second.removed.quarantine.files).toBe(2)
    expect(second.removed.quarantine.bytes).toBeGreaterThan(1000)
    expect(quarantined(worker.data, id)).toMatchObject([{ what: 'outbox', generation: 9 }])
  })

  it('names that are no session are told and never touched', async () => {
    const strays = ['sessions/what-is-this', 'whatsapp/outbox/x.json', 'sessions/backups/y', 'quarantine/z', 'note.txt']
    for (const path of strays) {
      if (path.includes('.')) writeFileSync(join(worker.data, path), '{}')
      else mkdirSync(join(worker.data, path))
    }
    await passes()
    const { inventory } = await look()
    expect(inventory.strays.map(({ path }) => path).toSorted()).toEqual(strays.toSorted())
    for (const path of strays) {
      expect(existsSync(join(worker.data, path))).toBe(true)
      rmSync(join(worker.data, path), { recursive: true })
    }
  })
})

describe('what cannot be right changes nothing', () => {
  it.each<[string, () => void]>([
    ['when the database is down', () => (road.faults.down = true)],
    [
      'when the snapshot is cut',
      () =>
        (road.faults.edit = (name, answer) =>
          name === 'worker_snapshot' ? { ...(answer as object), sessions: [], session_count: 99 } : answer),
    ],
    ['when the snapshot is empty', () => (road.faults.edit = (name, answer) => (name === 'worker_snapshot' ? [] : answer))],
    [
      'when it is another database',
      () =>
        (road.faults.edit = (name, answer) =>
          name === 'worker_snapshot'
            ? {
                ...(answer as object),
                instance_id: randomUUID(),
                sessions: [],
                session_count: 0,
                change_sum: 0,
                orders: [],
                order_count: 0,
              }
            : answer),
    ],
    ['when the second read fails', () => (road.faults.edit = (name, answer) => (name === 'worker_look' ? null : answer))],
    [
      'when the second read is of another database',
      () => (road.faults.edit = (name, answer) => (name === 'worker_look' ? { ...(answer as object), instance_id: randomUUID() } : answer)),
    ],
  ])('%s (FOL-2)', async (_what, spoil) => {
    const id = randomUUID()
    spoil()
    plantBackup(worker.data, id, 1)
    plantOutbox(worker.data, id, 1)
    plantCredentials(folder(id), id, 1)
    await passes(3)
    expect(quarantined(worker.data, id)).toEqual([])
    expect([backups(id), outbox(id), folder(id)].map((path) => existsSync(path))).toEqual([true, true, true])
    road.faults.down = false
    road.faults.edit = null
    await eventually(() => expect(quarantined(worker.data, id)).toHaveLength(3))
  })

  it('when the list lacks rows that the second read finds (FOL-3)', async () => {
    const { id } = await world.link(worker)
    plantOutbox(worker.data, id, 1)
    const lookedAt = () => road.faults.calls.filter((name) => name === 'worker_look').length
    const before = lookedAt()
    road.faults.edit = (name, answer) => {
      if (name !== 'worker_snapshot') return answer
      const { sessions, session_count, change_sum } = answer as SnapshotChanges
      const lacking = sessions.find((row) => row.id === id)?.change ?? 0
      const left = sessions.filter((row) => row.id !== id)
      return { ...(answer as object), sessions: left, session_count: session_count - 1, change_sum: change_sum - lacking }
    }
    await passes(3)
    expect(lookedAt()).toBeGreaterThan(before)
    expect(quarantined(worker.data, id)).toEqual([])
    expect(worker.supervisor.isRunning(id)).toBe(true)
  })

  it('when more belongs to nobody than can be true: an alarm, told by the doctor, too (FOL-8)', async () => {
    const before = await look()
    const ids = Array.from({ length: 4 + before.inventory.sessions.length }, () => randomUUID())
    const from = worker.logged().length
    for (const id of ids) plantOutbox(worker.data, id, 1)
    await eventually(() => expect(worker.logged().slice(from)).toContain('ALARM: too many folders'))
    await passes()
    for (const id of ids) expect(existsSync(outbox(id))).toBe(true)
    expect((await look()).alarm).toContain(`${ids.length} of `)
    for (const id of ids) rmSync(outbox(id), { force: true })
    await passes()
    expect((await look()).alarm).toBeNull()
  })

  it('when the system refuses to read it (FOL-2)', async () => {
    const id = randomUUID()
    refused.add(id)
    plantBackup(worker.data, id, 1)
    plantOutbox(worker.data, id, 1)
    await passes(3)
    expect(await findings(id)).toEqual(['backup unreadable: report', 'outbox unreadable: report'])
    expect(quarantined(worker.data, id)).toEqual([])
    refused.clear()
    await eventually(() => expect(quarantined(worker.data, id)).toHaveLength(2))
  })

  it('when a database that was restored knows all links by another generation: none is moved, and none is lost (FOL-8, FOL-9)', async () => {
    const ids: string[] = []
    for (let index = 0; index < 4; index += 1) ids.push((await world.link(worker)).id)
    await worker.stop()
    await world.database.sql`update public.whatsapp_sessions set generation = generation + 6 where id in ${world.database.sql(ids)}`
    worker = await world.startWorker({ SUPABASE_URL: road.url }, worker.data, true, disk)
    await eventually(() => expect(worker.logged()).toContain('ALARM: too many sessions without credentials'))
    await eventually(() => expect(worker.logged()).toContain('ALARM: too many folders'))
    await passes(3)
    for (const id of ids) {
      expect(existsSync(join(folder(id), 'auth.sqlite'))).toBe(true)
      expect(worker.supervisor.isRunning(id)).toBe(false)
      expect(quarantined(worker.data, id)).toEqual([])
      expect(await world.orders(id)).toEqual([])
    }
    await world.database.sql`update public.whatsapp_sessions set generation = generation - 6 where id in ${world.database.sql(ids)}`
    for (const id of ids) await eventually(() => expect(worker.supervisor.view(id)?.status).toBe('connected'))
  })

  it('when the folder is not known to be this database’s (FOL-9)', async () => {
    const { id } = await world.link(worker)
    const data = world.newFolder()
    const orphan = randomUUID()
    plantOutbox(data, orphan, 1)
    const other = await world.startWorker({}, data)
    await eventually(() => expect(other.logged()).toContain('ALARM: too many sessions without credentials'))
    for (let pass = 0; pass < 2; pass += 1) await other.follower.pass()
    expect(quarantined(data, orphan)).toEqual([])
    await other.stop()
    expect((await world.row(id))?.generation).toBe(1)
  })
})

describe('a tombstone whose order has vanished with a database that was restored (FOL-14)', () => {
  it('goes on forbidding, is told, and is not asked about in every pass', async () => {
    const { id } = await world.link(worker)
    road.faults.edit = (name, answer) => {
      if (name === 'worker_complete_order') throw new Error('the answer is lost')
      return answer
    }
    // The order is taken, and gone from the database before its receipt is.
    road.faults.hold = async (name) => {
      if (name === 'worker_complete_order') await world.database.sql`delete from public.whatsapp_clearances where session_id = ${id}`
    }
    await world.rpc('reset_session', { session_id: id })
    await eventually(async () => expect(await findings(id)).toContain('tombstone order_vanished: report'))
    road.faults.edit = null
    const asked = () => road.faults.calls.filter((name) => name === 'worker_complete_order').length
    await passes(2)
    await worker.clear.idle()
    const before = asked()
    await passes(6)
    await worker.clear.idle()
    expect(asked() - before).toBeLessThanOrEqual(1)
    expect(await findings(id)).toContain('tombstone order_vanished: report')
    expect(readdirSync(join(worker.data, 'tombstones')).some((name) => name.startsWith(id))).toBe(true)
    // The row of its generation is restored as well: nothing of it may run.
    await world.database.sql`update public.whatsapp_sessions set generation = 1, status = 'connected', desired = 'online' where id = ${id}`
    await world.until(id, 'stopped', 'storage_failed')
    expect(worker.supervisor.isRunning(id)).toBe(false)
    road.faults.hold = null
  })
})

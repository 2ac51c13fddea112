import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { eventually, sleep } from './support/eventually.ts'
import { startFleet } from './support/fleet.ts'
import type { FleetWorld } from './support/fleet.ts'
import { startWorld } from './support/world.ts'
import type { World, WorkerProcess } from './support/world.ts'

/** After these many milliseconds without a heartbeat a lease is over; whoever takes over has as long again (FLT-4). */
const LEASE_MS = 30_000
const PHONES = ['51987654321', '51900000021', '51900000022'] as const

let world: World
let fleet: FleetWorld
beforeAll(async () => {
  world = await startWorld()
  for (const phone of PHONES.slice(1)) world.simulator.addAccount({ phone, name: `Shop ${phone.slice(-2)}` })
  fleet = await startFleet(world)
})
afterEach(() => void world.simulator.configure({ messageReply: 'ack' }))
afterAll(() => world.stop())

const heldBy = (id: string, worker: string, ms?: number) =>
  eventually(async () => {
    const [row] = await world.database.sql`select status, worker_id from public.whatsapp_sessions where id = ${id}`
    expect(row).toEqual({ status: 'connected', worker_id: worker })
  }, ms)
/** How often a worker was told that another login took over. */
const replacements = (worker: WorkerProcess): number => worker.output().match(/"closeCode":440/g)?.length ?? 0
const received = () => world.simulator.texts('51912000111') ?? []
const post = (worker: WorkerProcess, id: string, text: string) =>
  worker.call('POST', `/api/sessions/${id}/messages`, { sessionId: id, body: JSON.stringify({ to: '+51912000111', text }) })

describe('of three workers', () => {
  it('each may go, by a kill, a stop of 40 s, or the loss of the database: the others take over, and nobody is unlinked (FLT-4 to FLT-6)', async () => {
    const road = await world.road()
    const w1 = await fleet.spawn('w1')
    const linked = await Promise.all(PHONES.map((phone) => world.link(w1, phone)))
    const [a] = linked
    if (!a) throw new Error('nothing was linked')
    const isAllLinked = () => linked.every(({ jid }) => world.isLinked(jid))

    // Killed with a text that it answered for and did not send.
    world.simulator.configure({ messageReply: 'ignored' })
    expect((await post(w1, a.id, 'Are you open?')).status).toBe(200)
    await w1.kill()
    world.simulator.configure({ messageReply: 'ack' })
    const w2 = await fleet.spawn('w2')
    const silentAt = await lastHeard(world, 'w1')
    for (const { id } of linked) await heldBy(id, 'w2', LEASE_MS * 2)
    expect(Date.now() - silentAt - LEASE_MS).toBeLessThan(LEASE_MS)
    expect(isAllLinked()).toBe(true)
    await eventually(() => expect(received().filter(({ text }) => text === 'Are you open?')).toHaveLength(1), LEASE_MS)

    // Stopped past its lease, and woken when another has everything.
    const w3 = await fleet.spawn('w3', { SUPABASE_URL: road.url })
    w2.child.kill('SIGSTOP')
    for (const { id } of linked) await heldBy(id, 'w3', LEASE_MS * 2)
    const tokens = await Promise.all(linked.map(({ id }) => fleet.holding(id)))
    w2.child.kill('SIGCONT')
    await eventually(() => expect(w2.output()).toContain('the leases are over'))
    await sleep(3000)
    // At most one each, heard by the one that was stopped; it fights for nothing, and says and stores nothing.
    expect(replacements(w2)).toBeLessThanOrEqual(linked.length)
    expect(replacements(w3)).toBe(0)
    for (const { id } of linked) await heldBy(id, 'w3')
    expect(await Promise.all(linked.map(({ id }) => fleet.holding(id)))).toEqual(tokens)
    expect(isAllLinked()).toBe(true)

    // Cut from the database: it lets go by its own clock, before anybody else has begun.
    road.faults.down = true
    await eventually(() => expect(w3.output()).toContain('the leases are over'), LEASE_MS * 2)
    for (const { id } of linked) await heldBy(id, 'w2', LEASE_MS * 2)
    expect(replacements(w3)).toBe(0)
    expect(isAllLinked()).toBe(true)

    // A clear is finished wherever it began.
    w2.child.kill('SIGSTOP')
    await world.rpc('reset_session', { session_id: a.id })
    road.faults.down = false
    expect(await eventually(() => world.receipt(a.id), LEASE_MS * 2)).toMatchObject({ remoteUnlink: 'confirmed' })
    expect(world.isLinked(a.jid)).toBe(false)
    expect(await fleet.shelved(a.id)).toEqual([])
    await Promise.all([w2.kill(), w3.kill()])
  }, 300_000)
})

describe('what the database keeps of a session', () => {
  it('gives no key, no text and no contact away to who lacks the master key, and nothing stays of what was cleared (FLT-2, FLT-7)', async () => {
    const worker = await fleet.spawn('w9')
    const { id } = await world.link(worker)
    world.simulator.configure({ messageReply: 'ignored' })
    expect((await post(worker, id, 'nobody else reads this')).status).toBe(200)
    // What a phone tells comes after its link: only what is there could be found.
    const rows = await eventually(async () => {
      const all = await world.database.sql<
        { name: string; value: Buffer }[]
      >`select name, value from private.shelf where session_id = ${id}`
      expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(['identity', 'names', 'outbox', 'vault']))
      return all
    })
    expect(rows.map(({ name }) => name).filter((name) => !/^(identity|names|outbox|vault|key:[\w-]{43})$/.test(name))).toEqual([])
    const texts = rows.map(({ name, value }) => `${name} ${value.toString('latin1')}`)
    expect(rows.length).toBeGreaterThan(50)
    for (const secret of ['noiseKey', 'private', 'keyPair', 'nobody else', 'Quispe', '51912000111', fleet.masterKey]) {
      expect([secret, texts.filter((text) => text.includes(secret))]).toEqual([secret, []])
    }
    await world.rpc('reset_session', { session_id: id })
    expect(await world.receipt(id)).toMatchObject({ remoteUnlink: 'confirmed', removed: { outbox: { messages: 1 } } })
    expect(await fleet.shelved(id)).toEqual([])
    await worker.kill()
  }, 60_000)
})

describe('a rolling restart', () => {
  it('of three workers moves every session, drives out none and unlinks nobody, and nobody waits for a lease to end (FLT-8)', async () => {
    const world = await startWorld()
    try {
      for (const phone of PHONES.slice(1)) world.simulator.addAccount({ phone, name: `Shop ${phone.slice(-2)}` })
      const fleet = await startFleet(world)
      const names = ['w1', 'w2', 'w3']
      let workers = await Promise.all(names.map((name) => fleet.spawn(name)))
      const all = [...workers]
      const linked = await Promise.all(
        PHONES.map(async (phone, index) => {
          const id = await world.createSession()
          // Whoever took it first has it.
          const holder = await eventually(async () => {
            const holding = await fleet.holding(id)
            if (!holding?.worker_id) throw new Error('nobody holds it')
            return workers[names.indexOf(holding.worker_id)] ?? workers[index % workers.length]
          })
          if (!holder) throw new Error('no worker')
          const jid = await world.scan(holder, id, phone)
          await world.until(id, 'connected')
          return { id, jid }
        }),
      )
      for (const [index, name] of names.entries()) {
        expect(await workers[index]?.kill('SIGTERM')).toBe(0)
        const heardAt = await lastHeard(world, name)
        // Before it is back: a process of the same name would take at once what the stopped one had kept.
        for (const { id } of linked) {
          await eventually(async () => {
            const holding = await fleet.holding(id)
            const [row] = await world.database.sql`select status, worker_id from public.whatsapp_sessions where id = ${id}`
            expect(row).toEqual({ status: 'connected', worker_id: holding?.worker_id })
            expect(row?.['worker_id']).not.toBe(name)
          }, LEASE_MS * 2)
        }
        expect(Date.now() - heardAt).toBeLessThan(LEASE_MS)
        const next = await fleet.spawn(name)
        all.push(next)
        workers = workers.with(index, next)
      }
      expect(all.map(replacements)).toEqual(all.map(() => 0))
      expect(linked.filter(({ jid }) => !world.isLinked(jid))).toEqual([])
    } finally {
      await world.stop()
    }
  }, 200_000)
})

describe('a worker that comes to another one with many sessions', () => {
  it('is given what that one has beyond its share and a tenth, drives out none, and nobody waits for a lease to end (FLT-8)', async () => {
    const world = await startWorld()
    try {
      const phones = Array.from({ length: 24 }, (_, index) => String(51_900_000_100 + index))
      for (const phone of phones) world.simulator.addAccount({ phone, name: `Shop ${phone.slice(-2)}` })
      const fleet = await startFleet(world)
      const w1 = await fleet.spawn('w1')
      const linked: string[] = []
      for (const phone of phones) linked.push((await world.link(w1, phone)).jid)
      const w2 = await fleet.spawn('w2')
      await eventually(async () => {
        const rows = await world.database.sql`select s.worker_id, count(*)::int from public.whatsapp_sessions s
          join private.leases l on l.session_id = s.id and l.worker_id = s.worker_id where s.status = 'connected' group by 1 order by 1`
        expect([...rows]).toEqual([
          { worker_id: 'w1', count: 14 },
          { worker_id: 'w2', count: 10 },
        ])
      }, LEASE_MS)
      expect([w1, w2].map(replacements)).toEqual([0, 0])
      expect(linked.filter((jid) => !world.isLinked(jid))).toEqual([])
    } finally {
      await world.stop()
    }
  }, 300_000)
})

/** Milliseconds since the epoch, by this machine, whose clock is the database's, too. */
async function lastHeard(world: World, worker: string): Promise<number> {
  const [row] = await world.database.sql<{ at: Date }[]>`select heartbeat_at as at from public.whatsapp_workers where id = ${worker}`
  if (!row) throw new Error(`nobody has heard of ${worker}`)
  return row.at.getTime()
}

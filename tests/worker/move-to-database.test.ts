import { cpSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from './support/eventually.ts'
import type { FaultyRoad } from './support/faulty-road.ts'
import { startFleet } from './support/fleet.ts'
import type { FleetWorld } from './support/fleet.ts'
import { moveStage } from './support/move.ts'
import type { MoveStage } from './support/move.ts'
import { newMasterKey } from './support/vaults.ts'
import { startWorld, WORKER_ID } from './support/world.ts'
import type { TestWorker, World, WorkerProcess } from './support/world.ts'
import { startMarksman } from './kill/aim.ts'

const OTHER_PHONE = '51900000021'

let world: World
let fleet: FleetWorld
let road: FaultyRoad
let stage: MoveStage
let running: (TestWorker | WorkerProcess)[] = []
beforeAll(async () => {
  world = await startWorld()
  world.simulator.addAccount({ phone: OTHER_PHONE, name: 'Branch' })
  fleet = await startFleet(world)
  road = await world.road()
})
afterAll(() => world.stop())
afterEach(async () => {
  for (const worker of running) await ('kill' in worker ? worker.kill() : worker.stop())
  running = []
  Object.assign(road.faults, { hold: null, edit: null, calls: [] })
  world.simulator.configure({ messageReply: 'ack' })
  await stage.empty()
})

/** The one machine, with its worker. */
async function oneMachine(extra?: Record<string, string>): Promise<TestWorker> {
  stage = moveStage(world, fleet)
  return await startOnDisk(extra)
}
async function startOnDisk(extra?: Record<string, string>): Promise<TestWorker> {
  const worker = await stage.start(extra)
  running.push(worker)
  return worker
}
/** A worker that keeps sessions in the database: on the folder that was moved, or on one of its own. */
async function startOnDatabase(id = 'w1', data?: string): Promise<WorkerProcess> {
  const worker = await fleet.spawn(id, { WORKER_LEDGER: stage.ledger }, data)
  running.push(worker)
  return worker
}
const ask = async (worker: TestWorker | WorkerProcess, id: string, route: string) =>
  (await worker.call('GET', `/api/sessions/${id}/${route}`, { sessionId: id })).body
const received = (text: string) => (world.simulator.texts('51912000111') ?? []).filter((one) => one.text === text)

/** A session is online by a login of the device that was linked, and by no new link. */
async function connectedAgain({ id, jid }: { id: string; jid: string }, worker: string, logins: number): Promise<void> {
  await eventually(async () => {
    const [row] = await world.database.sql`select status, worker_id, generation from public.whatsapp_sessions where id = ${id}`
    expect(row).toEqual({ status: 'connected', worker_id: worker, generation: 1 })
    expect(stage.device(jid)).toMatchObject({ online: true })
    expect(stage.device(jid)?.logins).toBeGreaterThan(logins)
  }, 30_000)
}
const loginsOf = (jid: string): number => stage.device(jid)?.logins ?? -1

describe('a folder that moves into the database', () => {
  it('is connected at another worker without a new link, with its names, and a text that waited is sent once (FLT-10)', async () => {
    const worker = await oneMachine()
    const [one, other] = [await stage.link(worker), await world.link(worker, OTHER_PHONE)]
    const contacts = await ask(worker, one.id, 'contacts')
    expect(JSON.stringify(contacts)).toContain('Quispe')
    world.simulator.configure({ messageReply: 'ignored' })
    const text = JSON.stringify({ to: '+51912000111', text: 'from the one machine' })
    expect((await worker.call('POST', `/api/sessions/${one.id}/messages`, { sessionId: one.id, body: text })).status).toBe(200)
    await stage.stop(worker)
    world.simulator.configure({ messageReply: 'ack' })
    const logins = [one, other].map(({ jid }) => loginsOf(jid))

    const { code, output } = await stage.move()
    expect(output).toContain('2 sessions were moved, 0 left.')
    for (const { id } of [one, other]) expect([output.includes(`moved ${id}`), stage.traces(id)]).toEqual([true, []])
    expect(code).toBe(0)
    const onDatabase = await startOnDatabase('w1')
    await connectedAgain(one, 'w1', logins[0] ?? 0)
    await connectedAgain(other, 'w1', logins[1] ?? 0)
    await eventually(() => expect(received('from the one machine')).toHaveLength(1))
    await eventually(async () => expect(await ask(onDatabase, one.id, 'contacts')).toEqual(contacts))
    expect(received('from the one machine')).toHaveLength(1)
    // The folder is a worker's with WORKER_STORE=database from now on, and no other's.
    await expect(stage.start()).rejects.toThrow('WORKER_STORE=database')
    expect((await stage.move()).output).toContain('there is nothing to move')
    await startOnDatabase('w2', stage.data)
  })

  it('from before there was a master key is sealed first, and a number with a long history goes in several calls (FLT-10)', async () => {
    const worker = await oneMachine({ MASTER_KEYS: '' })
    const one = await stage.link(worker)
    await stage.stop(worker)
    const file = new DatabaseSync(join(stage.data, 'sessions', one.id, 'auth.sqlite'))
    const insert = file.prepare('insert into signal_keys (type, id, value) values (?, ?, ?)')
    for (let at = 0; at < 60; at += 1) insert.run('sender-key-memory', `old-${at}`, JSON.stringify({ history: 'secret'.repeat(20_000) }))
    file.close()
    const { code, output } = await stage.move({ SUPABASE_URL: road.url })
    expect([code, output]).toEqual([0, expect.stringContaining('1 sessions were moved, 0 left.')])
    expect(road.faults.calls.filter((name) => name === 'worker_adopt').length).toBeGreaterThan(1)
    const rows = await world.database.sql<{ value: Buffer }[]>`select value from private.shelf`
    expect(rows.length).toBeGreaterThan(870)
    expect(rows.filter(({ value }) => value.includes('secret') || value.includes('noiseKey'))).toEqual([])
    const logins = loginsOf(one.jid)
    await startOnDatabase()
    await connectedAgain(one, 'w1', logins)
  })

  it('with --dry-run tells what would be, and is as it was', async () => {
    const worker = await oneMachine()
    const one = await stage.link(worker)
    await stage.stop(worker)
    const before = stage.traces(one.id)
    const { code, output } = await stage.move({}, '--dry-run')
    expect([code, output]).toEqual([0, `would move ${one.id}\n1 sessions would be moved, 0 left.\n`])
    expect([stage.traces(one.id), await fleet.shelved(one.id), (await fleet.holding(one.id))?.worker_id]).toEqual([before, [], WORKER_ID])
    const logins = loginsOf(one.jid)
    await startOnDisk()
    await connectedAgain(one, WORKER_ID, logins)
  })
})

/** Begins a move, and kills it when `reached` says so. */
async function killedAt(arm: (pid: number, reached: () => void) => unknown): Promise<void> {
  const { promise, resolve: reached } = Promise.withResolvers<void>()
  const { child, ended } = stage.begin({ SUPABASE_URL: road.url })
  await arm(child.pid ?? 0, reached)
  await Promise.race([promise, ended])
  child.kill('SIGKILL')
  // Killed, and not done before.
  expect((await ended).code).toBeNull()
  Object.assign(road.faults, { hold: null, edit: null })
}
const never = () => new Promise<never>(() => {})
/** Before the database hears of a call, and after it did all that it was asked. */
const before = (call: string) => (_pid: number, reached: () => void) => {
  road.faults.hold = (name) => {
    if (name !== call) return
    reached()
    return never()
  }
}
const after = (call: string) => (_pid: number, reached: () => void) => {
  road.faults.edit = (name, answer) => {
    if (name !== call) return answer
    reached()
    return never()
  }
}

/** When the first thing is on its way out: the shot comes from a thread of its own. */
const emptying = async (pid: number, reached: () => void) => {
  const marksman = await startMarksman()
  await marksman.arm(pid, stage.data, { folder: 'erasing', name: '.' })
  const isGone = () => {
    if (existsSync(`/proc/${pid}/exe`)) throw new Error('it is still there')
  }
  void eventually(isGone, 30_000).finally(() => void marksman.stop().then(reached))
}

describe('a move that is killed', () => {
  it.each([
    ['before anything was stored', before('worker_adopt'), 'disk'],
    ['when all is stored, and the folder has everything', after('worker_adopt'), 'nobody'],
    ['while the folder is being emptied', emptying, 'nobody'],
    ['when the folder is empty, and nobody may take the session', before('worker_adopted'), 'nobody'],
    ['when the session is anybody’s, and the folder is not marked', after('worker_adopted'), 'database'],
  ] as const)('%s leaves one place to log in from at most, and the next one finishes it (FLT-10)', async (_when, at, home) => {
    const worker = await oneMachine()
    const one = await stage.link(worker)
    await stage.stop(worker)
    const logins = loginsOf(one.jid)
    await killedAt(at)

    // Whoever starts on what there is: the folder's own worker, and one of the database.
    const onDatabase = await startOnDatabase('w1')
    const onDisk = await startOnDisk()
    await eventually(() => expect(onDisk.passes()).toBeGreaterThan(2), 30_000)
    await eventually(async () => {
      const { worker_id, generation } = { ...(await fleet.holding(one.id)), ...(await world.row(one.id)) }
      expect({ worker_id, generation, isLoggedIn: loginsOf(one.jid) > logins }).toEqual({
        worker_id: { disk: WORKER_ID, nobody: `moving ${WORKER_ID}`, database: 'w1' }[home],
        generation: 1,
        isLoggedIn: home !== 'nobody',
      })
    }, 30_000)
    expect(onDatabase.output() + onDisk.logged()).not.toContain('"closeCode":440')
    await stage.stop(onDisk)

    const { code, output } = await stage.move()
    expect([code, output]).toEqual([0, expect.stringContaining('0 left.')])
    expect(stage.traces(one.id)).toEqual([])
    await connectedAgain(one, 'w1', logins)
  })

  it.each([
    ['stored, and still in the folder', after('worker_adopt')],
    ['stored, and nobody’s yet', before('worker_adopted')],
  ] as const)('with a session that is %s: a reset is done when both are empty, and leaves nothing anywhere', async (_where, at) => {
    const worker = await oneMachine()
    const one = await stage.link(worker)
    await stage.stop(worker)
    await killedAt(at)
    await world.rpc('reset_session', { session_id: one.id })
    // Workers of both kinds are there, and neither says that it is done.
    await startOnDatabase('w1')
    const onDisk = await startOnDisk()
    await eventually(() => expect(onDisk.passes()).toBeGreaterThan(2), 30_000)
    expect((await world.orders(one.id)).map(({ receipt }) => receipt)).toEqual([null])
    await stage.stop(onDisk)
    expect((await stage.move()).code).toBe(0)
    expect(await world.receipt(one.id)).toMatchObject({ remoteUnlink: 'confirmed' })
    expect([stage.traces(one.id), await fleet.shelved(one.id), world.isLinked(one.jid)]).toEqual([[], [], false])
  })
})

describe('a move leaves', () => {
  it('what was cleared cleared, when an old copy brings it back, with the ledger or without', async () => {
    const worker = await oneMachine()
    const one = await stage.link(worker)
    await worker.stop()
    const copy = join(stage.home, 'copy')
    cpSync(stage.data, copy, { recursive: true })
    const again = await startOnDisk()
    await world.receipt(one.id, await world.rpc<string>('reset_session', { session_id: one.id }))
    await stage.stop(again)
    rmSync(stage.data, { recursive: true })
    renameSync(copy, stage.data)
    const bare = await stage.move({ WORKER_LEDGER: join(stage.home, 'none.jsonl') })
    expect([bare.code, bare.output]).toEqual([1, expect.stringContaining(`left ${one.id}: it is of another link than its row`)])
    expect([await fleet.shelved(one.id), (await fleet.holding(one.id))?.kept]).toEqual([[], 'disk'])
    const known = await stage.move()
    expect([known.code, known.output]).toEqual([0, expect.stringContaining('0 sessions were moved, 0 left.')])
    expect([stage.traces(one.id), await fleet.shelved(one.id)]).toEqual([[], []])
  })

  it('what cannot be moved where it is, and says of each why; the rest moves, and the folder waits for the worker once more', async () => {
    const worker = await oneMachine()
    const [whole, ordered] = [await stage.link(worker), await world.link(worker, OTHER_PHONE)]
    await stage.stop(worker)
    const order = await world.rpc<string>('reset_session', { session_id: ordered.id })
    const logins = loginsOf(whole.jid)
    const { code, output } = await stage.move()
    expect(output).toContain(`left ${ordered.id}: it is being cleared`)
    expect([code, output]).toEqual([1, expect.stringContaining('1 sessions were moved, 1 left.')])
    expect(output).toContain('Start the worker with it once more')
    expect(await fleet.shelved(ordered.id)).toEqual([])
    const onDisk = await startOnDisk()
    expect(await world.receipt(ordered.id, order)).toMatchObject({ remoteUnlink: 'confirmed' })
    expect(world.isLinked(ordered.jid)).toBe(false)
    await stage.stop(onDisk)
    expect(loginsOf(whole.jid)).toBe(logins)
    expect((await stage.move()).code).toBe(0)
    await startOnDatabase('w1', stage.data)
    await connectedAgain(whole, 'w1', logins)
  })

  it('everything where its credentials are damaged', async () => {
    const worker = await oneMachine()
    const one = await stage.link(worker)
    await stage.stop(worker)
    rmSync(join(stage.data, 'sessions', 'backups'), { recursive: true })
    writeFileSync(join(stage.data, 'sessions', one.id, 'auth.sqlite'), 'no database')
    const { code, output } = await stage.move()
    expect([code, output]).toEqual([1, expect.stringContaining(`left ${one.id}: its credentials cannot be used`)])
    expect(existsSync(join(stage.data, 'sessions', one.id, 'auth.sqlite'))).toBe(true)
    rmSync(join(stage.data, 'sessions', one.id), { recursive: true })
    rmSync(join(stage.data, 'keys', `${one.id}.json`))
    const lost = await stage.move()
    expect([lost.code, lost.output]).toEqual([1, expect.stringContaining(`left ${one.id}: its row says that a phone is linked`)])
    expect((await fleet.holding(one.id))?.worker_id).toBe(WORKER_ID)
  })
})

describe('a move is refused', () => {
  it('with the setting that is wrong, before anything is changed', async () => {
    const worker = await oneMachine()
    const one = await stage.link(worker)
    expect(await stage.move()).toMatchObject({ code: 1, output: expect.stringMatching(/^A worker uses .* \(its WORKER_DATA\)/) })
    await stage.stop(worker)
    const refusals = [
      [{ WORKER_REALM: 'live' }, /WORKER_REALM=demo/],
      [{ MASTER_KEYS: '' }, /^Without a master key .* MASTER_KEYS/],
      [{ MASTER_KEYS: newMasterKey() }, /which was not given.*MASTER_KEYS/],
      [{ WORKER_ID: 'worker-unknown' }, /WORKER_ID is worker-unknown/],
      [{ SUPABASE_URL: 'http://127.0.0.1:9', DATABASE_TIMEOUT_MS: '500' }, /^The database at SUPABASE_URL/],
      [{ SUPABASE_URL: '', WORKER_ID: '' }, /WORKER_ID: .*SUPABASE_URL: /],
    ] as const
    for (const [extra, words] of refusals) {
      expect([extra, await stage.move(extra)]).toEqual([extra, { code: 1, output: expect.stringMatching(words) }])
    }
    expect((await stage.begin({}, []).ended).output).toMatch(/^How to: npm run move-to-database/)
    expect((await stage.begin({}, ['--data', world.newFolder()]).ended).output).toContain('WORKER_DATA')
    await world.database.sql`update private.instance set id = gen_random_uuid()`
    expect((await stage.move()).output).toContain('another database than the one at SUPABASE_URL')
    expect([await fleet.shelved(one.id), (await fleet.holding(one.id))?.worker_id]).toEqual([[], WORKER_ID])
    expect(stage.traces(one.id).length).toBeGreaterThan(2)
  })
})

import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Check } from '../../scripts/doctor/judge-machine.ts'
import type { Report } from '../../worker/reconcile/report.ts'
import { eventually } from './support/eventually.ts'
import { fingerprint, plantBackup, plantCredentials, plantOutbox, quarantined } from './support/planted.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

const ROOT = new URL('../../', import.meta.url).pathname

let world: World
let worker: TestWorker
beforeAll(async () => {
  world = await startWorld()
  // No pass but the first and those that the doctor asks for.
  worker = await world.startWorker({ POLL_SECONDS: '86400' })
})
afterAll(() => world.stop())

type Run = { code: number | null; out: string; error: string }
async function doctor(args: string[], environment: Record<string, string> = {}): Promise<Run> {
  const child = spawn(process.execPath, [join(ROOT, 'scripts/doctor.ts'), ...args], {
    cwd: world.newFolder(),
    env: { PATH: process.env['PATH'] ?? '', NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compile'), ...environment },
  })
  let [out, error] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, error }
}
const reported = async (args: string[], environment?: Record<string, string>): Promise<Report> => {
  const { code, out, error } = await doctor([...args, '--json'], environment)
  if (code !== 0) throw new Error(error)
  return JSON.parse(out) as Report
}
const doctorFile = (of: TestWorker = worker) =>
  JSON.parse(readFileSync(join(of.data, 'doctor.json'), 'utf8')) as { url: string; token: string }
const rowOf = (id: string, { out }: Run): string => out.split('\n').find((line) => line.startsWith(id)) ?? ''
const reach = () => ({ SUPABASE_URL: world.database.url, SUPABASE_SERVICE_ROLE_KEY: world.database.serviceRoleKey })

describe('while the worker runs', () => {
  it('says what an operator asks of the machine, and where somebody should look', async () => {
    const environment = { DATABASE_URL: world.database.databaseUrl }
    const { machine } = JSON.parse((await doctor(['--data', worker.data, '--json'], environment)).out) as { machine: Check[] }
    const state = Object.fromEntries(machine.map(({ name, state: is }) => [name, is]))
    expect(state).toMatchObject({ version: 'look', clock: 'ok', 'master keys': 'unknown', ledger: 'look', migrations: 'ok' })
    expect(state['open files']).toBe(process.platform === 'linux' ? 'ok' : 'unknown')
    const { out } = await doctor(['--data', worker.data])
    expect(out).toMatch(/^look {5}version: the worker that runs is test, this checkout is 0/m)
    expect(out).toMatch(/^unknown {2}migrations: DATABASE_URL is not set/m)
    expect(out).toMatch(/^\w+ +disk: \d+\.\d GiB free/m)
  })

  it('shows what is where, one line for each session, and changes nothing (DOC-1)', async () => {
    const { id } = await world.link(worker)
    const orphan = randomUUID()
    plantOutbox(worker.data, orphan, 2)
    plantBackup(worker.data, orphan, 2)
    plantOutbox(worker.data, id, 1, 3)
    // The phone is still telling whom it knows; what it tells last is what people call themselves.
    await eventually(() => expect(readFileSync(join(worker.data, 'sessions', id, 'names.json'), 'utf8')).toContain('Jorge'))
    const before = fingerprint(worker.data)
    const table = await doctor([], { WORKER_DATA: worker.data })
    const report = await reported(['--data', worker.data])
    expect(fingerprint(worker.data)).toEqual(before)
    expect(table.error).toBe('')
    expect(rowOf(id, table)).toMatch(
      /connected g1, wanted online +in use, 1 backup \(linked g1\), outbox g1 3 +linked connected g1 socket +- +- +-$/,
    )
    expect(rowOf(orphan, table)).toMatch(/no row +1 backup \(never linked g2\), outbox g2 2 +- +- +orphan +quarantine$/)
    // What is to be done comes first.
    expect(table.out.indexOf(orphan)).toBeLessThan(table.out.indexOf(id))
    expect(table.out).toContain('Nothing was changed')
    expect(report).toMatchObject({ worker: 'running', database: { reachable: true }, alarm: null, moved: null })
    expect(report.inventory.strays).toEqual([])
  })

  it('tells no key, no QR and no text, and nobody may keep what it tells (LOG-1)', async () => {
    const id = await world.createSession()
    const qr = await world.qr(worker, id)
    const { url, token } = doctorFile()
    const answer = await fetch(`${url}/doctor`, { headers: { authorization: `Bearer ${token}` } })
    const text = await answer.text()
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(text).toContain(id)
    for (const secret of [
      token,
      qr,
      qr.split(',')[1] ?? '',
      'a text that nobody else may read',
      'advSecretKey',
      '51987654321',
      '51911111111',
    ])
      expect(text).not.toContain(secret)
    await world.rpc('cancel_link', { session_id: id })
  })

  it('is for those alone who can read the data folder (DOC-2)', async () => {
    const { url, token } = doctorFile()
    expect(statSync(join(worker.data, 'doctor.json')).mode & 0o777).toBe(0o600)
    for (const authorization of ['', 'Bearer ', `Bearer ${token}x`, `Bearer ${token.slice(0, -1)}`, token, `bearer ${token}`]) {
      for (const method of ['GET', 'POST']) {
        const answer = await fetch(`${url}/doctor`, { method, headers: { authorization } })
        expect(answer.status).toBe(401)
        expect(answer.headers.get('cache-control')).toBe('no-store')
        expect(await answer.json()).toMatchObject({ error: { code: 'unauthorized' } })
      }
    }
    const other = await world.startWorker({}, world.newFolder())
    expect(doctorFile(other).token).not.toBe(token)
    await other.stop()
    expect(existsSync(join(other.data, 'doctor.json'))).toBe(false)
  })

  it('makes one pass when it is told to, and says what that did (DOC-1)', async () => {
    const orphan = randomUUID()
    plantOutbox(worker.data, orphan, 4)
    expect(quarantined(worker.data, orphan)).toEqual([])
    const { code, out } = await doctor(['--apply'], { WORKER_DATA: worker.data })
    expect(code).toBe(0)
    expect(out).toContain(`${orphan} outbox: no session has this id`)
    expect(quarantined(worker.data, orphan)).toMatchObject([{ what: 'outbox', generation: 4 }])
    const again = await reported(['--data', worker.data, '--apply'])
    expect(again.moved).toEqual([])
  })
})

describe('while no worker runs', () => {
  it('looks by itself and changes nothing, with and without the database (DOC-3)', async () => {
    const data = world.newFolder()
    const stopped = await world.startWorker({}, data)
    const { id } = await world.link(stopped)
    await world.rpc('stop_session', { session_id: id })
    await world.until(id, 'stopped')
    await stopped.stop()
    // It came to a database that had linked sessions already: the folder is nobody's until somebody says so.
    const instance = join(data, 'instance.json')
    expect(JSON.parse(readFileSync(instance, 'utf8'))).toEqual({ instance_id: null, realm: 'demo', store: 'disk' })
    const orphan = randomUUID()
    plantCredentials(join(data, 'sessions', orphan), orphan, 5)
    mkdirSync(join(data, 'erasing', '1'))
    mkdirSync(join(data, 'sessions', `.new-${orphan}`))
    writeFileSync(join(data, 'tombstones', `${randomUUID()}.x.json`), 'not a tombstone')
    // What a killed worker leaves behind leads nowhere.
    writeFileSync(join(data, 'doctor.json'), JSON.stringify({ version: 1, url: 'http://127.0.0.1:1', token: 'x'.repeat(43) }))
    const before = fingerprint(data)
    const alone = await doctor(['--data', data])
    expect(alone.error).toBe('')
    expect(alone.out).toContain('worker: none; database: not reachable (SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY are not set)')
    expect(rowOf(id, alone)).toMatch(/unknown +linked g1, 1 backup \(linked g1\) +no worker +- +- +-$/)
    expect(rowOf(orphan, alone)).toMatch(/unknown +never linked g5 +no worker +- +- +-$/)
    expect(alone.out).toMatch(/sessions\/\.new-.*stray +report/)
    const reaching = await doctor(['--data', data], reach())
    expect(rowOf(id, reaching)).toMatch(/stopped g1, wanted stopped +linked g1, 1 backup \(linked g1\) +no worker +- +- +-$/)
    expect(rowOf(orphan, reaching)).toMatch(/no row +never linked g5 +no worker +- +orphan +report$/)
    expect(fingerprint(data)).toEqual(before)

    // Told to act without the database, it does nothing; with it, one pass.
    const refused = await doctor(['--data', data, '--apply'])
    expect(refused.out).toContain('No pass could be made: SUPABASE_URL')
    expect(quarantined(data, orphan)).toEqual([])
    const unclaimed = await doctor(['--data', data, '--apply'], reach())
    expect(unclaimed.out).toContain('ALARM: the data folder is not known to be this database’s')
    expect(quarantined(data, orphan)).toEqual([])
    writeFileSync(instance, readFileSync(join(worker.data, 'instance.json')))
    const { moved } = await reported(['--data', data, '--apply'], reach())
    expect(moved).toMatchObject([{ sessionId: orphan, place: 'credentials', generation: 5 }])
    expect(quarantined(data, orphan)).toMatchObject([{ what: 'credentials', generation: 5, names: ['session'] }])
    await world.rpc('reset_session', { session_id: id })
  })

  it('trusts no database but the folder’s own (FOL-2)', async () => {
    const data = world.newFolder()
    const stopped = await world.startWorker({}, data)
    await stopped.stop()
    writeFileSync(join(data, 'instance.json'), JSON.stringify({ instance_id: randomUUID(), realm: 'demo' }))
    const orphan = randomUUID()
    plantOutbox(data, orphan, 1)
    const report = await reported(['--data', data, '--apply'], reach())
    expect(report).toMatchObject({ moved: null, database: { reachable: false, reason: expect.stringContaining('belongs to') as string } })
    expect(quarantined(data, orphan)).toEqual([])
  })

  it('says what is missing', async () => {
    const empty = world.newFolder()
    const nothing = await doctor(['--data', empty])
    expect(nothing.code).toBe(1)
    expect(nothing.error).toContain(`There is no worker's data folder at ${empty}`)
    expect((await doctor([])).error).toContain('data/demo/worker')
    expect((await doctor(['--live'])).error).toContain('data/live/worker')
    expect((await doctor(['--what'])).error).toContain('"--what" is not understood')
  })

  it('does not touch a folder whose worker does not answer', async () => {
    const data = world.newFolder()
    const silent = await world.startWorker({}, data)
    const told = readFileSync(join(data, 'doctor.json'), 'utf8')
    writeFileSync(join(data, 'doctor.json'), told.replace(/"url":"[^"]*"/, '"url":"http://127.0.0.1:1"'))
    for (const args of [[], ['--apply']]) {
      const { code, error } = await doctor(['--data', data, ...args])
      expect(code).toBe(1)
      expect(error).toContain('Another worker uses the data folder')
      expect(error).toContain('leads nowhere')
    }
    await silent.stop()
  })
})

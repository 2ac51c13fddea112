import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { startSimulator } from '../../../simulator/simulator.ts'
import type { Simulator, SimulatorOptions } from '../../../simulator/simulator.ts'
import { trustSimulator } from '../../../simulator/trust-root.ts'
import { systemClock } from '../../../worker/clock.ts'
import { createDatabase } from '../../../worker/database.ts'
import { createLog } from '../../../worker/log.ts'
import { readMasterKeys } from '../../../worker/seal/master-keys.ts'
import { readSettings } from '../../../worker/settings.ts'
import { systemDisk } from '../../../worker/store/disk.ts'
import type { Disk } from '../../../worker/store/disk.ts'
import { diskBelow } from '../../../worker/store/folder-disk.ts'
import { ledgerFileAt, ledgerPath, openLedger } from '../../../worker/store/ledger.ts'
import { createPost } from '../../../worker/webhooks/post.ts'
import { createResolve } from '../../../worker/webhooks/resolve.ts'
import { createWhatsApp } from '../../../worker/whatsapp/socket.ts'
import { createWorker } from '../../../worker/worker.ts'
import type { Worker, WorkerEffects } from '../../../worker/worker.ts'
import { startTestDatabase } from '../../support/database.ts'
import type { Person, TestDatabase } from '../../support/database.ts'
import { WITHOUT_LIMITS } from '../../support/without-limits.ts'
import { createCaller } from './caller.ts'
import type { Caller } from './caller.ts'
import { eventually } from './eventually.ts'
import { startFaultyRoad } from './faulty-road.ts'
import type { FaultyRoad } from './faulty-road.ts'

export const WORKER_ID = 'worker-test'
const ROOT = new URL('../../../', import.meta.url).pathname

type Environment = Record<string, string>
export type Row = {
  id: string
  status: string
  status_reason: string | null
  generation: number
  phone_number: string | null
  desired: string
}
export type OrderRow = {
  id: string
  reason: string
  max_generation: number
  completed_at: Date | null
  receipt: Record<string, unknown> | null
  attempts: number
}

/** A worker in this process, with everything in reach. */
export type TestWorker = Worker & { data: string; url: string; call: Caller; logged: () => string }
/** A worker as it really runs. */
export type WorkerProcess = {
  child: ChildProcess
  data: string
  url: string
  call: Caller
  output: () => string
  kill(signal?: NodeJS.Signals): Promise<number | null>
}

export type World = Awaited<ReturnType<typeof startWorld>>

/** A database, a simulated WhatsApp, an organisation with an admin, and any number of workers; all real, all on loopback. */
export async function startWorld(simulation: SimulatorOptions = {}) {
  const database: TestDatabase = await startTestDatabase()
  const simulator: Simulator = await startSimulator(simulation)
  trustSimulator(simulator.webSocketUrl)
  const admin: Person = await database.person('admin@example.org')
  const organizationId = await database.createOrganization('Lila', { admin })
  const caller = await createCaller(WORKER_ID)
  const folders: string[] = []
  const stops: (() => Promise<unknown>)[] = []

  const newFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-worker-'))
    folders.push(folder)
    return folder
  }
  const environment = (data: string, port: number, extra: Environment): Environment => ({
    WORKER_ID,
    WORKER_PORT: String(port),
    WORKER_PUBLIC_URL: 'http://127.0.0.1:1',
    WORKER_DATA: data,
    WORKER_REALM: 'demo',
    SUPABASE_URL: database.url,
    SUPABASE_SERVICE_ROLE_KEY: database.serviceRoleKey,
    COMMAND_PUBLIC_KEYS: caller.publicKeys,
    WA_WEB_SOCKET_URL: simulator.webSocketUrl,
    LOG_LEVEL: 'debug',
    POLL_SECONDS: '0.2',
    RECONNECT_MIN_MS: '50',
    RECONNECT_MAX_MS: '200',
    DATABASE_TIMEOUT_MS: '2000',
    ...WITHOUT_LIMITS,
    ...extra,
  })

  return {
    database,
    simulator,
    admin,
    organizationId,
    /** The key that signs for `call`. */
    commandKey: caller.key,
    newFolder,

    /** Starts a worker and, unless told otherwise, waits until it is ready: before that it refuses every command. */
    async startWorker(
      extra: Environment = {},
      data = newFolder(),
      ready = true,
      disk: Disk = systemDisk,
      more: Pick<WorkerEffects, 'isDraining'> = {},
    ): Promise<TestWorker> {
      const settings = readSettings(environment(data, 0, extra))
      const masterKeys = readMasterKeys(extra)
      let text = ''
      const sink = new Writable({
        write(chunk: Buffer, _encoding, done) {
          text += chunk.toString()
          done()
        },
      })
      const log = createLog(settings.LOG_LEVEL, WORKER_ID, sink)
      const database = createDatabase({
        url: settings.SUPABASE_URL,
        serviceRoleKey: settings.SUPABASE_SERVICE_ROLE_KEY,
        worker: { id: WORKER_ID, url: settings.WORKER_PUBLIC_URL, version: 'test', capacity: 100 },
        timeoutMs: settings.DATABASE_TIMEOUT_MS,
      })
      const whatsapp = createWhatsApp({ url: settings.WA_WEB_SOCKET_URL, log })
      const below = diskBelow(data, disk)
      const ledger = openLedger(ledgerFileAt(ledgerPath(data, settings.WORKER_LEDGER)))
      const post = createPost({ resolve: createResolve(), allowPrivate: settings.WEBHOOK_ALLOW_PRIVATE === 'true' })
      const effects = { whatsapp, database, post, clock: systemClock, disk: below, log, masterKeys, ledger, version: 'test' }
      const worker = createWorker(settings, { ...effects, ...more })
      stops.push(() => worker.stop())
      const url = await worker.start()
      if (ready) {
        await eventually(() => {
          if (!worker.follower.isReady()) throw new Error(`not ready: ${text}`)
        }, 15_000)
      }
      return { ...worker, data, url, call: caller.to(url, organizationId), logged: () => text }
    },

    /** Spawns `worker/main.ts` and waits until it is ready. */
    async spawnWorker(extra: Environment = {}, data = newFolder(), ready = true): Promise<WorkerProcess> {
      const port = await freePort()
      const args = ['--import', join(ROOT, 'simulator/trust.ts'), join(ROOT, 'worker/main.ts')]
      const child = spawn(process.execPath, args, {
        env: {
          ...environment(data, port, extra),
          PATH: process.env['PATH'] ?? '',
          NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compile'),
        },
      })
      let text = ''
      child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
      child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
      const exited = once(child, 'exit') as Promise<[number | null]>
      const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> => {
        if (child.exitCode === null && child.signalCode === null) child.kill(signal)
        return (await exited)[0]
      }
      stops.push(() => kill())
      const url = `http://127.0.0.1:${port}`
      if (ready) {
        await eventually(async () => {
          if (child.exitCode !== null) throw new Error(`the worker ended: ${text}`)
          const answer = await fetch(`${url}/ready`)
          if (answer.status !== 200) throw new Error('not ready')
        }, 15_000)
      }
      return { child, data, url, call: caller.to(url, organizationId), output: () => text, kill }
    },

    /** A road to the database that can be broken; hand its `url` to a worker as SUPABASE_URL. */
    async road(): Promise<FaultyRoad> {
      const road = await startFaultyRoad(database.url)
      stops.push(() => road.close())
      return road
    },

    async createSession(name = 'Front desk'): Promise<string> {
      return (await this.rpc<Row>('create_session', { organization_id: organizationId, display_name: name })).id
    },
    /** Calls a function of the database as the admin. */
    async rpc<T>(name: string, args: Record<string, unknown>): Promise<T> {
      const client = admin.client as unknown as { rpc(name: string, args: object): PromiseLike<{ data: unknown; error: Error | null }> }
      const { data, error } = await client.rpc(name, args)
      if (error) throw new Error(`${name}: ${error.message}`)
      return data as T
    },
    async deleteRow(id: string): Promise<void> {
      const { data, error } = await admin.client.from('whatsapp_sessions').delete().eq('id', id).select('id')
      if (error || data.length !== 1) throw new Error(`not deleted: ${error?.message ?? 'no row'}`)
    },
    async row(id: string): Promise<Row | null> {
      const [row] = await database.sql<Row[]>`select id, status, status_reason, generation, phone_number, desired
        from public.whatsapp_sessions where id = ${id}`
      return row ?? null
    },
    async orders(id: string): Promise<OrderRow[]> {
      return database.sql<OrderRow[]>`select id, reason, max_generation, completed_at, receipt, attempts
        from public.whatsapp_clearances where session_id = ${id} order by requested_at`
    },
    /** Waits until a row has a status. */
    async until(id: string, status: string, reason?: string | null): Promise<Row> {
      return eventually(async () => {
        const row = await this.row(id)
        if (row?.status !== status || (reason !== undefined && row.status_reason !== reason)) {
          throw new Error(`expected ${status} ${reason ?? ''}, but it is ${row?.status} ${row?.status_reason}`)
        }
        return row
      })
    },
    /** Waits until the newest order of a session is completed; returns its receipt. */
    async receipt(id: string, orderId?: string): Promise<Record<string, unknown>> {
      return eventually(async () => {
        const orders = await this.orders(id)
        const order = orderId ? orders.find((one) => one.id === orderId) : orders.at(-1)
        if (!order?.receipt) throw new Error('no receipt yet')
        return order.receipt
      })
    },
    /** Reads the QR that a worker shows, through its signed route. */
    async qr(worker: { call: Caller }, id: string): Promise<string> {
      return eventually(async () => {
        const { status, body } = await worker.call('GET', `/api/sessions/${id}/qr`, { sessionId: id })
        if (status !== 200) throw new Error(`no QR: ${status} ${JSON.stringify(body)}`)
        return (body as { qr: string }).qr
      })
    },
    /** Links a new session with a phone; returns its id and the device at WhatsApp. */
    async link(worker: { call: Caller }, phone = '51987654321'): Promise<{ id: string; jid: string }> {
      const id = await this.createSession()
      const jid = await this.scan(worker, id, phone)
      await this.until(id, 'connected')
      return { id, jid }
    },
    async scan(worker: { call: Caller }, id: string, phone = '51987654321'): Promise<string> {
      const scanned = await simulator.scan(await this.qr(worker, id), phone)
      if (!scanned.ok) throw new Error(scanned.code)
      return scanned.jid
    },
    isLinked: (jid: string): boolean => simulator.devices().some((device) => device.jid === jid),

    async stop(): Promise<void> {
      await Promise.allSettled(stops.map((stop) => stop()))
      await simulator.stop()
      await database.stop()
      for (const folder of folders) rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { COMPILE_CACHE, ROOT } from '../../scripts/stack/layout.ts'
import { freePorts } from '../../scripts/stack/ports.ts'
import { workerCommand } from '../../scripts/stack/worker.ts'
import { startTestDatabase } from '../../tests/support/database.ts'
import { WITHOUT_LIMITS } from '../../tests/support/without-limits.ts'
import { createCaller } from '../../tests/worker/support/caller.ts'
import { startPart } from './process.ts'
import type { Part } from './process.ts'

const WORKER_ID = 'worker-bench'
const KeySet = z.object({ keys: z.tuple([z.looseObject({ kty: z.string() })]) })
const Views = z.object({ sessions: z.array(z.object({ sessionId: z.string(), status: z.string() })) })
const Devices = z.object({ devices: z.array(z.object({ jid: z.string(), online: z.boolean(), logins: z.int() })) })

export type Stack = Awaited<ReturnType<typeof startStack>>

export type StackOptions = {
  /** Fills the simulator's data folder before it starts; without it its accounts are in memory. */
  prepareSimulator?: (folder: string) => void
  /** Goes before the worker's own arguments to Node. */
  workerNodeArgs?: readonly string[]
  /** The worker is not started. */
  idle?: boolean
  /** On top of the worker's settings. */
  workerEnv?: Readonly<Record<string, string>>
}

/**
 * The parts as they really run: Postgres (which waits for the disk), the worker and the simulated WhatsApp are processes of their
 * own, with the settings that `npm start` gives them. The API is in this process, beside the clients that use it.
 */
export async function startStack(options: StackOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
  const stops: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })]
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).toReversed()) await one()
  }
  // A signal would end this process without the 'exit' that ends its children.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  try {
    const database = await startTestDatabase({ durable: true })
    stops.push(() => database.stop())
    const admin = await database.person('admin@example.org')
    const organizationId = await database.createOrganization('Lila', { admin })
    const caller = await createCaller(WORKER_ID)
    const ports = await freePorts(['simulator', 'worker'])

    const simulatorUrl = `http://127.0.0.1:${ports.simulator}`
    const simulatorData = join(folder, 'simulator')
    options.prepareSimulator?.(simulatorData)
    const simulator = await startPart(
      'simulator',
      {
        command: process.execPath,
        args: [join(ROOT, 'simulator/main.ts')],
        env: {
          SIMULATOR_PORT: String(ports.simulator),
          NODE_ENV: 'production',
          NODE_COMPILE_CACHE: COMPILE_CACHE,
          // Without it with its accounts in memory: what WhatsApp itself stores is not what is measured.
          ...(options.prepareSimulator && { SIMULATOR_DATA: simulatorData }),
        },
      },
      `${simulatorUrl}/api/state`,
      join(folder, 'simulator.log'),
    )
    stops.push(() => simulator.stop())

    /** How to start a worker in a folder of its own. */
    const prepareWorker = (id: string, port: number, env: StackOptions['workerEnv'] = {}) => {
      const dataDir = join(folder, id)
      mkdirSync(dataDir, { mode: 0o700 })
      const command = workerCommand({
        port,
        id,
        realm: 'demo',
        dataDir,
        supabaseUrl: database.url,
        serviceRoleKey: database.serviceRoleKey,
        commandKey: KeySet.parse(JSON.parse(caller.publicKeys)).keys[0],
        simulatorPort: ports.simulator,
      })
      command.args.unshift(...(options.workerNodeArgs ?? []))
      Object.assign(command.env, WITHOUT_LIMITS, env)
      return () => startPart(id, command, `http://127.0.0.1:${port}/ready`, join(folder, `${id}.log`))
    }
    const data = join(folder, WORKER_ID)
    const workerUrl = `http://127.0.0.1:${ports.worker}`
    const startWorker = prepareWorker(WORKER_ID, ports.worker, options.workerEnv)
    let worker: Part | null = options.idle ? null : await startWorker()
    const mine = (): Part => {
      if (!worker) throw new Error('the worker was not started')
      return worker
    }
    stops.push(async () => worker?.stop())
    const call = caller.to(workerUrl, organizationId)

    /** Asks the simulator's admin API. @throws when it refuses. */
    const phone = async (method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> => {
      const answer = await fetch(`${simulatorUrl}/api/${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      const said: unknown = await answer.json()
      if (!answer.ok) throw new Error(`the simulator refused ${path}: ${JSON.stringify(said)}`)
      return said
    }

    return {
      folder,
      data,
      simulatorPort: ports.simulator,
      organizationId,
      call,
      phone,
      workerLog: () => mine().log(),
      workerPid: () => mine().pid,
      stopWorker: () => mine().stop(),
      /** Starts one more worker; it ends with the stack. */
      async startAnother(id: string, env: Readonly<Record<string, string>>): Promise<Part> {
        const { port } = await freePorts(['port'])
        const part = await prepareWorker(id, port, env)()
        stops.push(() => part.stop())
        return part
      },
      /** Resolves when it has read the database, which is after the first sessions have begun to connect. */
      async startWorker() {
        worker = await startWorker()
      },
      sql: database.sql,
      /** Calls a function of the database through the API, as the admin's page does. @throws when it refuses. */
      async rpc(name: string, args: Record<string, unknown>): Promise<unknown> {
        const client = admin.client as unknown as { rpc(name: string, args: object): PromiseLike<{ data: unknown; error: Error | null }> }
        const { data: answer, error } = await client.rpc(name, args)
        if (error) throw new Error(`${name}: ${error.message}`)
        return answer
      },
      /** The sessions that the worker itself calls connected. */
      async connected(): Promise<Set<string>> {
        const { body } = await call('GET', '/api/sessions')
        const { sessions } = Views.parse(body)
        return new Set(sessions.filter(({ status }) => status === 'connected').map(({ sessionId }) => sessionId))
      },
      /** The devices that are online at WhatsApp, and how often each has logged in. */
      async online(): Promise<Map<string, number>> {
        const { devices } = Devices.parse(await phone('GET', 'state'))
        return new Map(devices.filter(({ online }) => online).map(({ jid, logins }) => [jid, logins]))
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

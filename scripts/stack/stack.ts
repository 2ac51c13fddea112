import { mkdir } from 'node:fs/promises'
import { buildPage } from './build.ts'
import { type Child, type ChildCommand, superviseChild } from './children.ts'
import { type Database, startDatabase } from './database.ts'
import { edgeFunctionCommand } from './edge-function.ts'
import { openFront } from './front.ts'
import { startGuardian } from './guardian.ts'
import { DIST, layoutOf, type Realm } from './layout.ts'
import { takeLock } from './lock.ts'
import { type LogFile, openLogFile } from './log-file.ts'
import { loadPage } from './page.ts'
import { freePorts } from './ports.ts'
import { keepSecrets, type Secrets } from './secrets.ts'
import { type Login, seed } from './seed.ts'
import { simulatorCommand } from './simulator.ts'
import { workerCommand } from './worker.ts'

const PROCESSES = ['simulator', 'edge', 'worker'] as const
type Process = (typeof PROCESSES)[number]

/** Who ends first when the stack ends: what writes, before what it writes to. */
const RANK = { worker: 1, edge: 2, simulator: 3, database: 4 } as const
const WORKER_ID = 'worker-1'

export type StackOptions = {
  /** Of the one origin; 0 takes a free one. */
  port: number
  dataDir: string
  realm?: Realm
  /** Which parts to run beside the database and its API, which are always there; all of the realm's unless told. */
  parts?: readonly (Process | 'page')[]
  /** Lines for the console; nothing is said without it. */
  log?: (line: string) => void
  /** Settings on top of the stack's own, for tests that cannot wait as long as the product does. */
  environment?: Partial<Record<Process, Record<string, string>>>
  /** Gives up a start that is under way. */
  signal?: AbortSignal
}

export type Stack = {
  url: string
  /** The simulated phones; `null` where there is no simulator. */
  phoneUrl: string | null
  login: Login
  /** Of Postgres, as its superuser. */
  databaseUrl: string
  keys: { anon: string; serviceRole: string; jwtSecret: string; command: Secrets['commandKey'] }
  /** Where each process listens, past the one origin, and its number while it runs. */
  parts: Record<Process | 'database', { url: string; readonly pid: number | null }>
  /** Whether this start had to build the page. */
  built: boolean
  /** Ends a part in an orderly way and leaves it ended. */
  halt(part: Process | 'database'): Promise<void>
  /** Starts a part anew and waits until it is ready; one that was halted is started. */
  restart(part: Process | 'database'): Promise<void>
  /** Kills a part as a crash would; it is started again by itself. */
  kill(part: Process | 'database'): void
  /** Ends everything in order. Safe to call twice. */
  stop(): Promise<void>
}

/**
 * Starts a whole Latchkey on 127.0.0.1: one origin, behind it the parts as processes of their own on free ports.
 * @throws StartError when it cannot; then nothing is left running.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const realm = options.realm ?? 'demo'
  const wanted = new Set(options.parts ?? (realm === 'demo' ? [...PROCESSES, 'page'] : ['edge', 'worker', 'page']))
  const say = options.log ?? (() => {})
  const layout = layoutOf(options.dataDir, realm)
  const front = await openFront(options.port)
  /** Run from the last to the first. */
  const releases: (() => Promise<unknown>)[] = []
  const children: Partial<Record<Process, Child>> = {}
  let database: Database | null = null
  let ending: Promise<void> | null = null

  async function end(): Promise<void> {
    await front.close()
    for (const release of releases.toReversed()) {
      await release().catch((error: unknown) => say(`While stopping: ${error instanceof Error ? error.message : String(error)}`))
    }
  }
  const stop = () => (ending ??= end())
  const giveUp = () => Promise.all(Object.values(children).map((child) => child.stop()))
  options.signal?.addEventListener('abort', () => void giveUp(), { once: true })

  try {
    const ports = await freePorts(['postgres', 'api', ...PROCESSES])
    const lock = await takeLock(layout.lock, { url: front.url, databasePort: ports.postgres })
    releases.push(() => lock.release())
    const guardian = startGuardian()
    releases.push(() => guardian.stop())
    const openLog = (name: string): LogFile => {
      const file = openLogFile(layout.logs, name)
      releases.push(() => file.close())
      return file
    }
    const secrets = await keepSecrets(layout.secrets)
    const databaseLog = openLog('database')
    releases.push(async () => await database?.stop())

    const run = async (name: Process, command: ChildCommand, isReady: () => Promise<boolean>): Promise<void> => {
      if (!wanted.has(name)) return
      options.signal?.throwIfAborted()
      const env = { ...command.env, ...options.environment?.[name] }
      const child = superviseChild({ ...command, env, name, isReady, rank: RANK[name], guardian, logFile: openLog(name), say })
      children[name] = child
      releases.push(() => child.stop())
      await child.start()
    }
    const urlOf = (name: keyof typeof ports) => `http://127.0.0.1:${ports[name]}`

    const startSimulator = async () => {
      await mkdir(layout.simulator, { recursive: true, mode: 0o700 })
      await run('simulator', simulatorCommand({ port: ports.simulator, dataDir: layout.simulator }), () =>
        answers(`${urlOf('simulator')}/`),
      )
    }
    const startRest = async () => {
      const common = { rank: RANK.database, guardian, logFile: databaseLog, say }
      const open = { dataDir: layout.postgres, port: ports.postgres, password: secrets.databasePassword }
      database = await startDatabase({ ...common, ...open, apiPort: ports.api, jwtSecret: secrets.jwtSecret })
      const { api, url: databaseUrl } = database
      const edge = edgeFunctionCommand({
        port: ports.edge,
        supabaseUrl: api.url,
        anonKey: api.anonKey,
        workerUrl: urlOf('worker'),
        workerId: WORKER_ID,
        commandKey: JSON.stringify(secrets.commandKey.private),
      })
      const worker = workerCommand({
        port: ports.worker,
        id: WORKER_ID,
        realm,
        dataDir: layout.worker,
        supabaseUrl: api.url,
        serviceRoleKey: api.serviceRoleKey,
        commandKey: secrets.commandKey.public,
        ...(realm === 'demo' && { simulatorPort: ports.simulator }),
      })
      const [login] = await settled(
        seed({ databaseUrl, realm, passwordFile: layout.password }),
        run('edge', edge, () => answers(urlOf('edge'))),
        run('worker', worker, () => answers(`${urlOf('worker')}/ready`)),
      )
      return { login, api, databaseUrl }
    }
    const startPage = async () => {
      if (!wanted.has('page')) return { built: false, page: undefined }
      const built = await buildPage(options.signal)
      return { built, page: await loadPage(DIST) }
    }

    const [{ login, api, databaseUrl }, { built, page }] = await settled(startRest(), startPage(), startSimulator())
    options.signal?.throwIfAborted()
    front.connect({
      api: ports.api,
      ...(children.edge && { edge: ports.edge }),
      ...(children.simulator && { simulator: ports.simulator }),
      ...(page && { page }),
    })
    front.open({
      supabaseKey: api.anonKey,
      realtime: false,
      ...(realm === 'demo' && { demo: { phoneUrl: '/phone/', email: login.email } }),
    })

    const db = (): Database => {
      if (!database) throw new Error('the database is not there')
      return database
    }
    const child = (part: Process): Child => {
      const found = children[part]
      if (!found) throw new Error(`this stack has no ${part}`)
      return found
    }
    const processPart = (part: Process) => ({
      url: urlOf(part),
      get pid() {
        return children[part]?.pid ?? null
      },
    })
    return {
      url: front.url,
      phoneUrl: children.simulator ? `${front.url}/phone/` : null,
      login,
      databaseUrl,
      keys: { anon: api.anonKey, serviceRole: api.serviceRoleKey, jwtSecret: secrets.jwtSecret, command: secrets.commandKey },
      parts: {
        simulator: processPart('simulator'),
        edge: processPart('edge'),
        worker: processPart('worker'),
        database: {
          url: api.url,
          get pid() {
            return db().pid
          },
        },
      },
      built,
      halt: (part) => (part === 'database' ? db().halt() : child(part).stop()),
      restart: async (part) => {
        await (part === 'database' ? db().halt() : child(part).stop())
        await (part === 'database' ? db().resume() : child(part).start())
      },
      kill: (part) => (part === 'database' ? db().kill() : child(part).kill()),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** As `Promise.all`, but waits for all three to settle first: what fails late must not start things behind a stop. */
async function settled<A, B, C>(a: Promise<A>, b: Promise<B>, c: Promise<C>): Promise<[A, B, C]> {
  await Promise.allSettled([a, b, c])
  return await Promise.all([a, b, c])
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) })
  await response.body?.cancel()
  return response.status < 500
}

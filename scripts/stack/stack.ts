import { mkdir } from 'node:fs/promises'
import { buildPage } from './build.ts'
import { type Child, superviseChild } from './children.ts'
import {
  localUrl,
  MORE_WORKERS,
  type Process,
  PROCESSES,
  type Runnable,
  simulatorRunnable,
  wiredRunnables,
  WORKER_IDS,
} from './commands.ts'
import { type Database, startDatabase } from './database.ts'
import { openFront } from './front.ts'
import { startGuardian } from './guardian.ts'
import { DIST, layoutOf, type Realm } from './layout.ts'
import { takeLock } from './lock.ts'
import { type LogFile, openLogFile } from './log-file.ts'
import { createMailbox } from './mailbox.ts'
import { loadApiDocs } from './api-docs.ts'
import { loadPage } from './page.ts'
import { freePorts } from './ports.ts'
import { createReleases } from './releases.ts'
import { keepMasterKeys, keepSecrets, type Secrets } from './secrets.ts'
import { type Login, seed } from './seed.ts'
import { openWorkerPaths } from './worker-paths.ts'

/** Who ends first when the stack ends: what writes, before what it writes to. */
const RANK = { worker: 1, 'worker-2': 1, 'worker-3': 1, edge: 2, simulator: 3, database: 4 } as const

export type StackOptions = {
  /** Of the one origin; 0 takes a free one. */
  port: number
  dataDir: string
  realm?: Realm
  /** Which parts to run beside the database and its API, which are always there; all of the realm's unless told. */
  parts?: readonly ((typeof PROCESSES)[number] | 'page')[]
  /** How many workers, up to three; more than one keep the sessions' credentials in the database, so that any can take over. */
  workers?: number
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
  const { realm = 'demo', log: say = () => {}, signal } = options
  const wanted = new Set<Process | 'page'>(options.parts ?? (realm === 'demo' ? [...PROCESSES, 'page'] : ['edge', 'worker', 'page']))
  const moreWorkers = wanted.has('worker') ? MORE_WORKERS.slice(0, (options.workers ?? 1) - 1) : []
  for (const name of moreWorkers) wanted.add(name)
  const layout = layoutOf(options.dataDir, realm)
  const front = await openFront(options.port)
  const releases = createReleases(say)
  const children: Partial<Record<Process, Child>> = {}
  let database: Database | null = null

  async function stop(): Promise<void> {
    await front.close()
    await releases.run()
  }
  // What is being started ends at once, so its start fails, and that ends the rest.
  const giveUp = () => void Promise.all(Object.values(children).map((child) => child.stop()))
  signal?.addEventListener('abort', giveUp)

  try {
    const ports = await freePorts(['postgres', 'api', ...PROCESSES, ...MORE_WORKERS])
    const lock = await takeLock(layout.lock, { url: front.url, databasePort: ports.postgres })
    releases.add(() => lock.release())
    const guardian = startGuardian()
    releases.add(() => guardian.stop())
    const secrets = await keepSecrets(layout.secrets)
    await keepMasterKeys(layout.masterKeys)

    const openLog = (name: string): LogFile => {
      const file = openLogFile(layout.logs, name)
      releases.add(() => file.close())
      return file
    }
    const run = async (name: Process, { command, readyUrl }: Runnable): Promise<void> => {
      if (!wanted.has(name)) return
      signal?.throwIfAborted()
      const env = { ...command.env, ...options.environment?.[name] }
      const common = { name, rank: RANK[name], guardian, logFile: openLog(name), say }
      const child = superviseChild({ ...command, ...common, env, isReady: () => answers(readyUrl) })
      children[name] = child
      releases.add(() => child.stop())
      await child.start()
    }
    const runSimulator = async () => {
      if (!wanted.has('simulator')) return
      await mkdir(layout.simulator, { recursive: true, mode: 0o700 })
      await run('simulator', simulatorRunnable(ports, layout))
    }
    const openPaths = async (): Promise<string | null> => {
      if (moreWorkers.length === 0) return null
      const names = ['worker', ...moreWorkers] as const
      const paths = await openWorkerPaths(Object.fromEntries(names.map((name) => [WORKER_IDS[name], ports[name]])))
      releases.add(() => paths.close())
      return paths.template
    }
    const databaseLog = openLog('database')
    // Registered before anything that uses it, so that it ends last.
    releases.add(async () => await database?.stop())
    const runDatabaseAndRest = async () => {
      database = await startDatabase({
        dataDir: layout.postgres,
        port: ports.postgres,
        password: secrets.databasePassword,
        apiPort: ports.api,
        jwtSecret: secrets.jwtSecret,
        mailbox: createMailbox(layout.mail, say),
        siteUrl: front.url,
        rank: RANK.database,
        guardian,
        logFile: databaseLog,
        say,
      })
      const { api, url: databaseUrl } = database
      const { edge, ...workers } = wiredRunnables({ realm, ports, layout, secrets, api, workersUrl: await openPaths() })
      const seeded = seed({ databaseUrl, realm, passwordFile: layout.password })
      const runWorkers = settled(...(['worker', ...MORE_WORKERS] as const).map((name) => run(name, workers[name])))
      const [login] = await settled(seeded, run('edge', edge), runWorkers)
      return { api, databaseUrl, login }
    }
    const preparePage = async () => {
      if (!wanted.has('page')) return { built: false, pages: {} }
      const built = await buildPage(signal)
      return { built, pages: { page: await loadPage(DIST), apiDocs: await loadApiDocs() } }
    }

    const [{ api, databaseUrl, login }, { built, pages }] = await settled(runDatabaseAndRest(), preparePage(), runSimulator())
    signal?.throwIfAborted()
    front.connect({
      api: ports.api,
      ...(children.edge && { edge: ports.edge }),
      ...(children.simulator && { simulator: ports.simulator }),
      ...pages,
    })
    const demo = { phoneUrl: '/phone/', email: login.email }
    front.open({ supabaseKey: api.anonKey, realtime: false, mail: true, ...(realm === 'demo' && { demo }) })

    const found = (name: Process | 'database') => (name === 'database' ? database?.server : children[name])
    const find = (name: Process | 'database'): Child => {
      const child = found(name)
      if (!child) throw new Error(`this stack has no ${name}`)
      return child
    }
    const part = (name: Process | 'database', port: number) => ({
      url: localUrl(port),
      get pid() {
        return found(name)?.pid ?? null
      },
    })
    return {
      url: front.url,
      phoneUrl: children.simulator ? `${front.url}/phone/` : null,
      login,
      databaseUrl,
      keys: { anon: api.anonKey, serviceRole: api.serviceRoleKey, jwtSecret: secrets.jwtSecret, command: secrets.commandKey },
      parts: {
        simulator: part('simulator', ports.simulator),
        edge: part('edge', ports.edge),
        worker: part('worker', ports.worker),
        'worker-2': part('worker-2', ports['worker-2']),
        'worker-3': part('worker-3', ports['worker-3']),
        database: part('database', ports.api),
      },
      built,
      halt: (name) => find(name).stop(),
      restart: async (name) => {
        await find(name).stop()
        await find(name).start()
      },
      kill: (name) => find(name).kill(),
      stop,
    }
  } catch (error) {
    await stop()
    // Its parts fail because they are being ended; that is not what there is to say.
    throw signal?.aborted ? signal.reason : error
  } finally {
    signal?.removeEventListener('abort', giveUp)
  }
}

/** As `Promise.all`, but waits for all of them to settle first: what fails late must not start things behind a stop. */
async function settled<const All extends readonly Promise<unknown>[]>(
  ...all: All
): Promise<{ -readonly [P in keyof All]: Awaited<All[P]> }> {
  await Promise.allSettled(all)
  return await Promise.all(all)
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) })
  await response.body?.cancel()
  return response.status < 500
}

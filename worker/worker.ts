import type { FastifyInstance } from 'fastify'
import { OPEN_ROUTES } from '#domain/api.ts'
import { errorBody } from '#domain/errors.ts'
import { pause } from './clock.ts'
import { createEngine } from './engine.ts'
import type { Effects, Engine } from './engine.ts'
import { createCommandVerifier } from './http/command.ts'
import { createCommandLimit } from './http/command-limit.ts'
import { createLinkStreams } from './http/link-stream.ts'
import { createRoutes } from './http/routes.ts'
import { createServer } from './http/server.ts'
import { createMetricsDoor } from './metrics/door.ts'
import type { Metrics } from './metrics/metrics.ts'
import { createDoctorDoor } from './reconcile/door.ts'
import type { Settings } from './settings.ts'
import { createCourier } from './webhooks/courier.ts'
import type { WebhookDatabase } from './webhooks/port.ts'
import type { Post } from './webhooks/post.ts'
import { createTextEvents } from './webhooks/text-events.ts'

/** How long a stop waits for answers under way, milliseconds. */
const STOP_MS = 800
/** The same where sessions are given away to other workers first: what nobody was given they take only when its lease is over. */
const STOP_SHARED_MS = 2000

export type WorkerEffects = Effects & {
  database: WebhookDatabase
  /** Sends to webhooks. */
  post: Post
  version: string
  /** Absent: nothing is counted. */
  metrics?: Metrics | null
  /** Whether the worker is giving its sessions away: nobody is to be sent to it any more. */
  isDraining?: () => boolean
}

export type Worker = Pick<Engine, 'supervisor' | 'clear' | 'follower' | 'passes'> & {
  readonly server: FastifyInstance
  /** Sweeps the tombstones, listens, and begins to follow the database. Returns the address. */
  start(): Promise<string>
  /** Cuts all sockets and closes all stores; rows stay as they are. Under a second, whatever the peers do. */
  stop(): Promise<void>
}

/** The engine with its doors: signed commands, health. Throws when its data folder is another worker's, or of another realm. */
export function createWorker(settings: Settings, given: WorkerEffects): Worker {
  const { metrics = null, isDraining = () => false, version } = given
  const effects = metrics ? metrics.watch(given) : given
  const { database, post, clock, disk, log } = effects
  const texts = createTextEvents({ database, clock, log })
  const engine = createEngine(settings, { ...effects, textEnded: texts.ended })
  const courier = createCourier({ database, post, clock, log, pollMs: settings.POLL_SECONDS * 1000 })
  metrics?.follow(engine, { disk: given.disk, root: settings.WORKER_DATA, capacity: settings.WORKER_CAPACITY })
  let stopping: Promise<void> | null = null
  const { supervisor, messages, names, clear, holdings, follower, doctor, linkLimit, settled } = engine
  const streams = createLinkStreams(clock, { perSession: settings.SESSION_STREAMS, perOrganization: settings.ORGANIZATION_STREAMS })
  const health = { ok: true, worker: settings.WORKER_ID, version }
  const server = createServer({
    log,
    verify: createCommandVerifier({ keys: settings.COMMAND_PUBLIC_KEYS, workerId: settings.WORKER_ID, clock }),
    limit: createCommandLimit(settings, clock),
    ...(metrics && { answered: metrics.answered }),
    routes: createRoutes({ supervisor, messages, names, clear, holdings, follower, streams, linkLimit, settled }),
    open: {
      [OPEN_ROUTES.health]: () => ({ status: 200, body: { ...health, sessions: supervisor.runningCount() } }),
      [OPEN_ROUTES.ready]: () => {
        if (stopping || isDraining()) return { status: 503, body: errorBody('not_ready', 'The worker is about to stop.') }
        if (!follower.isReady()) return { status: 503, body: errorBody('not_ready', 'The worker has not read the database yet.') }
        return { status: 200, body: { ready: true } }
      },
      [OPEN_ROUTES.metrics]: createMetricsDoor(metrics),
      // Read when somebody asks: most workers are never asked.
      [OPEN_ROUTES.openapi]: async () => {
        const { default: body } = await import('../docs/api/worker.openapi.json', { with: { type: 'json' } })
        return { status: 200, body }
      },
    },
  })

  const door = createDoctorDoor({ server, doctor, disk, root: settings.WORKER_DATA, log })

  const stop = async (): Promise<void> => {
    streams.close()
    door.close()
    await Promise.race([
      Promise.all([server.close(), courier.close(), engine.stop().then(() => texts.close())]),
      pause(clock, settings.WORKER_STORE === 'database' ? STOP_SHARED_MS : STOP_MS),
    ])
    engine.close()
  }

  return {
    server,
    supervisor,
    clear,
    follower,
    passes: engine.passes,
    async start() {
      engine.sweep()
      const address = await server.listen({ host: settings.WORKER_HOST, port: settings.WORKER_PORT })
      door.open(address.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:'))
      engine.run()
      courier.run()
      return address
    },
    stop: () => (stopping ??= stop()),
  }
}

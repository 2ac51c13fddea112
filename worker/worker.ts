import type { FastifyInstance } from 'fastify'
import { errorBody } from '#domain/errors.ts'
import { LINK_STAMP_SECONDS } from '#domain/link.ts'
import { createClearEngine } from './clear/clear.ts'
import type { ClearEngine } from './clear/clear.ts'
import { pause } from './clock.ts'
import type { Clock } from './clock.ts'
import type { Database } from './database.ts'
import { createFollower } from './follow/follow.ts'
import type { Follower } from './follow/follow.ts'
import { createLoop } from './follow/loop.ts'
import { createCommandVerifier } from './http/command.ts'
import { createLinkStreams } from './http/link-stream.ts'
import { createRoutes } from './http/routes.ts'
import { createServer } from './http/server.ts'
import { reasonOf } from './log.ts'
import type { Log } from './log.ts'
import { createSupervisor } from './session/supervisor.ts'
import type { Supervisor } from './session/supervisor.ts'
import type { Settings } from './settings.ts'
import { openBackups } from './store/backups.ts'
import { openDataFolder } from './store/data-folder.ts'
import { openOutbox } from './store/outbox.ts'
import { openQuarantine } from './store/quarantine.ts'
import { openTombstones } from './store/tombstones.ts'
import type { WhatsApp } from './whatsapp/port.ts'

/** How soon a failed pass is tried again, milliseconds, unless the interval is shorter. */
const RETRY_MS = 2000
const PURGE_MS = 60_000
/** How long a stop waits for answers under way, milliseconds. */
const STOP_MS = 800

export type Effects = { whatsapp: WhatsApp; database: Database; clock: Clock; log: Log; version: string }

export type Worker = {
  readonly server: FastifyInstance
  readonly supervisor: Supervisor
  readonly clear: ClearEngine
  readonly follower: Follower
  /** Sweeps the tombstones, listens, and begins to follow the database. Returns the address. */
  start(): Promise<string>
  /** Cuts all sockets and closes all stores; rows stay as they are. Under a second, whatever the peers do. */
  stop(): Promise<void>
}

/** Puts a worker together. Throws when its data folder is another worker's, or of another realm. */
export function createWorker(settings: Settings, { whatsapp, database, clock, log, version }: Effects): Worker {
  const data = openDataFolder(settings.WORKER_DATA, settings.WORKER_REALM)
  const maxPages = settings.CREDENTIAL_MAX_PAGES
  const quarantine = openQuarantine(data, clock)
  const tombstones = openTombstones(data, log)
  const places = { data, quarantine, backups: openBackups(data, maxPages), outbox: openOutbox(data), maxPages }

  const supervisor: Supervisor = createSupervisor({
    whatsapp,
    database,
    clock,
    log,
    data,
    quarantine,
    tombstones,
    settings: {
      backoff: { minMs: settings.RECONNECT_MIN_MS, maxMs: settings.RECONNECT_MAX_MS, tries: settings.RECONNECT_TRIES },
      linkUnwatchedMs: settings.LINK_UNWATCHED_SECONDS * 1000,
      startConcurrency: settings.START_CONCURRENCY,
      maxPages,
    },
    look: (id) => void follower.look(id).catch((error) => log.warn({ session: id, error: reasonOf(error) }, 'a look failed')),
    clear: (order, gone) => void clear.accept(order, gone).catch(() => {}),
  })
  const unlinkMs = settings.UNLINK_TIMEOUT_MS
  const clear = createClearEngine({ whatsapp, database, clock, log, places, tombstones, supervisor: () => supervisor, unlinkMs })
  const follower = createFollower({ database, supervisor, clear, data, quarantine, tombstones, log })

  const pollMs = settings.POLL_SECONDS * 1000
  const quietly = (what: string, run: () => Promise<unknown>) => async () => {
    await run().catch((error: unknown) => log.debug({ error: reasonOf(error) }, `${what} failed`))
  }
  const follow = createLoop(
    clock,
    () => (follower.isReady() ? pollMs : Math.min(pollMs, RETRY_MS)),
    async () => void (await follower.pass()),
  )
  const loops = [
    follow,
    createLoop(
      clock,
      () => settings.HEARTBEAT_SECONDS * 1000,
      quietly('heartbeat', () => database.heartbeat(supervisor.runningCount())),
    ),
    createLoop(
      clock,
      () => LINK_STAMP_SECONDS * 1000,
      quietly('stamp', async () => {
        const ids = supervisor.watchedLinks()
        if (ids.length > 0) await database.touch(ids)
      }),
    ),
    createLoop(
      clock,
      () => PURGE_MS,
      quietly('purge', async () => {
        quarantine.expire()
        if (follower.isReady() && (await database.purge()).length > 0) void follow.now()
      }),
    ),
  ]

  const streams = createLinkStreams(clock)
  const health = { ok: true, worker: settings.WORKER_ID, version }
  const server = createServer({
    log,
    verify: createCommandVerifier({ keys: settings.COMMAND_PUBLIC_KEYS, workerId: settings.WORKER_ID, clock }),
    routes: createRoutes({ supervisor, clear, follower, streams }),
    open: {
      '/health': () => ({ status: 200, body: { ...health, sessions: supervisor.runningCount() } }),
      '/ready': () =>
        follower.isReady()
          ? { status: 200, body: { ready: true } }
          : { status: 503, body: errorBody('not_ready', 'The worker has not read the database yet.') },
    },
  })

  let stopping: Promise<void> | null = null
  const stop = async (): Promise<void> => {
    streams.close()
    supervisor.close()
    const everything = Promise.all([server.close(), ...loops.map((loop) => loop.close())])
    await Promise.race([everything, pause(clock, STOP_MS)])
    data.close()
  }

  return {
    server,
    supervisor,
    clear,
    follower,
    async start() {
      clear.resume()
      const address = await server.listen({ host: settings.WORKER_HOST, port: settings.WORKER_PORT })
      for (const loop of loops) void loop.now()
      return address
    },
    stop: () => (stopping ??= stop()),
  }
}

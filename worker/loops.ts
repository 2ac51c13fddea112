import { LINK_STAMP_SECONDS } from '#domain/link.ts'
import type { Clock } from './clock.ts'
import type { Database } from './database.ts'
import type { Fleet } from './fleet/fleet.ts'
import type { Follower } from './follow/follow.ts'
import { createLoop } from './follow/loop.ts'
import { reasonOf } from './log.ts'
import type { Log } from './log.ts'
import type { Observer } from './metrics/observer.ts'
import type { Supervisor } from './session/supervisor.ts'
import type { Settings } from './settings.ts'
import type { Quarantine } from './store/quarantine.ts'

/** How soon a failed pass or heartbeat is tried again, milliseconds, unless the interval is shorter. */
const RETRY_MS = 2000
const PURGE_MS = 60_000

/** What a worker does again and again, from `run` on. */
export type Loops = {
  /** A pass over everything: now, or right after the one that is under way. Resolves with its end. */
  follow(): Promise<void>
  /** How many passes have ended, well or not. */
  passes(): number
  run(): void
  /** Resolves when what was under way has ended. */
  close(): Promise<void>
}

type Options = {
  database: Pick<Database, 'touch' | 'purge'>
  fleet: Pick<Fleet, 'beat'>
  follower: Pick<Follower, 'pass' | 'isReady'>
  supervisor: Pick<Supervisor, 'watchedLinks' | 'backUpAll'>
  quarantine: Pick<Quarantine, 'expire'>
  clock: Clock
  log: Log
  observer: Pick<Observer, 'passEnded'>
  settings: Pick<Settings, 'POLL_SECONDS' | 'HEARTBEAT_SECONDS'>
}

export function createLoops(options: Options): Loops {
  const { database, fleet, follower, supervisor, quarantine, clock, log, observer, settings } = options
  const pollMs = settings.POLL_SECONDS * 1000
  const heartbeatMs = settings.HEARTBEAT_SECONDS * 1000
  let isHeard = false
  let passes = 0
  const quietly = (what: string, run: () => Promise<unknown>) => async () => {
    await run().catch((error: unknown) => log.debug({ error: reasonOf(error) }, `${what} failed`))
  }

  /** Says that this worker is there. */
  const beat = createLoop(
    clock,
    () => (isHeard ? heartbeatMs : Math.min(heartbeatMs, RETRY_MS)),
    quietly('heartbeat', async () => {
      isHeard = false
      await fleet.beat()
      isHeard = true
    }),
  )

  /** Makes everything as it is wanted. */
  const follow = createLoop(
    clock,
    () => (follower.isReady() ? pollMs : Math.min(pollMs, RETRY_MS)),
    async () => {
      const begunAt = clock.now()
      const succeeded = await follower.pass()
      passes += 1
      observer.passEnded(clock.now() - begunAt, succeeded)
    },
  )

  /** Says which links somebody looks at. */
  const stamp = createLoop(
    clock,
    () => LINK_STAMP_SECONDS * 1000,
    quietly('stamp', async () => {
      const ids = supervisor.watchedLinks()
      if (ids.length > 0) await database.touch(ids)
    }),
  )

  /** Erases what has lain long enough, and makes the backups that are due. */
  const purge = createLoop(
    clock,
    () => PURGE_MS,
    quietly('purge', async () => {
      quarantine.expire()
      supervisor.backUpAll()
      if (follower.isReady() && (await database.purge()).length > 0) void follow.now()
    }),
  )

  return {
    follow: follow.now,
    passes: () => passes,
    run() {
      // A worker that nobody has heard of holds nothing.
      void beat.now().then(() => {
        for (const loop of [follow, stamp, purge]) void loop.now()
      })
    },
    async close() {
      await Promise.all([beat, follow, stamp, purge].map((loop) => loop.close()))
    },
  }
}

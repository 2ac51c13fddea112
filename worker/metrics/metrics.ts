import { Gauge, Registry, collectDefaultMetrics } from 'prom-client'
import type { Clock } from '../clock.ts'
import type { Effects, Engine } from '../engine.ts'
import type { Answered } from '../http/answered.ts'
import type { Post } from '../webhooks/post.ts'
import { createClearMetrics } from './clears.ts'
import { createCommandMetrics } from './commands.ts'
import { createDatabaseMetrics } from './database.ts'
import { createLeaseMetrics } from './leases.ts'
import { createLogMetrics } from './log-lines.ts'
import type { Observer } from './observer.ts'
import { createPassMetrics } from './passes.ts'
import { createSessionMetrics } from './sessions.ts'
import { createStorageMetrics } from './storage.ts'
import { createWebhookMetrics } from './webhooks.ts'
import { createWhatsAppMetrics } from './whatsapp.ts'

/** What one worker counts: a registry of its own, so that two workers in one process share nothing. */
export type Metrics = {
  readonly contentType: string
  /** The same effects, watched: for an engine to be made of. */
  watch<E extends Effects & { post: Post }>(effects: E): E
  /** From now on, what the engine holds can be read. `disk`: not watched. */
  follow(engine: Pick<Engine, 'supervisor' | 'clear'>, place: { disk: Effects['disk']; root: string; capacity: number }): void
  answered(answered: Answered): void
  /** All of it, as Prometheus reads it. */
  page(): Promise<string>
}

type Options = {
  clock: Clock
  about: { version: string; worker: string; realm: string }
  /** Those of Node and the process, too: for a worker that has a process of its own. */
  ofProcess: boolean
}

/** One subject, one file beside this one; here they are put together. */
export function createMetrics({ clock, about, ofProcess }: Options): Metrics {
  const registry = new Registry()
  if (ofProcess) collectDefaultMetrics({ register: registry })
  const build = new Gauge({
    name: 'latchkey_build_info',
    help: 'Which worker this is: always 1.',
    labelNames: ['version', 'worker', 'realm'] as const,
    registers: [registry],
  })
  build.set(about, 1)

  const storage = createStorageMetrics(registry)
  const sessions = createSessionMetrics(registry)
  const clears = createClearMetrics(registry, clock)
  const watchDatabase = createDatabaseMetrics(registry, clock)
  const watchLeases = createLeaseMetrics(registry)
  const watchWhatsApp = createWhatsAppMetrics(registry, storage.failed)
  const watchLog = createLogMetrics(registry)
  const watchPost = createWebhookMetrics(registry, clock)
  const observer: Observer = {
    sessionHeard: sessions.heard,
    passEnded: createPassMetrics(registry, clock),
    backupEnded: storage.backupEnded,
  }

  return {
    contentType: registry.contentType,
    watch: (effects) => ({
      ...effects,
      whatsapp: watchWhatsApp(effects.whatsapp),
      database: watchLeases(clears.watch(watchDatabase(effects.database))),
      disk: storage.watch(effects.disk),
      post: watchPost(effects.post),
      log: watchLog(effects.log),
      observer,
    }),
    follow({ supervisor, clear }, { disk, root, capacity }) {
      sessions.follow(supervisor, capacity)
      clears.follow(clear)
      storage.follow(disk, root)
    },
    answered: createCommandMetrics(registry),
    page: () => registry.metrics(),
  }
}

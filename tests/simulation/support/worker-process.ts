import { createEngine } from '../../../worker/engine.ts'
import type { Engine } from '../../../worker/engine.ts'
import { readSettings } from '../../../worker/settings.ts'
import type { Settings } from '../../../worker/settings.ts'
import type { WorkerStore } from '../../../worker/store/data-folder.ts'
import { openLedger } from '../../../worker/store/ledger.ts'
import type { LinkEvent } from '#domain/link.ts'
import { Crashed, createLife } from './life.ts'
import type { Life } from './life.ts'
import { createRoad } from './road.ts'
import { createSimulatedWhatsApp } from './whatsapp/simulated-whatsapp.ts'
import type { WhatsAppWatcher } from './whatsapp/simulated-whatsapp.ts'
import { createWorkerLog } from './worker-log.ts'
import type { LogLine } from './worker-log.ts'
import type { Machine } from './machine.ts'
import type { Surroundings } from './surroundings.ts'

/** As in production, but for what would take hours: a snapshot a minute, ten tries instead of a thousand. */
const ENVIRONMENT = {
  WORKER_PORT: '0',
  WORKER_PUBLIC_URL: 'http://127.0.0.1:1',
  WORKER_DATA: '/data',
  WORKER_REALM: 'live',
  SUPABASE_URL: 'http://127.0.0.1:1',
  SUPABASE_SERVICE_ROLE_KEY: 'none',
  COMMAND_PUBLIC_KEYS: '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"of-rfc-8037"}]}',
  RECONNECT_TRIES: '8',
  // Histories ask for links all day.
  SESSION_LINKS_PER_HOUR: '1000000',
  ORGANIZATION_LINKS_PER_HOUR: '1000000',
  BACKUP_HOURS: String(1 / 60),
  // Others are heard after each row: whatever a pass of a thousand rows can be interrupted by.
  PASS_SLICE_MS: '0',
}
const settingsOf = (id: string, store: WorkerStore): Settings => readSettings({ ...ENVIRONMENT, WORKER_ID: id, WORKER_STORE: store })
const KNOWN_SETTINGS = new Map<string, Settings>()

/** How long a stop may take, milliseconds (OPS-1). */
const STOP_MS = 3000

export type WorkerProcess = {
  readonly life: Life
  readonly engine: Engine
  /** Somebody's dialog attaches to the link of a session, until it is told that it is over. Returns how to leave. */
  watch(sessionId: string): () => void
  watchersOf(sessionId: string): number
  /** All dialogs are closed; of one session, or of all. */
  leave(sessionId?: string): void
  /** Asks the worker to look at a session, as a signed command does. */
  look(sessionId: string): void
  /** Asks the worker to carry an order out now. */
  clear(sessionId: string, orderId: string): void
  /** Ends as after SIGTERM. */
  stop(): Promise<void>
}

/** Names a process, as the database knows it. */
export const bootOf = (life: number): string => `life-${life}`

/** Starts the real worker, without its doors, on simulated effects. `null`: it could not start, and its process is over. */
export function startWorker(
  surroundings: Surroundings,
  machine: Machine,
  lifeNumber: number,
  hear: { logged(line: LogLine, session: object): void; stored(call: string): void; whatsapp: WhatsAppWatcher },
): WorkerProcess | null {
  const { clock, steps, service, random, nextIdentity, store } = surroundings
  const { disk, roadState: state } = machine
  const settings = KNOWN_SETTINGS.get(machine.id + store) ?? settingsOf(machine.id, store)
  KNOWN_SETTINGS.set(machine.id + store, settings)
  const worker = surroundings.callsOf({ id: machine.id, boot: bootOf(lifeNumber), isShared: store === 'database' })
  const life = createLife(lifeNumber)
  const lifeClock = clock.ofLife(life, random.fork())
  const network = { life, clock: lifeClock, world: clock, steps, random: random.fork(), service }
  let engine: Engine
  try {
    engine = createEngine(settings, {
      whatsapp: createSimulatedWhatsApp(network, nextIdentity, hear.whatsapp),
      database: createRoad({ life, clock, steps, random: random.fork(), state, worker, store, onStored: hear.stored }),
      clock: lifeClock,
      disk: disk.ofLife(life),
      masterKeys: surroundings.masterKeys,
      ledger: openLedger(machine.ledger),
      log: createWorkerLog({ life, now: clock.now, heard: hear.logged }),
    })
    engine.sweep()
    engine.run()
  } catch (error) {
    // A worker that cannot open its folder says so and ends; whoever watches over it starts it again.
    life.crash()
    if (!(error instanceof Crashed)) surroundings.couldNotStart(error as Error)
    return null
  }
  const watchers = new Map<string, Set<() => void>>()
  const watchersOf = (sessionId: string): Set<() => void> => {
    const known = watchers.get(sessionId) ?? new Set()
    watchers.set(sessionId, known)
    return known
  }

  const look = (sessionId: string): Promise<unknown> =>
    life.isAlive() && engine.follower.isReady() ? engine.follower.look(sessionId) : Promise.resolve(null)

  return {
    life,
    engine,
    watch(sessionId) {
      if (!life.isAlive()) return () => {}
      let stop = (): void => {}
      const leave = (): void => {
        if (watchersOf(sessionId).delete(leave) && life.isAlive()) stop()
      }
      const listen = (event: LinkEvent): void => {
        if (event.type === 'status' && (event.step === 'connected' || event.step === 'ended')) queueMicrotask(leave)
      }
      watchersOf(sessionId).add(leave)
      stop = engine.supervisor.board(sessionId).watch(listen)
      return leave
    },
    watchersOf: (sessionId) => (life.isAlive() ? watchersOf(sessionId).size : 0),
    leave(sessionId) {
      for (const id of sessionId === undefined ? [...watchers.keys()] : [sessionId]) for (const leave of watchersOf(id)) leave()
    },
    look: (sessionId) => void look(sessionId).catch(() => {}),
    clear(sessionId, orderId) {
      const carryOut = async (): Promise<void> => {
        if (!life.isAlive() || !engine.follower.isReady() || engine.clear.receiptOf(orderId)) return
        const { orders } = await engine.follower.look(sessionId)
        const order = orders.find(({ id }) => id === orderId)
        if (order && life.isAlive()) await engine.clear.accept(order)
      }
      void carryOut().catch(() => {})
    },
    async stop() {
      if (!life.isAlive()) return
      void engine.stop()
      await clock.advance(STOP_MS)
      if (life.isAlive()) engine.close()
      life.crash()
    },
  }
}

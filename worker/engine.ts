import type { Holdings } from '#domain/holdings.ts'
import { createClearEngine } from './clear/clear.ts'
import type { ClearEngine } from './clear/clear.ts'
import { holdingsOf } from './clear/erase.ts'
import { eraseBroughtBack } from './clear/erase-brought-back.ts'
import type { Clock } from './clock.ts'
import type { Database } from './database.ts'
import type { Fleet } from './fleet/fleet.ts'
import { createMembership } from './fleet/membership.ts'
import { createFollower } from './follow/follow.ts'
import type { Follower } from './follow/follow.ts'
import { reasonOf } from './log.ts'
import type { Log } from './log.ts'
import { createLoops } from './loops.ts'
import { NOBODY } from './metrics/observer.ts'
import type { Observer } from './metrics/observer.ts'
import { createNames } from './names/names.ts'
import type { Names } from './names/names.ts'
import { createMessages } from './outbox/messages.ts'
import type { Messages } from './outbox/messages.ts'
import { createSender } from './outbox/sender.ts'
import { createDoctor } from './reconcile/doctor.ts'
import type { Doctor } from './reconcile/doctor.ts'
import type { Sources } from './reconcile/inventory.ts'
import { createStoredReader } from './reconcile/stored.ts'
import type { MasterKeys } from './seal/master-keys.ts'
import { openVault } from './seal/open-vault.ts'
import { sealAll } from './seal/seal-all.ts'
import { createLinkLimit } from './session/link-limit.ts'
import type { LinkLimit } from './session/link-limit.ts'
import { createSupervisor } from './session/supervisor.ts'
import type { Supervisor } from './session/supervisor.ts'
import type { Settings } from './settings.ts'
import { openBackups } from './store/backups.ts'
import { openDataFolder } from './store/data-folder.ts'
import type { DataFolder } from './store/data-folder.ts'
import type { Disk } from './store/disk.ts'
import { withLedger } from './store/ledger.ts'
import type { Ledger } from './store/ledger.ts'
import { openNames } from './store/names.ts'
import { openOutbox } from './store/outbox.ts'
import { openQuarantine } from './store/quarantine.ts'
import { openTombstones } from './store/tombstones.ts'
import { createTimeline } from './timeline/timeline.ts'
import type { TextEvents } from './webhooks/text-events.ts'
import type { WhatsApp } from './whatsapp/port.ts'

/** All that reaches out of the worker: a simulation hands in its own. */
export type Effects = {
  whatsapp: WhatsApp
  database: Database
  clock: Clock
  disk: Disk
  log: Log
  /** `null`: nothing is sealed. */
  masterKeys: MasterKeys | null
  /** What was cleared here, for ever; no backup takes its place. */
  ledger: Ledger
  /** Absent: nobody counts. */
  observer?: Observer
  /** Hears of texts that left the queue. Absent: nobody wants to know. */
  textEnded?: TextEvents['ended']
}

export type EngineSettings = Omit<
  Settings,
  `SUPABASE_${string}` | `COMMAND_${string}` | `WEBHOOK_${string}` | 'WORKER_HOST' | 'WORKER_PORT' | 'WORKER_PUBLIC_URL'
>

/** The worker without its doors: everything that keeps sessions, and nothing that listens. */
export type Engine = {
  readonly supervisor: Supervisor
  readonly messages: Messages
  readonly names: Names
  readonly clear: ClearEngine
  /** What a clear of a session up to a generation would take away now. Throws `StorageError` where the disk refuses to tell. */
  readonly holdings: (sessionId: string, generation: number) => Holdings
  readonly follower: Follower
  readonly doctor: Doctor
  readonly linkLimit: LinkLimit
  /** How many passes over everything have ended, well or not. */
  passes(): number
  /** Resolves when all that was changed here of a session is where another worker finds it; `null`: it is. */
  readonly settled: Fleet['settled']
  /** Takes up every clear that was interrupted, before any session starts. */
  sweep(): void
  /** Begins to follow the database. */
  run(): void
  /** Cuts all sockets and closes all stores; rows stay as they are. Resolves when what was under way has ended. */
  stop(): Promise<void>
  /** Gives the data folder back. */
  close(): void
}

/** Puts the parts together. Throws when the data folder is another worker's, of another realm, or sealed under another master key. */
export function createEngine(settings: EngineSettings, effects: Effects): Engine {
  const data = openDataFolder(effects.disk, settings.WORKER_DATA, settings.WORKER_REALM, settings.WORKER_STORE)
  try {
    return createEngineOn(data, settings, effects)
  } catch (error) {
    data.close()
    throw error
  }
}

function createEngineOn(data: DataFolder, settings: EngineSettings, effects: Effects): Engine {
  const { whatsapp, clock, disk, log, masterKeys, ledger, observer = NOBODY, textEnded = () => {} } = effects
  const maxPages = settings.CREDENTIAL_MAX_PAGES
  const membership = createMembership(settings.WORKER_STORE, { data, database: effects.database, clock, log, masterKeys, maxPages })
  const { database, home } = membership
  if (data.wasShared) log.warn({ data: settings.WORKER_DATA }, 'others had rights to the data folder: they were taken away')

  const quarantine = openQuarantine(data, clock)
  const tombstones = withLedger(openTombstones(data, log), ledger)
  const vault = openVault({ disk, places: data, masterKeys, tombstones, log, home })
  const backups = openBackups(data, vault, clock, maxPages)
  const outbox = openOutbox(data, vault, home)
  const namesFile = openNames({ disk, places: data, vault, home })
  const timeline = createTimeline({ database, clock, log })
  const linkLimit = createLinkLimit(settings, clock)
  sealAll({ data, vault, names: namesFile, outbox, quarantine, maxPages, log })
  const places = { data, vault, quarantine, backups, outbox, maxPages }

  const supervisor: Supervisor = createSupervisor({
    whatsapp,
    database,
    clock,
    log,
    data,
    vault,
    quarantine,
    tombstones,
    backups,
    names: namesFile,
    home,
    mayOpen: membership.mayOpen,
    timeline,
    linkLimit,
    observer,
    settings: {
      backoff: { minMs: settings.RECONNECT_MIN_MS, maxMs: settings.RECONNECT_MAX_MS, tries: settings.RECONNECT_TRIES },
      linkUnwatchedMs: settings.LINK_UNWATCHED_SECONDS * 1000,
      startConcurrency: settings.START_CONCURRENCY,
      maxPages,
      backupEveryMs: membership.keepsBackups ? settings.BACKUP_HOURS * 3_600_000 : null,
    },
    // What these speak to is made below, of this one; none is called while the parts are put together.
    online: (id) => sender.wake(id),
    receipt: (id, receipt) => sender.heard(id, receipt),
    look: (id) => void follower.look(id).catch((error) => log.warn({ session: id, error: reasonOf(error) }, 'a look failed')),
    clear: (order, gone) => void clear.accept(order, gone).catch(() => {}),
  })
  const sender = createSender({
    outbox,
    clock,
    log,
    timeline,
    settings: { gapMs: settings.OUTBOX_GAP_MS, answerMs: settings.OUTBOX_ANSWER_MS, tries: settings.OUTBOX_TRIES },
    sessionOf: supervisor.running,
    ended: textEnded,
  })
  const messages = createMessages({ supervisor, outbox, tombstones, quarantine, sender, clock })
  const names = createNames({ supervisor, file: namesFile, tombstones, clock, log })

  const fleet = membership.join({ vault, supervisor, onFetched: () => void loops.follow() })
  const clear = createClearEngine({
    whatsapp,
    database,
    clock,
    log,
    places,
    tombstones,
    ledger,
    fleet,
    supervisor,
    unlinkMs: settings.UNLINK_TIMEOUT_MS,
  })
  const stored = createStoredReader(disk, vault, maxPages)
  const sources: Sources = { disk, places: data, vault, memory: supervisor.memory, tombstones, stored, maxPages, isClaimed: data.isClaimed }
  const follower = createFollower({
    database,
    supervisor,
    fleet,
    clear,
    data,
    sources,
    quarantine,
    timeline,
    clock,
    log,
    sliceMs: settings.PASS_SLICE_MS,
  })
  const loops = createLoops({ database, fleet, follower, supervisor, quarantine, clock, log, observer, settings })
  const doctor = createDoctor({
    database,
    data,
    sources,
    clock,
    supervisor,
    async pass() {
      await loops.follow()
      return follower.lastMoved()
    },
  })

  return {
    supervisor,
    messages,
    names,
    clear,
    holdings: (id, generation) => ({ sessionId: id, ...holdingsOf(id, generation, places, supervisor.held(id, generation)) }),
    follower,
    doctor,
    linkLimit,
    passes: loops.passes,
    settled: (id) => fleet.settled(id),
    sweep() {
      if (membership.resumesAtStart) clear.resume()
      eraseBroughtBack(places, ledger, log)
    },
    run: loops.run,
    async stop() {
      supervisor.close()
      const drained = fleet.drain().catch((error: unknown) => log.warn({ error: reasonOf(error) }, 'the sessions could not be given away'))
      await Promise.all([drained, timeline.close(), loops.close()])
      fleet.close()
    },
    close: () => data.close(),
  }
}

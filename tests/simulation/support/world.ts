import { createAbsenceCheck } from '../invariants/absent.ts'
import { createKeysFirstCheck } from '../invariants/keys-first.ts'
import { withLossCheck } from '../invariants/losses.ts'
import type { SessionRow } from '../model/state.ts'
import type { Loss } from './disk/inodes.ts'
import type { SqlNode } from './disk/sql-node.ts'
import type { SavedTree } from './disk/tree.ts'
import type { WorkerStore } from '../../../worker/store/data-folder.ts'
import { createLeaseCheck } from '../invariants/leases.ts'
import type { Machine } from './machine.ts'
import { createIdentities } from './identities.ts'
import type { IdentityFacts } from './identities.ts'
import type { SavedDatabase } from './model-database.ts'
import { createSurroundings } from './surroundings.ts'
import { MASTER_KEY, masterKeysOf } from './sealed.ts'
import { createTransitions } from './transitions.ts'
import { createViolations } from './violations.ts'
import { watchRows } from './watched-database.ts'
import type { LogLine } from './worker-log.ts'
import { bootOf, startWorker } from './worker-process.ts'
import type { WorkerProcess } from './worker-process.ts'

/** A text that somebody queued, or tried to, and the link that it was meant for. Each text is another. `answered`: it was told to be safe. */
export type QueuedFacts = { text: string; sessionId: string; generation: number; phone: string; answered: boolean }
/** What was done to a history that no worker can be blamed for. */
export type Damage = { databaseRestored: boolean; folderRestored: boolean; spoiled: Set<string> }

export type World = ReturnType<typeof createWorld>

/** `sealed`: whether workers have a master key. `store`: where credentials are at home; in the database they are always sealed. */
type Options = {
  sealed?: boolean
  store?: WorkerStore
  machines?: number
  taken?: Set<string>
  trace?: (line: string) => void
}

/**
 * The worker in its simulated surroundings, or several of them, everything that may happen to it, and what was seen of it. Every second seed
 * has a master key where nobody says so.
 */
export function createWorld(seed: number, options: Options = {}) {
  const store = options.store ?? 'disk'
  const isSealed = store === 'database' || (options.sealed ?? seed % 2 === 1)
  const surroundings = createSurroundings(seed, isSealed ? masterKeysOf(MASTER_KEY) : null, store, options.machines ?? 1)
  const { clock, machines, steps, database, service, random } = surroundings
  const [first] = machines
  const violations = createViolations()
  const transitions = createTransitions(options.taken ?? new Set(), violations)
  const damage: Damage = { databaseRestored: false, folderRestored: false, spoiled: new Set() }
  const queued: QueuedFacts[] = []
  const lines: LogLine[] = []
  const trace = options.trace ?? (() => {})
  const machineOf = new Map<number, Machine>()
  let lives = 0

  /** Orders whose receipt was told, or whose shelf was cleared: that holds for ever, whatever is put back (LED-1). */
  const told = new Set<string>()
  const holds = (orderId: string): boolean => told.has(orderId) || (store === 'disk' && first.tombstones().has(orderId))
  const credsIn = (sql: SqlNode): string | null => machines.map(({ reader }) => reader.credsIn(sql)).find((creds) => creds !== null) ?? null
  const identities = createIdentities(clock.now, holds, { credsIn })
  const absence = createAbsenceCheck(database, identities, violations)
  const condemnStored = (): void => {
    for (const { id, session_id, max_generation, completed_at } of database.orders()) {
      if (completed_at === null && (database.leaseOf(session_id)?.clearedGeneration ?? 0) < max_generation) continue
      told.add(id)
      identities.condemn({ orderId: id, sessionId: session_id, maxGeneration: max_generation })
    }
  }
  const readStandingTombstones = (machine: Machine): void => {
    const tombstones = machine.readTombstones()
    // Where others may take a session over, it is gone for everybody only once it is gone for them.
    if (store === 'disk') for (const [orderId, covered] of tombstones) identities.condemn({ orderId, ...covered })
  }
  const isOfAForgottenFuture = ({ sessionId, generation }: IdentityFacts): boolean =>
    generation > (database.rows().find(({ id }) => id === sessionId)?.generation ?? 0)
  /** Whether the disk refused something to the worker that runs: what that left is gone with the next start. */
  const wasRefused = ({ worker }: Machine): boolean => worker !== null && steps.refusedLives.has(worker.life.number)
  /** Where the disk refused the last step of a tombstone it may be there all the same, and the order is tried again within moments. */
  const mayBeUnheard = ({ condemnedAt }: IdentityFacts, machine: Machine): boolean =>
    wasRefused(machine) && condemnedAt !== null && clock.now() - condemnedAt < RETRY_MS

  const watched = watchRows(
    database,
    transitions,
    () => damage.databaseRestored || steps.hadLate(),
    (call, row) => {
      if (call !== 'purge' && call !== 'purgeStale') return
      const purged = (what: string): void => violations.add('purge', 'FOL-11', `a purge took a session ${what}`)
      if (row.linked_at !== null) purged('that was linked')
      // What a worker that never lost the database watches over, it has said so.
      const isWatched = world.worker()?.engine.supervisor.watchedLinks().includes(row.id)
      if (isWatched && !first.roadState.hasFailed && lives === 1) purged('that somebody watches')
    },
  )
  const isExcused = (id: string): boolean => damage.databaseRestored || damage.folderRestored || damage.spoiled.has(id)
  surroundings.callsOf = (caller) => {
    const calls = withLossCheck(watched.workerOf(caller), database.rows, isExcused, violations)
    const machine = machines.find(({ id }) => id === caller.id)
    return {
      ...calls,
      heartbeat(beat) {
        const isTaken = calls.heartbeat(beat)
        if (machine && isTaken) leases.heard(machine, caller.boot === bootOf(machine.worker?.life.number ?? 0))
        return isTaken
      },
    }
  }
  surroundings.couldNotStart = (error) => trace(`the worker could not start: ${error.message}`)
  const leases = createLeaseCheck({ ...surroundings, machineOf, identities, violations })
  service.replaced = leases.replaced

  for (const machine of machines) {
    const { disk, reader } = machine
    const keysFirst = createKeysFirstCheck({
      disk,
      reader,
      identities,
      violations,
      isCovered: (sessionId, generation) => machine.isForbidden({ sessionId, generation }),
      isAtWork: () => machine.alive() !== null && !wasRefused(machine),
    })
    disk.watch({
      committed(path, sql) {
        const identity = identities.stored(sql)
        if (identity && damage.databaseRestored && isOfAForgottenFuture(identity)) identity.excuse = 'the database forgot its generation'
        // What is still stored elsewhere is fetched once more, to be unlinked.
        const isGone =
          identity && ((store === 'disk' && machine.isForbidden(identity)) || (leases.mayKnow(machine) && identities.isCondemned(identity)))
        if (isGone && !mayBeUnheard(identity, machine)) {
          violations.add('resurrection', 'FEN-1, CLR-3', `identity ${identity.number} was written to ${path} although it was cleared`)
        }
      },
      synced(path) {
        if (path.endsWith('/tombstones')) readStandingTombstones(machine)
        // Working copies come and go: their keys are at home elsewhere, where they go in one step with what they open.
        if (store === 'disk') keysFirst(path)
      },
    })
  }
  const condemned = (number: number): boolean => {
    const identity = identities.get(number)
    return identity !== undefined && identities.isCondemned(identity)
  }

  const startOn = (machine: Machine): void => {
    if (machine.alive() || machine.staysDown) return
    const uncaught = machine.worker?.life.uncaught()
    if (uncaught instanceof Error) violations.add('died', 'OPS-4', `nobody caught ${uncaught.stack ?? uncaught.message}`)
    machine.disk.crash(machine.loss, random)
    readStandingTombstones(machine)
    lives += 1
    machineOf.set(lives, machine)
    trace(machines.length > 1 ? `life ${lives} of ${machine.id}` : `life ${lives}`)
    machine.worker = startWorker(surroundings, machine, lives, {
      logged(line, session) {
        lines.push(line)
        trace(`  ${machines.length > 1 ? `${machine.id} ` : ''}${line.level} ${line.message} ${JSON.stringify(line.fields)}`)
        transitions.logged(line, session)
      },
      stored(call) {
        if (call !== 'completeOrder' && call !== 'clearShelf') return
        condemnStored()
        if (call === 'completeOrder') absence.afterReceipt(machine, damage.databaseRestored || damage.folderRestored)
      },
      whatsapp: {
        connecting(number) {
          const mine = [...service.connections].filter(({ life }) => machineOf.get(life.number) === machine)
          const twins = mine.filter((one) => one.identity === number && one.isUp())
          if (twins.length > 0) violations.add('untrue', 'FEN-1', `identity ${number} is connected twice by one worker`)
        },
        leaving: (number, call) => leases.leaving(machine, number, call),
        sending(number) {
          if (condemned(number)) violations.add('resurrection', 'FEN-1, CLR-1', `identity ${number} sent a text although it was cleared`)
        },
      },
    })
    if (machine.alive() && !wasRefused(machine)) absence.afterSweep(machine, [...machine.tombstones().values(), ...machine.ledgered()])
  }

  const world = {
    ...surroundings,
    people: watched.people,
    violations,
    identities,
    leases,
    damage,
    queued,
    lines,
    trace,
    /** Of the first worker, which is the only one unless there are several. */
    disk: first.disk,
    roadState: first.roadState,
    /** How many commands were executed. */
    executed: 0,
    /** Nobody starts the worker again for now. */
    get staysDown() {
      return first.staysDown
    },
    set staysDown(down: boolean) {
      first.staysDown = down
    },
    saved: { database: null as SavedDatabase | null, folder: null as SavedTree | null },
    tombstones: first.tombstones,
    wasRefused,
    isForbidden: (covered: { sessionId: string; generation: number }): boolean =>
      machines.some((machine) => {
        const ledgered = machine.ledgered().some((one) => one.sessionId === covered.sessionId && one.maxGeneration >= covered.generation)
        return ledgered || machine.isForbidden(covered)
      }),
    /** The worker that a call goes to: of several the one that holds the session, or any where nobody does. */
    worker(sessionId?: string): WorkerProcess | null {
      const holder = sessionId === undefined || machines.length === 1 ? null : database.holderOf(sessionId)
      const able = machines.filter(({ id }) => holder === null || id === holder.workerId)
      return able.map((machine) => machine.awake()).find((worker) => worker !== null) ?? null
    },
    rows: (): SessionRow[] => database.rows(),

    /** Starts a worker on each machine where none runs, unless it is to stay down; what a crash left is what it finds. */
    start: (): void => machines.forEach(startOn),
    /** What a crash leaves from now on of what was not durable. */
    setLoss(next: Loss, machine: Machine = first): void {
      machine.loss = next
    },
    crash: (machine: Machine = first) => void machine.worker?.life.crash(),
    stop: (machine: Machine = first) => machine.awake()?.stop(),

    /** What must hold whenever nothing is under way in this very moment. */
    check(): void {
      for (const machine of machines.filter(leases.mayKnow)) {
        for (const { node } of machine.disk.files('now')) {
          const identity = node.sql?.opener ? identities.inFile(node.sql) : undefined
          if (identity && identities.isCondemned(identity) && !mayBeUnheard(identity, machine)) {
            violations.add('resurrection', 'FEN-1, CLR-2', `identity ${identity.number} is open although it was cleared`)
          }
        }
      }
      for (const connection of service.connections) {
        const machine = machineOf.get(connection.life.number)
        if (!machine || !leases.mayKnow(machine)) continue
        if (condemned(connection.identity) && connection.isUp() && clock.now() - connection.openedAt > FAREWELL_MS) {
          const since = tombstoneAge(connection.identity)
          if (since === null || since > FAREWELL_MS) {
            violations.add('resurrection', 'CLR-5', `identity ${connection.identity} stays connected although it was cleared`)
          }
        }
      }
      leases.check()
    },

    saveDatabase: (): SavedDatabase => database.save(),
    restoreDatabase(saved: SavedDatabase): void {
      damage.databaseRestored = true
      for (const identity of identities.all()) identity.excuse = 'the database was restored'
      database.restore(saved)
    },
    saveFolder: (): SavedTree => first.disk.save(),
    /** Gives the worker that begins next other master keys, the first seals; none: nothing is sealed from then on. */
    giveMasterKeys(...keys: string[]): void {
      surroundings.masterKeys = masterKeysOf(...keys)
    },
    /** While no worker runs. */
    restoreFolder(saved: SavedTree): void {
      first.disk.restore(saved)
      readStandingTombstones(first)
      // Working copies are worth nothing: whatever becomes of them excuses nobody.
      if (store === 'database') return
      damage.folderRestored = true
      // What it does not hold, or holds as it was before a phone was linked, nobody can know any more.
      const known = new Set(first.disk.files('now').map(({ node }) => node.sql && identities.storedAsLinked(node.sql)))
      for (const identity of identities.all()) if (!known.has(identity.number)) identity.excuse = 'the data folder was restored'
    },
    /** A failing disk spoils a session's credentials while no worker runs, and its snapshots if it is thorough. */
    spoil(sessionId: string, isThorough = false): void {
      if (store === 'disk') damage.spoiled.add(sessionId)
      first.disk.spoil(`/data/sessions/${sessionId}/auth.sqlite`)
      const snapshots = first.disk.files('now').filter(({ path }) => path.startsWith(`/data/sessions/backups/${sessionId}/`))
      if (isThorough) for (const { path } of snapshots) first.disk.spoil(path)
    },
    dispose: () => machines.forEach(({ disk }) => disk.dispose()),
  }
  /** How long an identity has been condemned at most, milliseconds; `null`: nobody knows. */
  const tombstoneAge = (number: number): number | null => {
    const identity = identities.get(number)
    return identity?.condemnedAt == null ? null : clock.now() - identity.condemnedAt
  }
  return world
}

/** How long the login of an unlink may last, and some slack for what is under way. Milliseconds. */
const FAREWELL_MS = 6000
/** Within this time an order that the disk refused is tried again, milliseconds. */
const RETRY_MS = 20_000

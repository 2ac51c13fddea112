import { createAbsenceCheck } from '../invariants/absent.ts'
import { createKeysFirstCheck } from '../invariants/keys-first.ts'
import { withLossCheck } from '../invariants/losses.ts'
import type { SessionRow } from '../model/state.ts'
import type { Loss } from './disk/inodes.ts'
import type { SavedTree } from './disk/tree.ts'
import { openLedger } from '../../../worker/store/ledger.ts'
import { createIdentities } from './identities.ts'
import type { IdentityFacts } from './identities.ts'
import type { SavedDatabase } from './model-database.ts'
import { createSurroundings } from './surroundings.ts'
import { MASTER_KEY, createReader, masterKeysOf } from './sealed.ts'
import { readTombstones } from './tombstones-on-disk.ts'
import { createTransitions } from './transitions.ts'
import { createViolations } from './violations.ts'
import { watchRows } from './watched-database.ts'
import type { LogLine } from './worker-log.ts'
import { startWorker } from './worker-process.ts'
import type { WorkerProcess } from './worker-process.ts'

/** A text that somebody queued, or tried to, and the link that it was meant for. Each text is another. */
export type QueuedFacts = { text: string; sessionId: string; generation: number; phone: string }
/** What was done to a history that no worker can be blamed for. */
export type Damage = { databaseRestored: boolean; folderRestored: boolean; spoiled: Set<string> }

export type World = ReturnType<typeof createWorld>

/**
 * The worker in its simulated surroundings, everything that may happen to it, and what was seen of it. `sealed`: whether it has a master key;
 * every second seed has one where nobody says so.
 */
export function createWorld(seed: number, options: { sealed?: boolean; taken?: Set<string>; trace?: (line: string) => void } = {}) {
  const surroundings = createSurroundings(seed, (options.sealed ?? seed % 2 === 1) ? masterKeysOf(MASTER_KEY) : null)
  const { clock, disk, steps, database, service, random } = surroundings
  const violations = createViolations()
  const transitions = createTransitions(options.taken ?? new Set(), violations)
  const damage: Damage = { databaseRestored: false, folderRestored: false, spoiled: new Set() }
  const queued: QueuedFacts[] = []
  const lines: LogLine[] = []
  const trace = options.trace ?? (() => {})
  let worker: WorkerProcess | null = null
  let lives = 0
  let loss: Loss = 'all_kept'
  let tombstones = new Map<string, { sessionId: string; maxGeneration: number }>()

  const reader = createReader(disk)
  /** Orders whose receipt was told: that holds for ever, whatever is put back (LED-1). */
  const told = new Set<string>()
  const identities = createIdentities(clock.now, (orderId) => tombstones.has(orderId) || told.has(orderId), reader)
  const absence = createAbsenceCheck(surroundings, identities, reader, violations)
  const condemnStored = (): void => {
    for (const { id, session_id, max_generation, completed_at } of database.orders()) {
      if (completed_at === null) continue
      told.add(id)
      identities.condemn({ orderId: id, sessionId: session_id, maxGeneration: max_generation })
    }
  }
  const ledgered = () =>
    openLedger(surroundings.ledger)
      .entries()
      .map(({ session, generation }) => ({ sessionId: session, maxGeneration: generation }))
  const readStandingTombstones = (): void => {
    tombstones = readTombstones(disk)
    for (const [orderId, covered] of tombstones) identities.condemn({ orderId, ...covered })
  }
  const isForbidden = ({ sessionId, generation }: IdentityFacts): boolean =>
    [...tombstones.values()].some((covered) => covered.sessionId === sessionId && generation <= covered.maxGeneration)

  const isOfAForgottenFuture = ({ sessionId, generation }: IdentityFacts): boolean =>
    generation > (database.rows().find(({ id }) => id === sessionId)?.generation ?? 0)

  /** Where the disk refused the last step of a tombstone it may be there all the same, and the order is tried again within moments. */
  const mayBeUnheard = ({ condemnedAt }: IdentityFacts): boolean =>
    worker !== null && steps.refusedLives.has(worker.life.number) && condemnedAt !== null && clock.now() - condemnedAt < RETRY_MS

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
      if (isWatched && !surroundings.roadState.hasFailed && lives === 1) purged('that somebody watches')
    },
  )
  const isExcused = (id: string): boolean => damage.databaseRestored || damage.folderRestored || damage.spoiled.has(id)
  surroundings.worker = withLossCheck(watched.worker, database.rows, isExcused, violations)
  surroundings.couldNotStart = (error) => trace(`the worker could not start: ${error.message}`)
  const keysFirst = createKeysFirstCheck({
    disk,
    reader,
    identities,
    violations,
    isCovered: (sessionId, generation) =>
      [...tombstones.values()].some((covered) => covered.sessionId === sessionId && generation <= covered.maxGeneration),
    isAtWork: () => worker !== null && worker.life.isAlive() && !steps.refusedLives.has(worker.life.number),
  })
  disk.watch({
    committed(path, sql) {
      const identity = identities.stored(sql)
      if (identity && damage.databaseRestored && isOfAForgottenFuture(identity)) identity.excuse = 'the database forgot its generation'
      if (identity && !mayBeUnheard(identity) && (identities.isCondemned(identity) || isForbidden(identity))) {
        violations.add('resurrection', 'FEN-1, CLR-3', `identity ${identity.number} was written to ${path} although it was cleared`)
      }
    },
    synced(path) {
      if (path.endsWith('/tombstones')) readStandingTombstones()
      keysFirst(path)
    },
  })
  const condemned = (number: number): boolean => {
    const identity = identities.get(number)
    return identity !== undefined && identities.isCondemned(identity)
  }

  const world = {
    ...surroundings,
    people: watched.people,
    violations,
    identities,
    reader,
    damage,
    queued,
    lines,
    trace,
    /** How many commands were executed. */
    executed: 0,
    /** Nobody starts the worker again for now. */
    staysDown: false,
    saved: { database: null as SavedDatabase | null, folder: null as SavedTree | null },
    tombstones: () => tombstones,
    /** What the ledger forbids for ever. */
    ledgered,
    worker: () => (worker?.life.isAlive() ? worker : null),
    /** Whether the disk refused something to the worker that runs: what that left is gone with the next start. */
    wasRefused: () => worker !== null && steps.refusedLives.has(worker.life.number),
    rows: (): SessionRow[] => database.rows(),

    /** Starts a worker where none runs; what a crash left is what it finds. */
    start(): void {
      if (worker?.life.isAlive()) return
      if (worker) {
        const uncaught = worker.life.uncaught()
        if (uncaught instanceof Error) violations.add('died', 'OPS-4', `nobody caught ${uncaught.stack ?? uncaught.message}`)
      }
      disk.crash(loss, random)
      readStandingTombstones()
      lives += 1
      trace(`life ${lives}`)
      worker = startWorker(surroundings, lives, {
        logged(line, session) {
          lines.push(line)
          trace(`  ${line.level} ${line.message} ${JSON.stringify(line.fields)}`)
          transitions.logged(line, session)
        },
        stored(call) {
          if (call !== 'completeOrder') return
          condemnStored()
          absence.afterReceipt(damage.databaseRestored || damage.folderRestored)
        },
        whatsapp: {
          connecting(number) {
            const twins = [...service.connections].filter((one) => one.identity === number && one.isUp())
            if (twins.length > 0) violations.add('untrue', 'FEN-1', `identity ${number} is connected twice by one worker`)
          },
          sending(number) {
            if (condemned(number)) violations.add('resurrection', 'FEN-1, CLR-1', `identity ${number} sent a text although it was cleared`)
          },
        },
      })
      if (worker?.life.isAlive() && !world.wasRefused()) absence.afterSweep([...tombstones.values(), ...ledgered()])
    },
    /** What a crash leaves from now on of what was not durable. */
    setLoss: (next: Loss) => void (loss = next),
    crash: () => void worker?.life.crash(),
    stop: () => worker?.stop(),

    /** What must hold whenever nothing is under way in this very moment. */
    check(): void {
      for (const { node } of disk.files('now')) {
        const identity = node.sql?.opener ? identities.inFile(node.sql) : undefined
        if (identity && identities.isCondemned(identity) && !mayBeUnheard(identity)) {
          violations.add('resurrection', 'FEN-1, CLR-2', `identity ${identity.number} is open although it was cleared`)
        }
      }
      for (const connection of service.connections) {
        if (condemned(connection.identity) && connection.isUp() && clock.now() - connection.openedAt > FAREWELL_MS) {
          const since = tombstoneAge(connection.identity)
          if (since === null || since > FAREWELL_MS) {
            violations.add('resurrection', 'CLR-5', `identity ${connection.identity} stays connected although it was cleared`)
          }
        }
      }
    },

    saveDatabase: (): SavedDatabase => database.save(),
    restoreDatabase(saved: SavedDatabase): void {
      damage.databaseRestored = true
      for (const identity of identities.all()) identity.excuse = 'the database was restored'
      database.restore(saved)
    },
    saveFolder: (): SavedTree => disk.save(),
    /** Gives the worker that begins next other master keys, the first seals; none: nothing is sealed from then on. */
    giveMasterKeys(...keys: string[]): void {
      surroundings.masterKeys = masterKeysOf(...keys)
    },
    /** While no worker runs. */
    restoreFolder(saved: SavedTree): void {
      damage.folderRestored = true
      disk.restore(saved)
      readStandingTombstones()
      // What it does not hold, or holds as it was before a phone was linked, nobody can know any more.
      const known = new Set(disk.files('now').map(({ node }) => node.sql && identities.storedAsLinked(node.sql)))
      for (const identity of identities.all()) if (!known.has(identity.number)) identity.excuse = 'the data folder was restored'
    },
    /** A failing disk spoils a session's credentials while no worker runs, and its snapshots if it is thorough. */
    spoil(sessionId: string, isThorough = false): void {
      damage.spoiled.add(sessionId)
      disk.spoil(`/data/sessions/${sessionId}/auth.sqlite`)
      const snapshots = disk.files('now').filter(({ path }) => path.startsWith(`/data/sessions/backups/${sessionId}/`))
      if (isThorough) for (const { path } of snapshots) disk.spoil(path)
    },
    dispose: () => disk.dispose(),
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

import type { Look, SessionIntent, Snapshot } from '#domain/snapshot.ts'
import { IS_LINKED } from '#domain/session.ts'
import type { ClearEngine } from '../clear/clear.ts'
import { pause } from '../clock.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../database.ts'
import { reasonOf } from '../log.ts'
import type { Fleet } from '../fleet/fleet.ts'
import type { Lease } from '../fleet/lease-book.ts'
import type { Log } from '../log.ts'
import { createClearedSweep } from '../reconcile/cleared.ts'
import { createReconciler } from '../reconcile/reconciler.ts'
import type { Finding } from '../reconcile/plan.ts'
import type { Sources } from '../reconcile/inventory.ts'
import { tooMany } from '../session/decide.ts'
import type { Supervisor } from '../session/supervisor.ts'
import type { DataFolder } from '../store/data-folder.ts'
import type { Quarantine } from '../store/quarantine.ts'
import type { Timeline } from '../timeline/timeline.ts'

/**
 * Follows the database (rules FOL-1 to FOL-9): reads what is wanted and makes it so. A command reads one session, the interval reads
 * all; what happens with what was read is the same code. A read that failed, was cut, or came from another database changes nothing.
 */
export type Follower = {
  /** One pass over everything. Never throws; `false` when nothing could be read. */
  pass(): Promise<boolean>
  /** One session. Throws `DatabaseError`, or when the database is another one. */
  look(sessionId: string): Promise<Look>
  /** Whether a whole snapshot and all open orders were read in this process's life. */
  isReady(): boolean
  /** What the last pass set aside; `null` where it failed. */
  lastMoved(): readonly Finding[] | null
}

type Options = {
  database: Database
  supervisor: Supervisor
  fleet: Pick<Fleet, 'mark' | 'read' | 'isHere' | 'fetch' | 'want' | 'letGo' | 'share'>
  clear: ClearEngine
  data: DataFolder
  /** What it sees, and where it sets things aside. */
  sources: Sources
  quarantine: Quarantine
  timeline: Timeline
  clock: Clock
  log: Log
  /** How long a pass may keep everybody else from being heard, milliseconds. */
  sliceMs: number
}

export function createFollower(options: Options): Follower {
  const { database, supervisor, fleet, clear, data, clock, log, sliceMs } = options
  let ready = false
  let moved: Finding[] | null = null
  let lastError: string | null = null
  /** Sessions that were read by themselves since the pass began: its list may be older. */
  const looked = new Set<string>()

  /**
   * Each is gone from memory and disk when this returns; its receipt follows. Where the disk refused, what it covers is at least not
   * online any more. Returns the sessions of which that is so: their rows wait, lest what has to be unlinked be set aside as old.
   */
  const order = (orders: Look['orders']): Set<string> => {
    for (const one of orders) void clear.accept(one).catch(() => {})
    const refused = orders.filter(({ id }) => !clear.isGone(id))
    for (const { session_id, max_generation } of refused) supervisor.halt(session_id, max_generation)
    return new Set(refused.map(({ session_id }) => session_id))
  }

  const look = async (sessionId: string): Promise<Look> => {
    const mark = supervisor.mark()
    const held = fleet.mark()
    const seen = await database.look(sessionId)
    looked.add(sessionId)
    data.confirmInstance(seen.instance_id)
    if (seen.held === false) {
      fleet.letGo(sessionId)
      return seen
    }
    fleet.read(leasesIn(seen.session ? [seen.session] : [], seen.orders), held)
    if ((seen.session || seen.orders.length > 0) && !fleet.isHere(sessionId)) {
      await fleet.fetch(sessionId)
      return await look(sessionId)
    }
    // Asked before the orders are taken: a clear changes the session here, yet the row beside its order is as new as the order.
    const isHearsay = supervisor.changedSince(sessionId, mark)
    const waiting = order(seen.orders)
    if (!seen.session) supervisor.absent(sessionId)
    // Missing credentials are for a pass to judge, which sees all of them: a volume that is not mounted is many single looks, too.
    else if (ready && !isHearsay && !waiting.has(sessionId)) supervisor.apply(seen.session, seen.taken_at)
    return seen
  }

  /**
   * A thousand sessions that start open two thousand files: others must be heard in between, and what changes meanwhile makes its row
   * hearsay.
   */
  const applyAll = async (snapshot: Snapshot, isHearsay: (id: string) => boolean): Promise<void> => {
    const judged: { row: SessionIntent; outcome: ReturnType<Supervisor['apply']>; mark: number }[] = []
    let heardAt = clock.now()
    for (const row of snapshot.sessions) {
      if (clock.now() - heardAt >= sliceMs) {
        await pause(clock, 0)
        heardAt = clock.now()
      }
      const outcome = isHearsay(row.id) ? 'unjudged' : supervisor.apply(row, snapshot.taken_at)
      judged.push({ row, outcome, mark: supervisor.mark() })
    }
    const isMissing = ({ row, outcome, mark }: (typeof judged)[number]): boolean =>
      outcome === 'missing' && !supervisor.changedSince(row.id, mark) && fleet.isHere(row.id)
    const missing = judged.filter(isMissing).map(({ row }) => row)
    const linked = snapshot.sessions.filter((row) => IS_LINKED[row.status]).length
    // What nobody can judge now may be missing, too: a burst must not pass the alarm in small portions.
    const unjudged = judged.filter(
      (one) => one.outcome !== 'done' && !isMissing(one) && IS_LINKED[one.row.status] && !supervisor.isRunning(one.row.id),
    )
    if (missing.length > 0 && (!data.isClaimed() || tooMany(missing.length + unjudged.length, linked))) {
      const fields = { missing: missing.length, unjudged: unjudged.length, linked, newFolder: !data.isClaimed() }
      log.error(fields, 'ALARM: too many sessions without credentials: is this the right data folder? None is called damaged')
      // Under a folder that is this database's, nobody else has them online.
      if (data.isClaimed()) for (const row of missing) supervisor.reportOffline(row)
      return
    }
    data.claim(snapshot.instance_id)
    for (const row of missing) supervisor.reportMissing(row)
  }

  /** What runs here but is not in the snapshot is stopped only when a second read, by id, says that it is gone. */
  const confirmAbsences = async (known: ReadonlySet<string>): Promise<void> => {
    for (const id of supervisor.knownIds()) if (!known.has(id)) await look(id)
  }

  /** The same for leases: an empty list alone takes nobody offline. */
  const confirmLosses = async (ids: readonly string[]): Promise<void> => {
    for (const id of ids) {
      const { session, orders } = await look(id)
      if (!session && orders.length === 0) fleet.letGo(id)
    }
  }

  const { mark, changedSince } = supervisor
  const sweepCleared = createClearedSweep({ ...options, look })
  const reconcile = createReconciler({ ...options, look, mark, changedSince })

  return {
    look,
    isReady: () => ready,
    lastMoved: () => moved,
    async pass() {
      try {
        const mark = supervisor.mark()
        const held = fleet.mark()
        looked.clear()
        const snapshot = await database.snapshot()
        data.confirmInstance(snapshot.instance_id)
        const leases = leasesIn(snapshot.sessions, snapshot.orders)
        const unheld = fleet.read(leases, held)
        // What has to be fetched first is for the pass that follows.
        const away = new Set(leases.flatMap(({ id }) => (fleet.isHere(id) ? [] : [id])))
        fleet.want([...away])
        // Asked before the orders are taken, which change sessions here themselves.
        const changed = new Set(snapshot.sessions.flatMap(({ id }) => (supervisor.changedSince(id, mark) ? [id] : [])))
        const waiting = order(snapshot.orders.filter(({ session_id }) => !away.has(session_id)))
        clear.resume(new Set(snapshot.orders.map(({ id }) => id)))
        ready = true
        const applied = supervisor.mark()
        const isOld = (id: string): boolean => changed.has(id) || looked.has(id) || supervisor.changedSince(id, applied)
        await applyAll(snapshot, (id) => isOld(id) || waiting.has(id) || away.has(id) || !fleet.isHere(id))
        const known = new Set(snapshot.sessions.map((row) => row.id))
        await confirmAbsences(known)
        await confirmLosses(unheld)
        const isHearsay = (id: string): boolean => away.has(id) || supervisor.changedSince(id, mark)
        moved = await reconcile({ ...snapshot, isHearsay })
        await sweepCleared()
        fleet.share(snapshot.surplus ?? 0)
        if (lastError !== null) log.info({}, 'the database is followed again')
        lastError = null
        return true
      } catch (error) {
        moved = null
        const message = reasonOf(error)
        if (message !== lastError)
          log.error({ error: message }, 'the database cannot be followed: running sessions carry on, nothing is changed')
        lastError = message
        return false
      }
    },
  }
}

/** By which tokens the reader holds what it read. */
function leasesIn(sessions: readonly SessionIntent[], orders: Look['orders']): Lease[] {
  const ofSessions = sessions.map(({ id, token }) => ({ id, token: token ?? 0 }))
  const ofOrders = orders.map(({ session_id, token }) => ({ id: session_id, token: token ?? 0 }))
  return [...new Map([...ofOrders, ...ofSessions].map((lease) => [lease.id, lease])).values()]
}

import type { ClearOrder } from '#domain/clearance.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../database.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'
import type { Supervisor } from '../session/supervisor.ts'
import type { Findings } from '../store/tombstones.ts'
import { createFetching } from './fetching.ts'
import type { Lease, LeaseBook, Mark } from './lease-book.ts'
import { NotHeld } from './mirror.ts'
import type { Mirror } from './mirror.ts'
import type { WorkingCopies } from './working-copies.ts'

/** How often it is looked whether leases are still good, milliseconds. */
const WATCH_MS = 1000
/** Sessions that are given away in one pass. */
const GIVEN_AT_ONCE = 50
/** Fewer are not worth what a move costs: a session is offline for as long as a login takes. */
const WORTH_GIVING = 10

/**
 * What a worker holds, and whether it has it here (rules FLT-1 to FLT-9). Where credentials lie in the worker's own folder that is all it
 * has, for nobody takes them over; where they lie in the database, a session has to be fetched before anything is done about it.
 */
export type Fleet = {
  /** Tells the database that this worker is there. Throws `DatabaseError`. */
  beat(): Promise<void>
  /** To be taken before a read of the database, and handed in with what it says this worker holds. */
  mark(): Mark | null
  /** What a read says that was begun at `mark`. Returns what this worker held and is not in the list. */
  read(leases: readonly Lease[], mark: Mark | null): string[]
  /** Whether whatever there is of a session is here. */
  isHere(sessionId: string): boolean
  /** Has it here when it resolves. Throws `DatabaseError`. */
  fetch(sessionId: string): Promise<void>
  /** The same of many, in the background; `onFetched` follows. */
  want(sessionIds: readonly string[]): void
  /** Resolves when all that was changed here of a session is where another worker finds it; `null`: it is. Rejects where it never will be. */
  settled(sessionId: string): Promise<void> | null
  /** Whether an interrupted clear can be taken up now. */
  mayResume(order: ClearOrder): boolean
  /**
   * Erases at home what an order covers, once it is erased here. Returns what was found the first time that somebody did. Throws where it
   * has to be tried again.
   */
  clear(order: ClearOrder, findings: Findings): Promise<Findings>
  /** Somebody else has a session by now: nothing of it stays here. */
  letGo(sessionId: string): void
  /** Gives away what is beyond this worker's share, one after the other. */
  share(surplus: number): void
  /** Gives everything away, as soon as all is stored; nothing may run any more. */
  drain(): Promise<void>
  close(): void
}

type Options = {
  database: Database
  book: LeaseBook
  mirror: Mirror
  copies: WorkingCopies
  clock: Clock
  log: Log
  supervisor: Pick<Supervisor, 'runningCount' | 'release' | 'running'>
  /** Some of what was wanted is here. */
  onFetched(): void
}

/** For credentials in the database: what is here are working copies, each for as long as its lease is held. */
export function createFleet(options: Options): Fleet {
  const { database, book, mirror, copies, clock, log, supervisor, onFetched } = options
  const here = new Set<string>()
  let registered = false
  let superseded = false
  let closed = false

  const dropCopy = (id: string): void => {
    mirror.forget(id)
    supervisor.release(id)
    here.delete(id)
    try {
      copies.erase(id)
    } catch (error) {
      // It is sealed, and its key is in memory of nobody any more; the next start tries again.
      log.error({ session: id, error: reasonOf(error) }, 'the working copy of a session that another worker may hold could not be erased')
    }
  }
  const letGo = (id: string): void => {
    book.drop(id)
    dropCopy(id)
  }
  /** Nobody can know who holds what: nothing may go on here. */
  const lapse = (): void => {
    const ids = book.lapse()
    for (const id of new Set([...ids, ...here])) dropCopy(id)
    if (ids.length > 0)
      log.error({ sessions: ids.length }, 'the leases are over: the database was not reached in time, and all sessions are let go')
  }
  const watch = (): void => {
    if (closed) return
    if (!book.isCurrent() && (book.all().length > 0 || here.size > 0)) lapse()
    clock.after(WATCH_MS, watch)
  }
  clock.after(WATCH_MS, watch)

  const fetch = async (id: string): Promise<void> => {
    const token = book.tokenOf(id)
    if (token === null) throw new NotHeld(id)
    const rows = await database.unshelve(id, token, mirror.sent())
    if (closed || book.tokenOf(id) !== token) throw new NotHeld(id)
    if (rows === null) {
      letGo(id)
      throw new NotHeld(id)
    }
    copies.put(id, rows)
    here.add(id)
  }
  const fetching = createFetching({ fetch, isHere: (id) => here.has(id), onFetched, log })

  /** A link under way is somebody's who looks at a QR. */
  const isMovable = (id: string): boolean => supervisor.running(id)?.isLinked() === true
  /** Ends with an answer, or is asked again: a call that seemed lost may still come through. */
  const give = async (ids: readonly string[]): Promise<void> => {
    for (const id of ids) {
      book.leave(id)
      supervisor.release(id)
    }
    const leases = book.leaving()
    await Promise.allSettled(leases.flatMap(({ id }) => mirror.settled(id) ?? []))
    await database.release(leases)
    for (const lease of leases) {
      const isHeld = book.tokenOf(lease.id) === lease.token
      book.left(lease)
      if (isHeld) dropCopy(lease.id)
    }
  }
  let giving: Promise<void> | null = null
  const beat = async (): Promise<void> => {
    const mark = book.mark()
    const isTaken = await database.heartbeat({ sessionCount: supervisor.runningCount(), first: !registered, draining: closed })
    if (!isTaken) {
      lapse()
      if (!superseded) log.error({}, 'ALARM: another process runs as this worker (WORKER_ID): this one does nothing while it is heard of')
      superseded = true
      return
    }
    superseded = false
    if (!mark.current) lapse()
    registered = true
    book.renew(mark)
  }

  return {
    beat,
    mark: book.mark,
    read(leases, mark) {
      if (!mark) return []
      const { taken, missing } = book.read(leases, mark)
      // What changed hands and came back may have been changed there.
      for (const id of taken) if (here.has(id) || fetching.isUnderWay(id)) dropCopy(id)
      return missing
    },
    isHere: (id) => here.has(id) && book.mayOpen(id),
    fetch: fetching.now,
    want: fetching.soon,
    settled: mirror.settled,
    mayResume: ({ session_id }) => here.has(session_id) || book.tokenOf(session_id) === null,
    async clear(order, findings) {
      const answer = await database.clearShelf(order.id, book.tokenOf(order.session_id), findings)
      if (answer === null) throw new NotHeld(order.session_id)
      return answer.findings ?? findings
    },
    letGo,
    share(surplus) {
      if (giving || closed) return
      const isUnsure = book.leaving().length > 0
      const ids = isUnsure || surplus < WORTH_GIVING ? [] : [...here].filter(isMovable).slice(0, Math.min(surplus, GIVEN_AT_ONCE))
      if (ids.length === 0 && !isUnsure) return
      if (ids.length > 0) log.info({ sessions: ids.length }, 'sessions are given to workers with more room')
      giving = give(ids)
        .catch((error: unknown) => log.warn({ error: reasonOf(error) }, 'sessions could not be given away'))
        .finally(() => (giving = null))
    },
    async drain() {
      closed = true
      fetching.close()
      // Said first: what is given away would come back to the one that has most room, which is this one.
      await beat()
      await mirror.idle()
      await database.release(book.all())
    },
    close() {
      closed = true
      fetching.close()
      mirror.close()
    },
  }
}

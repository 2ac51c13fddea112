import { pause } from '../clock.ts'
import type { Clock } from '../clock.ts'
import { DatabaseError } from '../database.ts'
import type { Database, ShelfChange } from '../database.ts'
import { reasonOf } from '../log.ts'
import type { Log } from '../log.ts'
import { isCredential } from '../store/home.ts'
import type { Home } from '../store/home.ts'
import type { LeaseBook } from './lease-book.ts'

/** Calls under way at once; a session is in one of them at most, so that its changes arrive in order. */
const AT_ONCE = 4
/** Sessions and bytes in one call. */
const SESSIONS_IN_A_CALL = 200
const BYTES_IN_A_CALL = 4 * 1024 * 1024
const RETRY_MS = 250

/** Somebody else has the session, or nobody can know: what was changed here is worth nothing. */
export class NotHeld extends DatabaseError {
  constructor(sessionId: string) {
    super('lease', `the session ${sessionId} is not held any more`)
  }
}

type Waiter = { resolve: () => void; reject: (error: Error) => void }
/** What waits to be sent of one generation. */
type Batch = { generation: number; fresh: boolean; rows: Map<string, Uint8Array | null>; bytes: number }
type Queue = { batches: Batch[]; waiters: Waiter[] }

/** Sends what changes in working copies to the database, in order for each session, many sessions in a call. */
export type Mirror = Home & {
  /** Forgets what waits of a session: it is not held any more, or erased. Whoever waits for it hears that it is fenced. */
  forget(sessionId: string): void
  /** How many changes were sent so far. */
  sent(): number
  /** Resolves when nothing waits. */
  idle(): Promise<void>
  close(): void
}

export function createMirror(options: {
  database: Pick<Database, 'shelve'>
  book: Pick<LeaseBook, 'tokenOf'>
  clock: Clock
  log: Log
  /** The database says that somebody else holds a session. */
  onFenced: (sessionId: string) => void
}): Mirror {
  const { database, book, clock, log, onFenced } = options
  const waiting = new Map<string, Queue>()
  /** Under way: what is told meanwhile waits for the next call. */
  const sending = new Map<string, Queue>()
  const life = { closed: false, calls: 0 }
  let sequence = 0
  let idlers: (() => void)[] = []

  const fence = (queue: Queue | undefined, id: string): void => {
    for (const { reject } of queue?.waiters ?? []) reject(new NotHeld(id))
  }

  const take = (): { changes: ShelfChange[]; taken: Map<string, Queue> } => {
    const changes: ShelfChange[] = []
    const taken = new Map<string, Queue>()
    let bytes = 0
    for (const [id, queue] of waiting) {
      if (sending.has(id)) continue
      const token = book.tokenOf(id)
      waiting.delete(id)
      if (token === null) {
        fence(queue, id)
        continue
      }
      taken.set(id, queue)
      sending.set(id, queue)
      for (const { generation, fresh, rows, bytes: size } of queue.batches) {
        bytes += size
        sequence += 1
        changes.push({ sessionId: id, token, sequence, generation, fresh, rows })
      }
      if (taken.size >= SESSIONS_IN_A_CALL || bytes >= BYTES_IN_A_CALL) break
    }
    return { changes, taken }
  }

  const settle = (id: string, queue: Queue, fenced: ReadonlySet<string>): void => {
    // Forgotten meanwhile: whoever waited has heard.
    if (sending.get(id) !== queue) return
    sending.delete(id)
    const isOver = fenced.has(id)
    // The answer may be heard long after it came, by a process that was stopped: what it was waited for with is not sent any more.
    if (isOver || book.tokenOf(id) === null) fence(queue, id)
    else for (const { resolve } of queue.waiters) resolve()
    if (isOver) onFenced(id)
  }

  const send = async (): Promise<void> => {
    const { changes, taken } = take()
    if (taken.size === 0) return
    for (let isStored = false; !isStored && !life.closed;) {
      // What lost its lease meanwhile is not sent again: the next holder may have read already.
      const now = changes.filter(
        ({ sessionId, token }) => sending.get(sessionId) === taken.get(sessionId) && book.tokenOf(sessionId) === token,
      )
      try {
        const fenced = now.length > 0 ? await database.shelve(now) : []
        isStored = true
        const sent = new Set(now.map(({ sessionId }) => sessionId))
        const over = new Set([...fenced, ...[...taken.keys()].filter((id) => !sent.has(id))])
        for (const [id, queue] of taken) settle(id, queue, over)
      } catch (error) {
        log.warn({ sessions: taken.size, error: reasonOf(error) }, 'the database did not take changes of credentials; sending again')
        await pause(clock, RETRY_MS)
      }
    }
  }

  const run = (): void => {
    while (life.calls < AT_ONCE && !life.closed && [...waiting.keys()].some((id) => !sending.has(id))) {
      life.calls += 1
      void send().finally(() => {
        life.calls -= 1
        if (waiting.size > 0) return run()
        if (life.calls > 0) return
        for (const resolve of idlers) resolve()
        idlers = []
      })
    }
  }
  let isDue = false
  const soon = (): void => {
    if (isDue) return
    isDue = true
    // What one message changes comes in several calls of the same turn.
    queueMicrotask(() => {
      isDue = false
      run()
    })
  }

  const queueOf = (id: string): Queue => {
    const known = waiting.get(id)
    if (known) return known
    const queue: Queue = { batches: [], waiters: [] }
    waiting.set(id, queue)
    return queue
  }
  const batchOf = (queue: Queue, generation: number, fresh: boolean): Batch => {
    const known = queue.batches.find((one) => one.generation === generation)
    const batch: Batch = known ?? { generation, fresh, rows: new Map(), bytes: 0 }
    if (!known) queue.batches.push(batch)
    if (fresh) {
      batch.fresh = true
      for (const name of batch.rows.keys()) if (isCredential(name)) batch.rows.delete(name)
    }
    return batch
  }

  return {
    changed(sessionId, generation, changes, fresh = false) {
      if (life.closed || book.tokenOf(sessionId) === null) return
      const batch = batchOf(queueOf(sessionId), generation, fresh)
      for (const [name, value] of Object.entries(changes)) {
        batch.rows.set(name, value)
        batch.bytes += name.length + (value?.length ?? 0)
      }
      soon()
    },
    settled(sessionId) {
      if (book.tokenOf(sessionId) === null) return Promise.reject(new NotHeld(sessionId))
      const queue = waiting.get(sessionId) ?? sending.get(sessionId)
      if (!queue) return null
      return new Promise((resolve, reject) => void queue.waiters.push({ resolve, reject }))
    },
    forget(sessionId) {
      for (const queues of [waiting, sending]) {
        fence(queues.get(sessionId), sessionId)
        queues.delete(sessionId)
      }
    },
    sent: () => sequence,
    idle: () => (waiting.size === 0 && life.calls === 0 ? Promise.resolve() : new Promise((resolve) => void idlers.push(resolve))),
    close() {
      life.closed = true
      for (const id of [...waiting.keys(), ...sending.keys()]) fence(waiting.get(id) ?? sending.get(id), id)
      for (const resolve of idlers) resolve()
      idlers = []
    },
  }
}

import type { ClearReason } from '#domain/clearance.ts'
import { HEARTBEAT_STALE_SECONDS } from '#domain/routes.ts'
import { isPurged, STALE_AFTER_SECONDS } from '#domain/stale.ts'
import { check, emptyState, iso, isoOrNull } from './state.ts'
import type { OrderRow, SessionRow, State, WorkerRow } from './state.ts'

export type Table = ReturnType<typeof createTable>

export type Surroundings = {
  /** The database's clock, milliseconds. */
  now: () => number
  newId: () => string
  /** Which of the sessions that nobody holds are taken, for Postgres promises nothing. Absent: the oldest. */
  pick?: (free: readonly string[], count: number) => readonly string[]
}

/** The state, and what triggers and private functions do to it. */
export function createTable({ now, newId, pick = (free, count) => free.slice(0, count) }: Surroundings) {
  let state: State = emptyState()

  const nextChange = (): number => (state.changes += 1)
  const rowsInOrder = () => [...state.sessions.values()].toSorted((a, b) => a.created_at - b.created_at || compareIds(a, b))
  const ordersInOrder = () => [...state.orders.values()].toSorted((a, b) => a.requested_at - b.requested_at || compareIds(a, b))

  /** `private.order_clear` */
  const orderClear = (row: SessionRow, reason: ClearReason, by: string | null): OrderRow => {
    const order: OrderRow = {
      id: newId(),
      session_id: row.id,
      phone_number: row.phone_number,
      worker_id: row.worker_id,
      max_generation: row.generation,
      reason,
      requested_by: by,
      requested_at: now(),
      attempts: 0,
      last_error: null,
      completed_at: null,
      receipt: null,
    }
    state.orders.set(order.id, order)
    return order
  }

  /** A delete and its trigger. */
  const remove = (row: SessionRow, reason: ClearReason, by: string | null): OrderRow => {
    state.sessions.delete(row.id)
    return orderClear(row, reason, by)
  }

  return {
    state: () => state,
    replace: (other: State) => void (state = other),
    now,
    newId,
    rowsInOrder,
    ordersInOrder,
    orderClear,
    remove,
    row: (id: string) => state.sessions.get(id),
    insert(row: SessionRow): void {
      state.sessions.set(row.id, row)
      // `private.lease_new_session`
      state.leases.set(row.id, { workerId: null, token: nextChange(), isKept: false, clearedGeneration: 0, shelved: 0 })
    },
    nextChange,
    pick,
    /** An update that violates a check changes nothing. */
    update(row: SessionRow, changes: Partial<SessionRow>): void {
      // `private.stamp_update`
      const changed = { ...row, ...changes, change: nextChange() }
      check(changed)
      Object.assign(row, changed)
    },
    ordersOf: (sessionId: string) => ordersInOrder().filter((order) => order.session_id === sessionId),
    /** `private.online_worker_ids` */
    workerIsOnline: (id: string) => (state.workers.get(id)?.heartbeat_at ?? 0) > now() - HEARTBEAT_STALE_SECONDS * 1000,
    /** `worker_heartbeat()`, but for leases. */
    hear(id: string): WorkerRow {
      const [at, before] = [now(), state.workers.get(id)]
      const wasAway = before !== undefined && before.heartbeat_at < at - HEARTBEAT_STALE_SECONDS * 1000
      const wasSettled = !before?.returned_at || before.returned_at <= before.heartbeat_at - STALE_AFTER_SECONDS * 1000
      const row: WorkerRow = {
        id,
        boot: before?.boot ?? null,
        draining: before?.draining ?? false,
        held: before?.held ?? 0,
        heartbeat_at: at,
        away_since: wasAway && wasSettled ? before.heartbeat_at : (before?.away_since ?? null),
        returned_at: wasAway ? at : (before?.returned_at ?? null),
      }
      state.workers.set(id, row)
      return row
    },
    forgetWorkers(isForgotten: (worker: WorkerRow) => boolean): void {
      for (const worker of state.workers.values()) if (isForgotten(worker)) state.workers.delete(worker.id)
    },
    /** `purge_stale_sessions()` */
    purge(by: string | null): string[] {
      const at = new Date(now())
      const workers = [...state.workers.values()].map(workerFactsOf)
      const stale = [...state.sessions.values()].filter((row) => row.status === 'connecting' && isPurged(factsOf(row), workers, at))
      for (const row of stale) remove(row, 'purge', by)
      return stale.map((row) => row.id)
    },
  }
}

function factsOf({ status, linked_at, last_active_at, created_at }: SessionRow) {
  return { status, linked_at: isoOrNull(linked_at), last_active_at: isoOrNull(last_active_at), created_at: iso(created_at) }
}

function workerFactsOf({ heartbeat_at, away_since, returned_at }: WorkerRow) {
  return { heartbeat_at: iso(heartbeat_at), away_since: isoOrNull(away_since), returned_at: isoOrNull(returned_at) }
}

/** As Postgres sorts uuids. */
function compareIds(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

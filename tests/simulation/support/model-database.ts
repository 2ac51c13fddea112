import type { Snapshot } from '#domain/snapshot.ts'
import { createPeople } from '../model/people.ts'
import { copyOf, WORKER } from '../model/state.ts'
import type { Lease, OrderRow, SessionRow, State, WorkerRow } from '../model/state.ts'
import { createTable } from '../model/table.ts'
import { createWorkerCalls } from '../model/worker-calls.ts'
import type { Caller } from '../model/leases.ts'

/** A saved state. Only `restore` looks into it. */
export type SavedDatabase = { readonly state: State }

export type ModelDatabase = ReturnType<typeof createModelDatabase>

/**
 * What the SQL of `supabase/migrations` does, in memory and at once, for one organisation with one admin and one worker; a test of the
 * database project lets both do the same and compares. Nothing that it returns changes later.
 * @param now the database's clock, milliseconds
 */
export function createModelDatabase({
  now,
  newId,
  instanceId,
}: {
  now: () => number
  newId: () => string
  instanceId: Snapshot['instance_id']
}) {
  const table = createTable({ now, newId })
  return {
    people: createPeople(table),
    /** The calls of `Database` (worker/database.ts), without the promise. */
    worker: createWorkerCalls(table, instanceId),
    /** The same for one process of several workers. */
    workerOf: (caller: Caller) => createWorkerCalls(table, instanceId, caller),
    /** The row of the worker; `null` before its first heartbeat. */
    workerRow(): Pick<WorkerRow, 'heartbeat_at' | 'away_since' | 'returned_at'> | null {
      const row = table.state().workers.get(WORKER)
      return row ? { heartbeat_at: row.heartbeat_at, away_since: row.away_since, returned_at: row.returned_at } : null
    },
    /** Who holds a session that is kept here; `null`: nobody, or nobody who is heard of. */
    holderOf(sessionId: string): { workerId: string; token: number } | null {
      const { workerId = null, token = 0 } = table.state().leases.get(sessionId) ?? {}
      return workerId !== null && table.workerIsOnline(workerId) ? { workerId, token } : null
    },
    leaseOf: (sessionId: string): Readonly<Lease> | null => table.state().leases.get(sessionId) ?? null,
    /** All that lies on the shelf: by session, then by `generation/name`. */
    shelf: (): ReadonlyMap<string, ReadonlyMap<string, Uint8Array>> => table.state().shelf,
    /** All rows, oldest first. */
    rows: (): SessionRow[] => table.rowsInOrder().map((row) => Object.assign({}, row)),
    /** All orders, open and completed, oldest first. */
    orders: (): OrderRow[] => table.ordersInOrder().map((order) => Object.assign({}, order)),
    save: (): SavedDatabase => ({ state: copyOf(table.state()) }),
    /** A backup is played in: everything is as it was then, but for the instance. */
    restore: (saved: SavedDatabase): void => table.replace(copyOf(saved.state)),
  }
}

import type { Snapshot } from '#domain/snapshot.ts'
import type { Findings } from '../../../worker/store/tombstones.ts'
import { createPeople } from '../model/people.ts'
import { copyOf } from '../model/state.ts'
import type { Lease, OrderRow, SessionRow, State, WorkerRow } from '../model/state.ts'
import { createTable } from '../model/table.ts'
import type { Surroundings } from '../model/table.ts'
import { createWorkerCalls } from '../model/worker-calls.ts'
import type { Caller } from '../model/leases.ts'

/** A saved state. Only `restore` looks into it. */
export type SavedDatabase = { readonly state: State }

export type ModelDatabase = ReturnType<typeof createModelDatabase>

/**
 * What the SQL of `supabase/migrations` does, in memory and at once, for one organisation with one admin and any number of workers; two tests
 * of the database project let both do the same and compare. Nothing that it returns changes later.
 */
export function createModelDatabase({ instanceId, ...surroundings }: Surroundings & { instanceId: Snapshot['instance_id'] }) {
  const table = createTable(surroundings)
  return {
    people: createPeople(table),
    /** The calls of `Database` (worker/database.ts), without the promise. */
    worker: createWorkerCalls(table, instanceId),
    /** The same for one process of several workers. */
    workerOf: (caller: Caller) => createWorkerCalls(table, instanceId, caller),
    /** All workers that were heard of and are not forgotten. */
    workers: (): WorkerRow[] => [...table.state().workers.values()].map((row) => Object.assign({}, row)),
    /** Who holds a session that is kept here; `null`: nobody, or nobody who is heard of. */
    holderOf(sessionId: string): { workerId: string; token: number } | null {
      const { workerId = null, token = 0 } = table.state().leases.get(sessionId) ?? {}
      return workerId !== null && table.workerIsOnline(workerId) ? { workerId, token } : null
    },
    /** All leases, by session. */
    leases: (): ReadonlyMap<string, Readonly<Lease>> => table.state().leases,
    leaseOf: (sessionId: string): Readonly<Lease> | null => table.state().leases.get(sessionId) ?? null,
    /** All that lies on the shelf: by session, then by `generation/name`. */
    shelf: (): ReadonlyMap<string, ReadonlyMap<string, Uint8Array>> => table.state().shelf,
    /** What clears found that have no receipt yet, by order. */
    findings: (): ReadonlyMap<string, Findings> => table.state().findings,
    /** All rows, oldest first. */
    rows: (): SessionRow[] => table.rowsInOrder().map((row) => Object.assign({}, row)),
    /** All orders, open and completed, oldest first. */
    orders: (): OrderRow[] => table.ordersInOrder().map((order) => Object.assign({}, order)),
    save: (): SavedDatabase => ({ state: copyOf(table.state()) }),
    /** A backup is played in: everything is as it was then, but for the instance. */
    restore: (saved: SavedDatabase): void => table.replace(copyOf(saved.state)),
  }
}

import type { Snapshot } from '#domain/snapshot.ts'
import { createPeople } from '../model/people.ts'
import { copyOf } from '../model/state.ts'
import type { OrderRow, SessionRow, State, WorkerRow } from '../model/state.ts'
import { createTable } from '../model/table.ts'
import { createWorkerCalls } from '../model/worker-calls.ts'

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
    /** The row of the worker; `null` before its first heartbeat. */
    workerRow(): WorkerRow | null {
      const { worker } = table.state()
      return worker && { ...worker }
    },
    /** All rows, oldest first. */
    rows: (): SessionRow[] => table.rowsInOrder().map((row) => Object.assign({}, row)),
    /** All orders, open and completed, oldest first. */
    orders: (): OrderRow[] => table.ordersInOrder().map((order) => Object.assign({}, order)),
    save: (): SavedDatabase => ({ state: copyOf(table.state()) }),
    /** A backup is played in: everything is as it was then, but for the instance. */
    restore: (saved: SavedDatabase): void => table.replace(copyOf(saved.state)),
  }
}

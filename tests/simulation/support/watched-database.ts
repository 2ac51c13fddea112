import type { SessionRow } from '../model/state.ts'
import type { ModelDatabase } from './model-database.ts'
import type { Transitions } from './transitions.ts'

/** A row that a call took away. */
type Taken = (call: string, row: SessionRow) => void
type Calls = Record<string, (...values: never[]) => unknown>

/** The model, with every change of a row shown to `transitions`. `isForeign`: rows change as no transition does, because the database
 * was restored, or hears what a dead worker said. */
export function watchRows(
  database: ModelDatabase,
  transitions: Transitions,
  isForeign: () => boolean,
  taken: Taken,
): Pick<ModelDatabase, 'people' | 'workerOf'> {
  const watch = <T extends Calls>(calls: T): T =>
    Object.fromEntries(
      Object.entries(calls).map(([name, call]) => [
        name,
        (...values: never[]) => {
          const before = database.rows()
          const result = call(...values)
          const after = new Map(database.rows().map((row) => [row.id, row]))
          for (const row of before) if (!after.has(row.id)) taken(name, row)
          if (isForeign()) return result
          const meant = idIn(values[0])
          for (const row of before) {
            const now = after.get(row.id)
            if (now && (row.id === meant || differs(row, now))) transitions.rowChanged(name, row, now, values[2])
          }
          return result
        },
      ]),
    ) as T
  return { people: watch(database.people), workerOf: (caller) => watch(database.workerOf(caller)) }
}

function idIn(value: unknown): string | null {
  if (typeof value === 'string') return value
  return (value as { sessionId?: string } | undefined)?.sessionId ?? null
}

function differs(a: SessionRow, b: SessionRow): boolean {
  return a.status !== b.status || a.generation !== b.generation
}

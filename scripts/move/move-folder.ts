import { eraseAll } from '../../worker/clear/erase.ts'
import type { Places } from '../../worker/clear/erase.ts'
import { rowsInFolder } from '../../worker/fleet/folder-rows.ts'
import type { Adoption, MoveDatabase } from '../../worker/fleet/move-port.ts'
import { changeStore } from '../../worker/store/data-folder.ts'
import { HOME_ROWS } from '../../worker/store/home.ts'
import { asStorageError } from '../../worker/store/storage-error.ts'
import { WHY } from './plan.ts'
import type { Left, Plan } from './plan.ts'

/** Bytes of rows in one call. A number of some months has half a megabyte. */
const BYTES_IN_A_CALL = 4 * 1024 * 1024

/** `done`: nothing is left, and the folder is a worker's with `WORKER_STORE=database` from now on. */
export type Moved = { moved: string[]; left: Left[]; done: boolean }

/**
 * Moves what a plan says, one session after the other: first all of it is stored where nobody can use it yet, then the folder is emptied of
 * it, and when all have gone so the database gives them to whoever takes them (FLT-10). Wherever this ends, the next run goes on.
 */
export async function moveFolder(plan: Plan, places: Places, database: MoveDatabase, tell: (line: string) => void): Promise<Moved> {
  const left = [...plan.left]
  const moved: string[] = []
  const erase = (id: string): void => {
    // Nobody could make a newer link here since the database has it.
    eraseAll({ session_id: id, max_generation: Number.MAX_SAFE_INTEGER }, places, true)
    moved.push(id)
    tell(`moved ${id}`)
  }
  for (const id of plan.erase) erase(id)
  for (const id of plan.move) {
    const outcome = await store(id, places, database)
    if (outcome === null) erase(id)
    else left.push({ id, why: outcome })
  }
  const waiting = await database.adopted(left.map(({ id }) => id))
  const known = new Set(left.map(({ id }) => id))
  left.push(...waiting.flatMap((id) => (known.has(id) ? [] : [{ id, why: WHY.missing }])))
  const done = left.length === 0
  if (done) changeStore(places.data.disk, places.data.root, 'database')
  return { moved, left, done }
}

/** Stores all rows of a session; returns why it is left where it is. Throws `DatabaseError`. */
async function store(id: string, places: Places, database: MoveDatabase): Promise<string | null> {
  let session: ReturnType<typeof rowsInFolder>
  try {
    session = rowsInFolder(id, places)
  } catch (error) {
    return `${WHY.unusable}: ${asStorageError(error).message}`
  }
  let outcome: Adoption = 'already'
  for (const rows of inCalls(session.rows)) {
    outcome = await database.adopt(id, session.generation, rows)
    if (outcome !== 'adopted') break
  }
  return outcome === 'adopted' || outcome === 'already' ? null : WHY[outcome]
}

/** In the order in which they are, so that the identity comes with the last. */
function* inCalls(rows: ReadonlyMap<string, Uint8Array>): Generator<Map<string, Uint8Array>> {
  let call = new Map<string, Uint8Array>()
  let bytes = 0
  for (const [name, row] of rows) {
    if (bytes + row.length > BYTES_IN_A_CALL && call.size > 0) {
      yield call
      call = new Map()
      bytes = 0
    }
    call.set(name, row)
    bytes += row.length
  }
  if (call.has(HOME_ROWS.identity)) yield call
}

import * as z from 'zod'
import { SessionId } from '#domain/session.ts'

/** A session that a worker holds for its folder. `generation: null`: its row is gone. `moving`: it is on its way; `adopted`: all of it is stored. */
const Movable = z.object({
  id: SessionId,
  generation: z.nullable(z.int()),
  linked: z.boolean(),
  ordered: z.boolean(),
  moving: z.boolean(),
  adopted: z.boolean(),
})
export type Movable = z.infer<typeof Movable>

/** `known`: the database has heard of this worker. */
export const ToMove = z.object({ instance_id: z.uuid(), known: z.boolean(), online: z.boolean(), sessions: z.array(Movable) })
export type ToMove = z.infer<typeof ToMove>

/** What came of storing rows of a session; any but the first two: it is left where it is. */
export const Adoption = z.enum(['adopted', 'already', 'order_open', 'no_row', 'other_generation', 'not_held'])
export type Adoption = z.infer<typeof Adoption>

/** What a move of a worker's folder into the database asks of it (rule FLT-10). Every call throws `DatabaseError`. */
export type MoveDatabase = {
  toMove(): Promise<ToMove>
  /** Stores rows. Nobody may use the session from the first call on; the one with the identity is the last. */
  adopt(sessionId: string, generation: number, rows: ReadonlyMap<string, Uint8Array>): Promise<Adoption>
  /** The folder holds nothing of what was adopted, nor of what was never linked but for `but`. Returns what this worker still holds for its folder. */
  adopted(but: readonly string[]): Promise<string[]>
}

import * as z from 'zod'
import { Inventory } from './facts.ts'
import type { DatabaseView } from './inventory.ts'
import { Finding } from './plan.ts'
import type { Survey } from './reconciler.ts'

/** What the doctor says. It holds no key, no QR and no text of a message. */
export const Report = z.object({
  takenAt: z.string(),
  worker: z.enum(['running', 'none']),
  database: z.discriminatedUnion('reachable', [
    /** `takenAt`: by the database's own clock. */
    z.object({ reachable: z.literal(true), instanceId: z.string(), takenAt: z.optional(z.string()) }),
    z.object({ reachable: z.literal(false), reason: z.string() }),
  ]),
  /** Why nothing is moved although something ought to be. */
  alarm: z.nullable(z.string()),
  findings: z.array(Finding),
  inventory: Inventory,
  /** What a pass that was asked for set aside; `null`: none was asked for, or it failed. */
  moved: z.nullable(z.array(Finding)),
})
export type Report = z.infer<typeof Report>

/** What was read of the database for a report, or why it could not be. */
export type Reading = { view: DatabaseView; words: Report['database'] }

export function reportOf(
  takenAt: string,
  worker: Report['worker'],
  { words }: Reading,
  seen: Survey,
  moved: readonly Finding[] | null,
): Report {
  const { alarm, findings, inventory } = seen
  return { takenAt, worker, database: words, alarm, findings, inventory, moved: moved && [...moved] }
}

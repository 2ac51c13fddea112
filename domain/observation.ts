import * as z from 'zod/mini'
import { LINK_STEPS } from './link.ts'
import { StatusReason } from './reasons.ts'
import { Generation, SESSION_STATES, SessionId } from './session.ts'

/** What the worker holds of one session, as its routes answer. */
export const SessionView = z.object({
  sessionId: SessionId,
  generation: Generation,
  status: z.enum(SESSION_STATES),
  reason: z.nullable(StatusReason),
  phoneNumber: z.nullable(z.string()),
  /** `null` when no link is under way. */
  link: z.nullable(z.enum(LINK_STEPS)),
})
export type SessionView = z.infer<typeof SessionView>

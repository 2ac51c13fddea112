import * as z from 'zod/mini'
import { LINK_STEPS } from './link.ts'
import { StatusReason } from './reasons.ts'
import { EFFECTIVE_STATES, OrganizationId, SessionId } from './session.ts'

/**
 * One line of the list that the edge function answers: the row, and over it what the worker holds now. Where the worker says nothing the
 * row's `effective_status` stands. Times are ISO 8601.
 */
export const SessionListing = z.object({
  sessionId: SessionId,
  organizationId: OrganizationId,
  displayName: z.nullable(z.string()),
  status: z.enum(EFFECTIVE_STATES),
  reason: z.nullable(StatusReason),
  phoneNumber: z.nullable(z.string()),
  /** `null` when no link is under way, or when nobody can say. */
  link: z.nullable(z.enum(LINK_STEPS)),
  connectedAt: z.nullable(z.string()),
  lastActiveAt: z.nullable(z.string()),
})
export type SessionListing = z.infer<typeof SessionListing>

/** All sessions that the caller may see, the oldest first. */
export const SessionList = z.object({ sessions: z.array(SessionListing) })
export type SessionList = z.infer<typeof SessionList>

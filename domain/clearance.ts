import * as z from 'zod/mini'
import { OnDisk } from './holdings.ts'
import { Generation, OrganizationId, SessionId, Timestamp } from './session.ts'

/** Why a session is cleared. The Postgres enum `clear_reason` holds the same words. */
export const CLEAR_REASONS = ['cancel', 'delete', 'purge', 'reset', 'unlinked'] as const
export const ClearReason = z.enum(CLEAR_REASONS)
export type ClearReason = (typeof CLEAR_REASONS)[number]

/** An order to clear: erase every generation of a session up to and including `max_generation`. Only an order erases. */
export const ClearOrder = z.object({
  id: z.uuid(),
  organization_id: OrganizationId,
  session_id: SessionId,
  max_generation: Generation,
  reason: ClearReason,
  requested_at: Timestamp,
  attempts: z.int(),
  /** What the row said when it was ordered away; `null`: no phone was linked then. Evidence for a worker that finds nothing on disk. */
  phone_number: z.nullable(z.string()),
  /** By which lease of the session the reader holds it (see `SessionIntent`). */
  token: z.optional(z.int()),
})
export type ClearOrder = z.infer<typeof ClearOrder>

/**
 * What became of the linked device at WhatsApp. `confirmed`: acknowledged, or WhatsApp said that it is gone already.
 * `not_linked`: pairing never succeeded. `unconfirmed`: the admin is told to unlink on the phone.
 */
export const REMOTE_UNLINKS = ['confirmed', 'not_linked', 'unconfirmed'] as const
export const RemoteUnlink = z.enum(REMOTE_UNLINKS)
export type RemoteUnlink = (typeof REMOTE_UNLINKS)[number]

/** Proof of a clear, stored with its order and readable for owners and admins. */
export const Receipt = z.object({
  orderId: z.uuid(),
  sessionId: SessionId,
  generations: z.array(z.int()),
  reason: ClearReason,
  startedAt: z.string(),
  finishedAt: z.string(),
  remoteUnlink: RemoteUnlink,
  removed: z.object({ ...OnDisk.shape, memory: z.object({ socket: z.boolean(), timers: z.int() }) }),
  verifiedAbsent: z.literal(true),
  resumedAfterCrash: z.boolean(),
  /** SHA-256, hex, over the canonical JSON of all other fields. */
  digest: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
})
export type Receipt = z.infer<typeof Receipt>

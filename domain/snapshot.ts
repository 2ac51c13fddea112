import * as z from 'zod/mini'
import { ClearOrder } from './clearance.ts'
import { StatusReason } from './reasons.ts'
import { DESIRED_STATES, Generation, OrganizationId, SESSION_STATES, SessionId, Timestamp } from './session.ts'

/** What the database wants of one session, as the worker reads it. */
export const SessionIntent = z.object({
  id: SessionId,
  organization_id: OrganizationId,
  desired: z.enum(DESIRED_STATES),
  generation: Generation,
  status: z.enum(SESSION_STATES),
  status_reason: z.nullable(StatusReason),
  phone_number: z.nullable(z.string()),
  linked_at: z.nullable(Timestamp),
  /** When somebody last asked to link; a worker begins one attempt per value, and only while it is fresh. */
  link_requested_at: z.nullable(Timestamp),
  /** Fences: whoever speaks of the session by an older one has lost it to another worker. */
  token: z.optional(z.int()),
  /** Grows with each change of the row or of who holds it. */
  change: z.optional(z.int()),
})
export type SessionIntent = z.infer<typeof SessionIntent>

/**
 * Everything that is wanted of one worker, in one value (`worker_snapshot()`): a list read is cut at 1,000 rows and a wrong key reads as an
 * empty list. The counts are made by the database; a snapshot that does not match them is refused and changes nothing.
 */
export const Snapshot = z
  .object({
    instance_id: z.uuid(),
    taken_at: Timestamp,
    session_count: z.int(),
    order_count: z.int(),
    sessions: z.array(SessionIntent),
    orders: z.array(ClearOrder),
    /** How many sessions this worker has beyond its share, and should give away. */
    surplus: z.optional(z.int()),
  })
  .check(
    z.refine(
      (snapshot) => snapshot.sessions.length === snapshot.session_count && snapshot.orders.length === snapshot.order_count,
      'the snapshot is cut: its lists do not match its counts',
    ),
  )
export type Snapshot = z.infer<typeof Snapshot>

/**
 * What `worker_snapshot(worker_id, since)` answers: of the sessions only those that changed since; the numbers are of all that the worker
 * holds. Whoever adds the changes to what they knew has the whole where count and sum of `change` come out the same, and asks for all
 * of it where they do not.
 */
export const SnapshotChanges = z.object({ ...Snapshot.shape, change_sum: z.int() })
export type SnapshotChanges = z.infer<typeof SnapshotChanges>

/** One session and its open orders, read by id (`worker_look()`): what a command asks the worker to look at. */
export const Look = z.object({
  instance_id: z.uuid(),
  taken_at: Timestamp,
  /** Whether it is this worker's to do; where nothing is said it is. */
  held: z.optional(z.boolean()),
  session: z.nullable(SessionIntent),
  orders: z.array(ClearOrder),
  /** The newest generation that a completed order has cleared: what an old copy brings back of it or of earlier ones is to be erased. */
  cleared_generation: z.nullable(z.int()),
})
export type Look = z.infer<typeof Look>

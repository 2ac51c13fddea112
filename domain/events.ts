import * as z from 'zod/mini'
import { CLEAR_REASONS, RemoteUnlink } from './clearance.ts'
import { StatusReason } from './reasons.ts'
import { Generation, SESSION_STATES } from './session.ts'

/** Who asked for it; `null`: the worker, or somebody who is gone. */
const by = z.nullable(z.uuid())
/** How often the same came within a minute; nothing is said of once. */
const count = z.optional(z.int())

/** What the database notes by itself, with what each entry holds. */
const DATABASE_EVENTS = {
  created: z.object({ status: z.enum(SESSION_STATES), by }),
  renamed: z.object({ from: z.nullable(z.string()), to: z.nullable(z.string()), by }),
  deleted: z.object({ status: z.enum(SESSION_STATES), by }),
  status: z.object({
    from: z.enum(SESSION_STATES),
    to: z.enum(SESSION_STATES),
    reason: z.nullable(StatusReason),
    generation: Generation,
    by,
  }),
  /** These three where the status says nothing of it: a new link of a session that waits for one, a stop, and a stop that is taken back. */
  link_requested: z.object({ by }),
  stop_requested: z.object({ by }),
  start_requested: z.object({ by }),
  clear_ordered: z.object({ order_id: z.uuid(), reason: z.enum(CLEAR_REASONS), by }),
  cleared: z.object({ order_id: z.uuid(), reason: z.enum(CLEAR_REASONS), remote_unlink: z.nullable(RemoteUnlink) }),
} as const

/** What the worker adds: the causes. No text, no code, no QR, no key and no whole phone number is among them. */
const WORKER_EVENTS = {
  link_attempt: z.object({}),
  /** `phoneNumberEnd`: its last four digits. */
  pairing_code_requested: z.object({ phoneNumberEnd: z.string().check(z.maxLength(4)), count }),
  link_expired: z.object({ cause: z.enum(['qr_exhausted', 'unwatched']), count }),
  linked: z.object({ phoneNumberEnd: z.string().check(z.maxLength(4)) }),
  /** `code`: WhatsApp's. `retryInMs`: when it is tried again; `null`, not at all. */
  connection_closed: z.object({ code: z.int(), reason: z.nullable(StatusReason), retryInMs: z.nullable(z.int()), count }),
  storage_failed: z.object({ error: z.string(), count }),
  credentials_damaged: z.object({ reason: z.string(), count }),
  /** `from`: when the snapshot was made, as its name says. */
  backup_restored: z.object({ from: z.string(), count }),
  /** Moved to quarantine. */
  set_aside: z.object({ place: z.string(), reason: z.string(), count }),
  /** `id`: of the (last) text. */
  text_refused: z.object({ id: z.string(), count }),
  text_unanswered: z.object({ id: z.string(), count }),
  /** So many entries of the worker were dropped while the database was away. */
  notes_lost: z.object({ lost: z.int() }),
} as const

/** Every kind of entry in a session's timeline. The Postgres enum `session_event_kind` holds the same words; a test compares the two. */
export const TIMELINE_EVENTS = { ...DATABASE_EVENTS, ...WORKER_EVENTS } as const
export type TimelineKind = keyof typeof TIMELINE_EVENTS
export const TIMELINE_KINDS = Object.keys(TIMELINE_EVENTS) as TimelineKind[]

/** The kinds that the worker may write, and no others. */
export const WORKER_KINDS = Object.keys(WORKER_EVENTS) as WorkerKind[]
export type WorkerKind = keyof typeof WORKER_EVENTS
export type WorkerDetail<K extends WorkerKind> = z.infer<(typeof WORKER_EVENTS)[K]>

/** Entries of one session that are kept at most, and for how long, days. */
export const TIMELINE_LENGTH = 500
export const TIMELINE_DAYS = 90
/** Entries that the worker sends at once at most, and of one session among them. */
export const NOTES_AT_ONCE = 200
export const NOTES_OF_ONE_SESSION = 20

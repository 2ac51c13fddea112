import * as z from 'zod/mini'
import { CLEAR_REASONS, RemoteUnlink } from './clearance.ts'
import { StatusReason } from './reasons.ts'
import { OrganizationId, SessionId } from './session.ts'

const organization = { organizationId: OrganizationId }
/** Whose event it is. `displayName`, `phoneNumber`: as the row said then; absent where it said nothing. */
const session = {
  ...organization,
  sessionId: SessionId,
  displayName: z.optional(z.string()),
  phoneNumber: z.optional(z.string()),
}
/** Absent: people wanted it. */
const reason = z.optional(StatusReason)

/**
 * What a webhook is told, with what each event holds. No text of a message, no code, no QR and no key is among it. The Postgres enum
 * `webhook_event` holds the same words; a test compares the two.
 */
export const WEBHOOK_DATA = {
  /** WhatsApp has taken the session's login: after a link, a start, and each time a connection was lost. */
  'session.connected': z.object(session),
  /** It is linked no more: unlinked on the phone, banned, reset, cleared. */
  'session.disconnected': z.object({ ...session, reason }),
  /** Linked, and offline until somebody starts it. */
  'session.stopped': z.object({ ...session, reason }),
  /** A removal is complete. `remoteUnlink`: what became of the device at WhatsApp, as the receipt says. */
  'session.cleared': z.object({ ...session, orderId: z.uuid(), reason: z.enum(CLEAR_REASONS), remoteUnlink: RemoteUnlink }),
  /** Nobody scanned in time. */
  'session.link_expired': z.object(session),
  /** WhatsApp's server took the text. `messageId`: the id that queueing it answered with. */
  'message.sent': z.object({ ...session, messageId: z.string() }),
  /** `refused`: WhatsApp's server said no. `unanswered`: all tries ended without an answer; it may have been taken. */
  'message.failed': z.object({ ...session, messageId: z.string(), reason: z.enum(['refused', 'unanswered']) }),
  /** Somebody sent a test. */
  ping: z.object(organization),
} as const
export type WebhookEvent = keyof typeof WEBHOOK_DATA
export const WEBHOOK_EVENTS = Object.keys(WEBHOOK_DATA) as [WebhookEvent, ...WebhookEvent[]]
/** What a webhook can ask for; a test is sent to every one. */
export const WEBHOOK_CHOICES = WEBHOOK_EVENTS.filter((event) => event !== 'ping')

/** The body of a request to a webhook: `timestamp` is when it happened, not when it was sent. */
export const WebhookPayload = z.object({
  type: z.enum(WEBHOOK_EVENTS),
  timestamp: z.iso.datetime({ precision: 3 }),
  data: z.record(z.string(), z.unknown()),
})
export type WebhookPayload = z.infer<typeof WebhookPayload>

export const DELIVERY_STATES = ['waiting', 'delivered', 'dead'] as const
export type DeliveryState = (typeof DELIVERY_STATES)[number]

/** Why a webhook is off: somebody switched it off, nothing was taken for `WEBHOOK_FAILING_DAYS`, or it answered 410. */
export const DISABLED_REASONS = ['manual', 'failing', 'gone'] as const
export type DisabledReason = (typeof DISABLED_REASONS)[number]

/** Pauses between the tries of a delivery, seconds; after the last one it is dead. */
export const WEBHOOK_RETRY_SECONDS = [5, 60, 300, 1800, 7200, 18_000, 36_000, 50_400] as const
export const WEBHOOK_FAILING_DAYS = 5
/** Of one organisation. */
export const WEBHOOKS_AT_MOST = 10
/** Deliveries are kept for so many days, and so many of one webhook. */
export const DELIVERY_DAYS = 30
export const DELIVERIES_OF_ONE_WEBHOOK = 10_000
/** How long a secret that was replaced may go on signing. */
export const SECRET_OVERLAP_HOURS = { default: 24, max: 168 } as const

import * as z from 'zod/mini'
import { ERROR_CODES } from './errors.ts'
import { StatusReason } from './reasons.ts'
import { SESSION_STATES } from './session.ts'

/**
 * How far a link is. `starting`: the socket is being opened. `scan`: a QR is there. `linking`: scanned, logging in.
 * `ended`: no attempt is under way (the QRs ran out, nobody watched, or the link was refused).
 */
export const LINK_STEPS = ['starting', 'scan', 'linking', 'connected', 'ended'] as const
export type LinkStep = (typeof LINK_STEPS)[number]

/**
 * What the link stream says (server-sent events; the event's name is `type`, its data the other fields as JSON).
 * `retry` asks the client to attach anew: a hosted function may not stream for ever.
 */
export const LinkEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('qr'),
    /** The text to draw as it is: WhatsApp on the phone parses it. */
    qr: z.string(),
    /** When WhatsApp takes it no more, ISO 8601. */
    expiresAt: z.string(),
    /** 1 for the first QR of an attempt. */
    number: z.int(),
  }),
  /** A code to type on the phone with that number instead of scanning. */
  z.object({ type: z.literal('pairing_code'), code: z.string(), phoneNumber: z.string(), expiresAt: z.string() }),
  z.object({
    type: z.literal('status'),
    step: z.enum(LINK_STEPS),
    status: z.enum(SESSION_STATES),
    reason: z.nullable(StatusReason),
    phoneNumber: z.nullable(z.string()),
  }),
  z.object({ type: z.literal('error'), code: z.enum(ERROR_CODES), message: z.string() }),
  z.object({ type: z.literal('retry') }),
])
export type LinkEvent = z.infer<typeof LinkEvent>

/** The QR that can be scanned now; fields as in the event. */
export const CurrentQr = z.object({ qr: z.string(), expiresAt: z.string(), number: z.int() })

/** One event in the wire format of server-sent events. */
export function encodeLinkEvent(event: LinkEvent): string {
  const { type, ...data } = event
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`
}

/** Reads what `encodeLinkEvent` wrote, after an SSE parser split it; `null` for anything else. */
export function decodeLinkEvent(name: string | undefined, data: string): LinkEvent | null {
  try {
    const parsed = LinkEvent.safeParse({ ...JSON.parse(data), type: name })
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** How long a link may go unwatched before it ends, seconds. */
export const LINK_UNWATCHED_SECONDS = 90
/** A request to link older than this is not acted upon, seconds. */
export const LINK_REQUEST_FRESH_SECONDS = 90
/** How often the worker stamps `last_active_at` of a watched link, seconds. */
export const LINK_STAMP_SECONDS = 30
/** When the edge function ends a stream with `retry`, seconds: hosted functions have a wall clock of 150. */
export const LINK_STREAM_SECONDS = 100
/** How often the edge function asks anew whether the caller may still see a link, seconds. */
export const LINK_RIGHTS_SECONDS = 5
/**
 * How long after the first QR of a connection WhatsApp ends it, seconds: six QRs, the first for 60, the others for 20. A pairing code dies
 * with its connection.
 */
export const LINK_CONNECTION_SECONDS = 160

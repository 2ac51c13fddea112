import type { StatusReason } from '#domain/reasons.ts'
import type { CloseCause } from './port.ts'

/**
 * What a closed connection means for a linked session. `restart`: log in again at once, it is expected. `dropped`: log in again after
 * a pause. `replaced`, `gave_up`: stay offline, keep the credentials. `unlinked`, `refused`: the link is gone at WhatsApp.
 * `link_expired` happens only before a link.
 */
export type CloseMeaning = {
  event: 'restart' | 'dropped' | 'replaced' | 'gave_up' | 'unlinked' | 'refused' | 'link_expired'
  reason: StatusReason
}

const DROPPED: CloseMeaning = { event: 'dropped', reason: 'connection_lost' }

/**
 * Rules CLO-1 to CLO-9. Only codes by which WhatsApp says that the device or the account is gone may end a link: an outdated client
 * (405) or a temporary ban (402) costs nobody the credentials.
 */
export const MEANING_BY_CODE: Readonly<Record<number, CloseMeaning>> = {
  401: { event: 'unlinked', reason: 'unlinked_from_phone' },
  402: { event: 'gave_up', reason: 'banned' },
  403: { event: 'refused', reason: 'banned' },
  405: { event: 'gave_up', reason: 'version_outdated' },
  406: { event: 'unlinked', reason: 'unlinked_from_phone' },
  408: DROPPED,
  411: { event: 'gave_up', reason: 'multidevice_mismatch' },
  428: DROPPED,
  440: { event: 'replaced', reason: 'replaced' },
  500: DROPPED,
  503: DROPPED,
  515: { event: 'restart', reason: 'connection_lost' },
}

/** Baileys gives a lost connection and exhausted QRs the same code (408); only the words differ. */
const QR_EXHAUSTED = 'QR refs attempts ended'

/** An unknown code counts as a lost connection: retries are bounded, credentials are not replaceable. */
export function readClose(cause: CloseCause): CloseMeaning {
  if (cause.code === 408 && cause.message.includes(QR_EXHAUSTED)) return { event: 'link_expired', reason: 'link_expired' }
  return MEANING_BY_CODE[cause.code] ?? DROPPED
}

const LOST = 428
const TIMED_OUT = 408
const SAID_BY_WHATSAPP = /^(?:Connection Failure$|Stream Errored \(|Multi-device beta not joined$)/

/**
 * The cause of a close, read from Baileys' error (CLO-10). Baileys gives what happens on the way to WhatsApp (a proxy that answers 401 or
 * 403), and its own mistakes, codes of the same range as WhatsApp's words. Only what WhatsApp said may cost anybody a link; the rest is a
 * lost connection.
 */
export function causeOf(error: unknown): CloseCause {
  const boom = error as { message?: string; output?: { statusCode?: number } } | undefined
  const message = boom?.message ?? 'closed'
  const code = boom?.output?.statusCode ?? LOST
  return { message, code: SAID_BY_WHATSAPP.test(message) || code === TIMED_OUT ? code : LOST }
}

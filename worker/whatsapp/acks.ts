import type { SendOutcome } from './port.ts'

/**
 * Errors that pass: timed out, too many at once, and a list of the recipient's devices that was outdated (479), which the client asks
 * for anew within minutes.
 */
const PASSING = [408, 429, 479]

/**
 * What the server's acknowledgement of a message means. Of the errors only those that blame the message or the sender (4xx) are
 * final. An account that may not write to strangers (463) is among them: WhatsApp counts each try again as another offence.
 * Whatever is unknown, and the server's own trouble (5xx), may pass.
 */
export function readAck(error: string | undefined): SendOutcome {
  if (error === undefined) return 'sent'
  const code = Number(error)
  return code >= 400 && code < 500 && !PASSING.includes(code) ? 'refused' : 'unknown'
}

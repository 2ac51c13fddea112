import { PairingCode } from '#domain/pairing.ts'
import { readPhoneNumber } from '#domain/phone-number.ts'
import { AsYouType, validatePhoneNumberLength } from 'libphonenumber-js/min'
import { askWorker, type Client } from '../../lib/supabase.ts'
import type { Words } from '../../words/en.ts'

// All that needs to know the phone numbers of the world. It is as large as half of the page, so it is fetched by whoever asks for a code.

/** What was typed so far, as an international number is written; `00` becomes the plus. `country`: two letters, once it is known. */
export function formatAsTyped(text: string): { text: string; country: string | null } {
  const international = text
    .trim()
    .replace(/^00/, '+')
    .replace(/^[1-9]/, '+$&')
  if (!international.startsWith('+')) return { text, country: null }
  const typed = new AsYouType()
  return { text: typed.input(international), country: typed.getCountry() ?? null }
}

/** What keeps a text from being a phone number. */
export type NumberProblem = Exclude<keyof Words['link']['pairing']['problems'], 'refused'>

/** Reads a number as it was typed: E.164, or what is wrong with it. */
export function readNumber(text: string): { ok: true; number: string } | { ok: false; problem: NumberProblem } {
  if (/^[\s+]*$/.test(text)) return { ok: false, problem: 'empty' }
  const number = readPhoneNumber(text)
  return number ? { ok: true, number } : { ok: false, problem: problemOf(formatAsTyped(text).text) }
}

function problemOf(text: string): NumberProblem {
  if (!text.startsWith('+')) return /^[\d\s]*$/.test(text) ? 'no_country' : 'not_a_number'
  switch (validatePhoneNumberLength(text)) {
    case 'INVALID_COUNTRY':
      return 'no_country'
    case 'TOO_SHORT':
      return 'too_short'
    case 'TOO_LONG':
      return 'too_long'
    default:
      return 'not_a_number'
  }
}

/** Asks for a code to type on the phone `phoneNumber` (E.164). Throws a `Failure`. */
export function requestPairingCode(client: Client, sessionId: string, phoneNumber: string, signal: AbortSignal): Promise<PairingCode> {
  return askWorker(client, `${sessionId}/request-pairing-code`, { body: { phoneNumber }, signal }, PairingCode)
}

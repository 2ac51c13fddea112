import { parsePhoneNumberFromString } from 'libphonenumber-js/min'
import * as z from 'zod/mini'

/** E.164: a plus and 7 to 15 digits. How phone numbers are stored and sent on. */
export const E164 = z.string().check(z.regex(/^\+[1-9]\d{6,14}$/, 'not a phone number: + and 7 to 15 digits'))

/** Longest text that is looked at as a phone number. */
const MAX_LENGTH = 40

/**
 * Reads a phone number as people write it, in international form; spaces, dashes and brackets do not matter, and the plus or `00` may be
 * missing, as in a path. `null`: no country has such a number. Returns E.164.
 */
export function readPhoneNumber(text: string): string | null {
  if (text.length > MAX_LENGTH) return null
  const digits = text.trim().replace(/^00/, '+')
  const international = digits.startsWith('+') ? digits : `+${digits}`
  const plain = international.replaceAll(/[\s().-]/g, '')
  if (MEXICAN_MOBILE.test(plain)) return plain
  const parsed = parsePhoneNumberFromString(international, { extract: false })
  return parsed?.isPossible() && !parsed.ext ? parsed.number : null
}

/** WhatsApp's accounts keep the mobile digit that Mexico gave up in 2019; the library knows it no more. */
const MEXICAN_MOBILE = /^\+521\d{10}$/

/** A phone number as people write it, made E.164. */
export const PhoneNumber = z.pipe(
  z.string().check(z.refine((text) => readPhoneNumber(text) !== null, 'not a phone number in international form, as +51 987 654 321')),
  z.transform((text) => readPhoneNumber(text) ?? text),
)

/**
 * The numbers that mean the same phone at WhatsApp, the given one first. Accounts of Mexico, Argentina and Brazil may carry a mobile digit
 * that people write or leave out.
 */
export function sameNumbers(e164: string): string[] {
  const other = OTHER_SPELLINGS.flatMap(([from, to]) => (from.test(e164) ? [e164.replace(from, to)] : []))
  return [e164, ...other]
}

const OTHER_SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/^\+521(\d{10})$/, '+52$1'],
  [/^\+52(\d{10})$/, '+521$1'],
  [/^\+549(\d{10})$/, '+54$1'],
  [/^\+54([1-8]\d{9})$/, '+549$1'],
  [/^\+55(\d{2})9(\d{8})$/, '+55$1$2'],
  [/^\+55(\d{2})([6-9]\d{7})$/, '+55$19$2'],
]

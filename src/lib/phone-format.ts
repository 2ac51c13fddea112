import { parsePhoneNumberFromString } from 'libphonenumber-js/min'

/** Writes an E.164 number in groups, as in "+51 987 654 321"; one that no country has stays as it is. */
export function formatPhone(e164: string): string {
  return parsePhoneNumberFromString(e164)?.formatInternational() ?? e164
}

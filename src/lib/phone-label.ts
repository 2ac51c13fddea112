/** A phone number as people write it: with its plus. */
export function phoneLabel(phoneNumber: string | null): string {
  return phoneNumber && !phoneNumber.startsWith('+') ? `+${phoneNumber}` : (phoneNumber ?? '')
}

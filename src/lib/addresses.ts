/** The addresses of the pages. */
export const ADDRESSES = {
  devices: '/settings/whatsapp',
  device: '/settings/whatsapp/:sessionId',
  members: '/settings/members',
  activity: '/activity',
  account: '/account',
  forgottenPassword: '/forgotten-password',
  /** Where the links of mails lead: for a forgotten password, and for who is invited. */
  newPassword: '/reset-password',
  welcome: '/welcome',
} as const

/** Where one session's page stands. */
export function deviceAddress(sessionId: string): string {
  return ADDRESSES.device.replace(':sessionId', sessionId)
}

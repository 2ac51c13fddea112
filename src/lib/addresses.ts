/** The addresses of the pages. */
export const ADDRESSES = {
  devices: '/settings/whatsapp',
  device: '/settings/whatsapp/:sessionId',
  members: '/settings/members',
  webhooks: '/settings/webhooks',
  webhook: '/settings/webhooks/:endpointId',
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

/** Where one webhook's page stands. */
export function webhookAddress(endpointId: string): string {
  return ADDRESSES.webhook.replace(':endpointId', endpointId)
}

import type { WebhookWords } from '../../words/en/webhooks.ts'

export type CallFailure = keyof WebhookWords['callFailures']

/** What the worker writes where no answer came (worker/webhooks). */
export const FAILURE_BY_TEXT: ReadonlyMap<string, CallFailure> = new Map([
  ['There was no answer in time.', 'no_answer'],
  ['The connection was closed without an answer.', 'closed'],
  ['The name has no address.', 'no_such_host'],
  ['The name leads to an address that is not public.', 'not_public'],
  ['The address is not a URL.', 'not_accepted'],
  ['The address is not https.', 'not_accepted'],
  ['The address holds a user name or a password.', 'not_accepted'],
  ['The webhook was switched off.', 'switched_off'],
] as const)

/** The codes of Node that say more than that there was no connection. */
const FAILURE_BY_CODE: ReadonlyMap<string, CallFailure> = new Map([
  ['ENOTFOUND', 'no_such_host'],
  ['ENODATA', 'no_such_host'],
  ['ECONNREFUSED', 'refused'],
  ['ECONNRESET', 'closed'],
] as const)

/** Why no answer came, by what the worker wrote; what nobody here knows is that there was no connection. */
export function callFailure(text: string): CallFailure {
  const code = /^No connection: (\w+)/.exec(text)?.[1] ?? ''
  return FAILURE_BY_TEXT.get(text) ?? FAILURE_BY_CODE.get(code) ?? 'no_connection'
}

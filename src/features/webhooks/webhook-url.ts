import type { WebhookWords } from '../../words/en/webhooks.ts'

export type UrlProblem = keyof WebhookWords['urlProblems']

/** Characters; the most that the database takes. */
export const MAX_URL_LENGTH = 2000

/** The machine of the worker itself. */
const HERE = /^(?:localhost|127\.0\.0\.1|\[::1\])$/
/** Hosts and addresses that are not the public internet's. Other names can lead there too: the worker looks each time it connects. */
const PRIVATE =
  /^(?:localhost|.*\.(?:localhost|local|internal)|0\.0\.0\.0|127(?:\.\d+){3}|10(?:\.\d+){3}|192\.168(?:\.\d+){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2}|169\.254(?:\.\d+){2}|\[(?:::1?|f[cd].*|fe[89ab].*)\])$/

/**
 * What is obviously wrong with an address, `null`: nothing. The server has the last word. Without https only the worker's own machine is called,
 * which is for trying things out.
 */
export function urlProblem(text: string): UrlProblem | null {
  const typed = text.trim()
  if (typed === '') return 'empty'
  if (typed.length > MAX_URL_LENGTH) return 'too_long'
  if (!URL.canParse(typed) || /[\s\\]/.test(typed)) return /^https:/i.test(typed) ? 'not_an_address' : 'not_https'
  const url = new URL(typed)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && HERE.test(url.hostname))) return 'not_https'
  if (url.username !== '' || url.password !== '') return 'credentials'
  if (typed.includes('#')) return 'fragment'
  return PRIVATE.test(url.hostname) && !HERE.test(url.hostname) ? 'not_public' : null
}

/** Whether an address is the worker's own machine, which only a demo calls. */
export function isHere(text: string): boolean {
  const typed = text.trim()
  return URL.canParse(typed) && HERE.test(new URL(typed).hostname)
}

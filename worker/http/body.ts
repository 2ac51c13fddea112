import type * as z from 'zod'
import { OPERATIONS } from '#domain/api.ts'
import type { SessionRoute } from '#domain/routes.ts'
import { Refusal } from './refusal.ts'

type WithBody = { [R in SessionRoute]: (typeof OPERATIONS)[R]['body'] extends null ? never : R }[SessionRoute]

/**
 * The body of a call, as its route takes it; no body counts as an empty one. Refuses with the name of the first field that is wrong, or
 * `body` where it is the whole. Of a key that is there twice the last counts, and what the route does not know is left out.
 */
export function bodyOf<R extends WithBody>(route: R, text: string): z.infer<(typeof OPERATIONS)[R]['body']> {
  const parsed = OPERATIONS[route].body.safeParse(text === '' ? {} : jsonIn(text))
  if (parsed.success) return parsed.data as z.infer<(typeof OPERATIONS)[R]['body']>
  const [issue] = parsed.error.issues
  const field = issue?.path.join('.') || 'body'
  throw new Refusal('invalid_input', `${field}: ${issue?.message ?? 'not what this call takes'}.`, { field })
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal('invalid_input', 'body: not JSON.', { field: 'body' })
  }
}

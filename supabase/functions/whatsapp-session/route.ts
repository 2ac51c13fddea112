import type { Result } from '#domain/errors.ts'
import { SESSION_ROUTES, type SessionRoute } from '#domain/routes.ts'
import { SessionId } from '#domain/session.ts'
import { refuse } from './answer.ts'

export type Call = { route: SessionRoute; sessionId: string }

/** Supabase strips `/functions/v1` before the function sees the path; a plain proxy may not. */
const PREFIX = /^(?:\/functions\/v1)?\/whatsapp-session(?=\/|$)/
const ROUTES = Object.entries(SESSION_ROUTES) as [SessionRoute, (typeof SESSION_ROUTES)[SessionRoute]][]

/** Which session a request means and what it asks of it. */
export function parseCall(method: string, pathname: string): Result<Call> {
  const prefix = PREFIX.exec(pathname)
  const [, id, ...rest] = pathname
    .slice(prefix?.[0].length ?? 0)
    .replace(/\/$/, '')
    .split('/')
  const tail = rest.map((part) => `/${part}`).join('')
  const candidates = ROUTES.filter(([, route]) => route.path === tail)
  if (!prefix || !id || candidates.length === 0) return refuse('not_found', 'There is no such route.')
  const found = candidates.find(([, route]) => route.method === method)
  if (!found) {
    const allow = candidates.map(([, route]) => route.method).join(', ')
    return refuse('method_not_allowed', `This route answers to ${allow}.`, { allow })
  }
  const sessionId = SessionId.safeParse(id.toLowerCase())
  if (!sessionId.success) return refuse('invalid_input', 'A session id is a UUID.', { field: 'session' })
  return { ok: true, value: { route: found[0], sessionId: sessionId.data } }
}

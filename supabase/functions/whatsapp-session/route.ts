import type { Result } from '#domain/errors.ts'
import { MessageId } from '#domain/message.ts'
import { PORTAL_ROUTES, SESSION_ROUTES, type SessionRoute } from '#domain/routes.ts'
import { OrganizationId } from '#domain/session.ts'
import { refuse, type Style } from './answer.ts'
import { readTarget, type Target } from './target.ts'

/** One session, and what is asked of it. `message`: the id in `removeText`, else empty. `organizationId` narrows, where it is given. */
export type SessionCall = { route: SessionRoute; target: Target; message: string; organizationId: string | null }
export type Call = SessionCall | { route: 'list'; organizationId: string | null }

type KnownRoute = { style: Style; route: SessionRoute | 'list'; method: string; pattern: readonly string[] }

const split = (path: string): string[] => path.split('/').slice(1)
export const ROUTES: readonly KnownRoute[] = [
  { style: 'native', route: 'list', method: 'GET', pattern: [] },
  ...(Object.keys(SESSION_ROUTES) as SessionRoute[]).map((route): KnownRoute => {
    const { method, path } = SESSION_ROUTES[route]
    return { style: 'native', route, method, pattern: split(`/:session${path}`) }
  }),
  ...Object.values(PORTAL_ROUTES).map(({ method, path, as }): KnownRoute => ({ style: 'portal', route: as, method, pattern: split(path) })),
]
/** The methods of all routes. */
export const METHODS: readonly string[] = [...new Set(ROUTES.map((route) => route.method))]
/** No session is called so: what begins with these is the Portal's. */
const PORTAL_WORDS: ReadonlySet<string | undefined> = new Set(Object.values(PORTAL_ROUTES).map(({ path }) => split(path)[0]))

/** Supabase strips `/functions/v1` before the function sees the path; a plain proxy may not. */
const PREFIX = /^(?:\/functions\/v1)?\/whatsapp-session(?=\/|$)/

/** The parts of a path below the function's own address; `null` for one that is not below it. */
export function partsOf(pathname: string): string[] | null {
  const prefix = PREFIX.exec(pathname)
  return prefix && split(pathname.slice(prefix[0].length).replace(/\/$/, ''))
}

/** In whose shape to answer, whatever becomes of the call. */
export function styleOf(pathname: string): Style {
  return PORTAL_WORDS.has(partsOf(pathname)?.[0]) ? 'portal' : 'native'
}

/** Which sessions a request means and what it asks of them. */
export function parseCall(method: string, { pathname, searchParams }: URL): Result<Call> {
  const style = styleOf(pathname)
  const parts = partsOf(pathname)
  const candidates = ROUTES.filter((route) => route.style === style && parts !== null && fits(route, parts))
  if (parts === null || candidates.length === 0) return refuse('not_found', 'There is no such route.')
  const found = candidates.find((route) => route.method === method)
  if (!found) {
    const allow = candidates.map((route) => route.method).join(', ')
    return refuse('method_not_allowed', `This route answers to ${allow}.`, { allow })
  }
  const organization = onlyOne(searchParams, 'organization')
  if (!organization.ok) return organization
  const organizationId = organization.value === null ? null : (OrganizationId.safeParse(organization.value.toLowerCase()).data ?? '')
  if (organizationId === '') return refuse('invalid_input', 'organization: not the id of an organisation.', { field: 'organization' })
  const { route, pattern } = found
  if (route === 'list') return { ok: true, value: { route, organizationId } }

  const named = pattern.findIndex((part) => part === ':session' || part === ':phone')
  const target = named < 0 ? targetInQuery(searchParams) : readTarget(decoded(parts[named] ?? ''), style)
  if (!target.ok) return target
  const message = parts[pattern.indexOf(':message')] ?? ''
  if (pattern.includes(':message') && !MessageId.safeParse(message).success) {
    return refuse('invalid_input', 'message: not the id of a text.', { field: 'message' })
  }
  return { ok: true, value: { route, target: target.value, message, organizationId } }
}

/** The Portal may leave a phone number empty: it is told so in its own words, not that the route is unknown. */
function fits({ style, pattern }: KnownRoute, parts: readonly string[]): boolean {
  const matches = (part: string, index: number) =>
    part.startsWith(':') ? style === 'portal' || parts[index] !== '' : part === parts[index]
  return pattern.length === parts.length && pattern.every(matches)
}

function targetInQuery(query: URLSearchParams): Result<Target> {
  const phone = onlyOne(query, 'phone')
  const session = onlyOne(query, 'session')
  if (!phone.ok) return phone
  if (!session.ok) return session
  if (phone.value && session.value) return refuse('invalid_input', 'phone or session, not both.', { field: 'session' })
  return readTarget(phone.value || session.value || '', 'portal')
}

/** A parameter that is given twice means nothing: two readers would take different ones. */
function onlyOne(query: URLSearchParams, name: string): Result<string | null> {
  const values = query.getAll(name)
  if (values.length > 1) return refuse('invalid_input', `${name}: given more than once.`, { field: name })
  return { ok: true, value: values[0] ?? null }
}

/** A part of a path as it was meant; one that is badly encoded stays as it is, and is no session's. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

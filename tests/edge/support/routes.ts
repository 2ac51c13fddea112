import { OPERATIONS } from '#domain/api.ts'
import { SESSION_ROUTES, type SessionRoute } from '#domain/routes.ts'

/** A text that nobody queued. */
export const A_TEXT = '3EB0AABBCCDDEEFF00112233'

/** Bodies that each route takes; the others take none. */
const BODIES: Partial<Record<SessionRoute, object>> = {
  pairingCode: { phoneNumber: '+51987654321' },
  messages: { to: '+51912000111', text: 'Hola' },
}

/** Every session route by name, with a path below its session and a body that are as they should be. */
export const ROUTES = (Object.keys(SESSION_ROUTES) as SessionRoute[]).map((route) => {
  const { method, path } = SESSION_ROUTES[route]
  const body = BODIES[route]
  return [
    route,
    { method, path: path.replace(':message', A_TEXT), body: body && JSON.stringify(body), roles: OPERATIONS[route].roles },
  ] as const
})

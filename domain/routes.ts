type RouteTable = Record<string, { method: 'GET' | 'POST' | 'DELETE'; path: string }>

/**
 * What can be asked of one session, by name. The worker answers below `/api/sessions/:session`, the edge function below
 * `/functions/v1/whatsapp-session/:session`. `:session` is an id, or the phone number that is linked to it.
 */
export const SESSION_ROUTES = {
  start: { method: 'POST', path: '/start' },
  stop: { method: 'POST', path: '/stop' },
  link: { method: 'GET', path: '/link' },
  status: { method: 'GET', path: '/status' },
  qr: { method: 'GET', path: '/qr' },
  pairingCode: { method: 'POST', path: '/request-pairing-code' },
  clear: { method: 'POST', path: '/clear' },
  delete: { method: 'DELETE', path: '' },
  groups: { method: 'GET', path: '/groups' },
  contacts: { method: 'GET', path: '/contacts' },
  messages: { method: 'POST', path: '/messages' },
  outbox: { method: 'GET', path: '/outbox' },
  emptyOutbox: { method: 'DELETE', path: '/outbox' },
  removeText: { method: 'DELETE', path: '/outbox/:message' },
  sent: { method: 'GET', path: '/sent' },
  holdings: { method: 'GET', path: '/holdings' },
} as const satisfies RouteTable
export type SessionRoute = keyof typeof SESSION_ROUTES

/** The sessions of an organisation: the one route that names none. */
export const LIST_ROUTE = { method: 'GET', path: '/api/sessions' } as const

/**
 * The same calls by the names that the Portal uses, below `/functions/v1/whatsapp-session`; they answer in the Portal's shape.
 * `as`: what they do. Groups and contacts name their session as `?phone=`.
 */
export const PORTAL_ROUTES = {
  list: { method: 'GET', path: '/sessions', as: 'list' },
  status: { method: 'GET', path: '/sessions/:phone/status', as: 'status' },
  qr: { method: 'GET', path: '/sessions/:phone/qr', as: 'qr' },
  pairingCode: { method: 'POST', path: '/sessions/:phone/pairing-code', as: 'pairingCode' },
  delete: { method: 'DELETE', path: '/sessions/:phone/delete', as: 'clear' },
  disconnect: { method: 'DELETE', path: '/sessions/:phone', as: 'clear' },
  groups: { method: 'GET', path: '/groups', as: 'groups' },
  contacts: { method: 'GET', path: '/contacts', as: 'contacts' },
} as const satisfies Record<string, { method: 'GET' | 'POST' | 'DELETE'; path: string; as: SessionRoute | 'list' }>
export type PortalRoute = keyof typeof PORTAL_ROUTES

/** The worker's path of a session route. `message`: the id in `removeText`. */
export function workerPath(sessionId: string, route: SessionRoute, message = ''): string {
  return `/api/sessions/${sessionId}${SESSION_ROUTES[route].path.replace(':message', message)}`
}

/** Bodies larger than this are refused, bytes. */
export const MAX_BODY_BYTES = 64 * 1024
/** How long the edge function waits for the worker before it answers `timeout`, seconds. */
export const WORKER_TIMEOUT_SECONDS = 15
/** A worker whose heartbeat is older counts as dead, seconds, by the database's clock. */
export const HEARTBEAT_STALE_SECONDS = 30
/** How often a worker sends its heartbeat, seconds. */
export const HEARTBEAT_SECONDS = 10

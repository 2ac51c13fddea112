/**
 * The worker's routes about one session, by name. The edge function offers the same below
 * `/functions/v1/whatsapp-session/:session`.
 */
export const SESSION_ROUTES = {
  start: { method: 'POST', path: '/start' },
  stop: { method: 'POST', path: '/stop' },
  link: { method: 'GET', path: '/link' },
  status: { method: 'GET', path: '/status' },
  qr: { method: 'GET', path: '/qr' },
  clear: { method: 'POST', path: '/clear' },
  delete: { method: 'DELETE', path: '' },
} as const satisfies Record<string, { method: 'GET' | 'POST' | 'DELETE'; path: string }>
export type SessionRoute = keyof typeof SESSION_ROUTES

/** The worker's routes about a session's texts, by name. */
export const MESSAGE_ROUTES = {
  messages: { method: 'POST', path: '/messages' },
  outbox: { method: 'GET', path: '/outbox' },
  emptyOutbox: { method: 'DELETE', path: '/outbox' },
} as const satisfies Record<string, { method: 'GET' | 'POST' | 'DELETE'; path: string }>
export type MessageRoute = keyof typeof MESSAGE_ROUTES

/** The worker's path of a session route. */
export function workerPath(sessionId: string, route: SessionRoute | MessageRoute): string {
  const { path } = { ...SESSION_ROUTES, ...MESSAGE_ROUTES }[route]
  return `/api/sessions/${sessionId}${path}`
}

/** Bodies larger than this are refused, bytes. */
export const MAX_BODY_BYTES = 64 * 1024
/** How long the edge function waits for the worker before it answers `timeout`, seconds. */
export const WORKER_TIMEOUT_SECONDS = 15
/** A worker whose heartbeat is older counts as dead, seconds, by the database's clock. */
export const HEARTBEAT_STALE_SECONDS = 30
/** How often a worker sends its heartbeat, seconds. */
export const HEARTBEAT_SECONDS = 10

import { encodeLinkEvent } from '#domain/link.ts'
import { SESSION_ROUTES, type SessionRoute, workerPath } from '#domain/routes.ts'
import { EXAMPLE } from '../../../scripts/openapi/examples.ts'
import { json, type RecordingWorker } from '../../edge/support/recording-worker.ts'
import { aReceipt, aView } from '../../edge/support/values.ts'

const ANSWERS: Record<SessionRoute, (sessionId: string, body: string) => object> = {
  start: aView,
  stop: aView,
  link: () => ({}),
  status: aView,
  qr: () => EXAMPLE.qr,
  pairingCode: () => EXAMPLE.code,
  clear: (sessionId, body) => aReceipt(sessionId, (JSON.parse(body) as { orderId: string }).orderId),
  delete: (sessionId) => aReceipt(sessionId),
  groups: () => EXAMPLE.groups,
  contacts: () => EXAMPLE.contacts,
  messages: () => EXAMPLE.text,
  outbox: () => ({ messages: [] }),
  emptyOutbox: () => ({ removed: 0 }),
  removeText: () => ({ removed: 1 }),
  sent: () => EXAMPLE.sentTexts,
  holdings: (sessionId) => ({ ...EXAMPLE.holdings, sessionId }),
}

/** Lets the worker give every call what a well one gives: whatever an attack is told beyond that comes from the function. */
export function answerWell(worker: RecordingWorker): void {
  worker.answer(({ method, path, body, claims }, response) => {
    const sessionId = claims.session_id
    if (sessionId === null) return json(response, 200, { sessions: [] })
    const message = /outbox\/(.+)$/.exec(path)?.[1] ?? ''
    const route = (Object.keys(SESSION_ROUTES) as SessionRoute[]).find(
      (one) => SESSION_ROUTES[one].method === method && workerPath(sessionId, one, message) === path,
    )
    if (!route) return json(response, 500, {})
    if (route !== 'link') return json(response, 200, ANSWERS[route](sessionId, body))
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(encodeLinkEvent({ type: 'retry' }))
  })
}

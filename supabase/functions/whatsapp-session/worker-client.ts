import { ErrorBody, type Result } from '#domain/errors.ts'
import { SESSION_ROUTES, type SessionRoute, workerPath } from '#domain/routes.ts'
import { refuse, type Refusal } from './answer.ts'
import { signCommand } from './command.ts'
import type { Intent } from './intent.ts'
import { parseJson } from './json.ts'
import type { Call } from './route.ts'
import type { Settings } from './settings.ts'

/** An order is carried out the same way whichever route it came by. */
const ASKED_BY_CLEARING: Partial<Record<SessionRoute, SessionRoute>> = { delete: 'clear' }

/** The worker's answer, its body unread, and the time that it may still take. */
export type WorkerAnswer = { response: Response; stopClock: () => void }

/**
 * Asks the worker to look at a session now. `Result` holds only answers of success; what the worker refused, and a worker that is
 * away or silent, is a refusal. `stopClock` ends the time limit, for answers that go on.
 */
export async function askWorker(settings: Settings, call: Call, intent: Intent, signal: AbortSignal): Promise<Result<WorkerAnswer>> {
  const route = ASKED_BY_CLEARING[call.route] ?? call.route
  const { method } = SESSION_ROUTES[route]
  const path = workerPath(call.sessionId, route)
  const body = intent.order ? JSON.stringify({ orderId: intent.order.id }) : ''
  const token = await signCommand(settings.commandKey, settings.workerId, {
    organizationId: intent.organizationId,
    sessionId: call.sessionId,
    method,
    path,
    body,
  })
  const clock = new AbortController()
  const timer = setTimeout(() => clock.abort(new DOMException('the worker is silent', 'TimeoutError')), settings.workerTimeoutMs)
  const headers: Record<string, string> = { authorization: `Bearer ${token}` }
  if (body) headers['content-type'] = 'application/json'
  try {
    const response = await fetch(settings.workerUrl + path, {
      method,
      headers,
      body: body || null,
      redirect: 'error',
      signal: AbortSignal.any([signal, clock.signal]),
    })
    if (response.ok) return { ok: true, value: { response, stopClock: () => clearTimeout(timer) } }
    const refusal = await workerRefusal(response)
    clearTimeout(timer)
    return refusal
  } catch (error) {
    clearTimeout(timer)
    return workerFailure(error, intent)
  }
}

/** What a call that broke off means: `queued` says that the order is stored and will be carried out all the same. */
export function workerFailure(error: unknown, intent: Intent): Refusal {
  const detail = intent.order ? { queued: true, orderId: intent.order.id } : undefined
  const tail = intent.order ? ' The order is stored and will be carried out.' : ''
  return error instanceof DOMException && error.name === 'TimeoutError'
    ? refuse('timeout', `The worker did not answer in time.${tail}`, detail)
    : refuse('worker_offline', `The worker cannot be reached.${tail}`, detail)
}

async function workerRefusal(response: Response): Promise<Refusal> {
  const text = await response.text()
  const parsed = ErrorBody.safeParse(parseJson(text))
  if (!parsed.success) {
    console.error('unexpected answer of the worker', response.status, text.slice(0, 200))
    return refuse('internal', 'The worker gave an unexpected answer.')
  }
  const { code, message, detail } = parsed.data.error
  return refuse(code, message, detail)
}

import { ERROR_STATUS, ErrorBody, type Result } from '#domain/errors.ts'
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
    const refusal = await workerRefusal(response, intent)
    clearTimeout(timer)
    return refusal
  } catch (error) {
    clearTimeout(timer)
    return workerFailure(error, intent)
  }
}

/** What a call that broke off means: `queued` says that the order is stored and will be carried out all the same. */
export function workerFailure(error: unknown, intent: Intent): Refusal {
  return error instanceof DOMException && error.name === 'TimeoutError' ? workerSilent(intent) : workerAway(intent)
}

/** For an answer that no worker should give. It is not logged: it may hold what links an account. */
export function workerNonsense(intent: Intent, ...facts: (string | number)[]): Refusal {
  console.error('unexpected answer of the worker', ...facts)
  return refuse('internal', `The worker gave an unexpected answer.${tail(intent)}`, queued(intent))
}

const workerAway = (intent: Intent) => refuse('worker_offline', `The worker cannot be reached.${tail(intent)}`, queued(intent))
const workerSilent = (intent: Intent) => refuse('timeout', `The worker did not answer in time.${tail(intent)}`, queued(intent))
const tail = ({ order }: Intent) => (order ? ' The order is stored and will be carried out.' : '')
const queued = ({ order }: Intent) => (order ? { queued: true, orderId: order.id } : undefined)

/** How proxies say, in words of their own, that nobody is behind them. */
const PROXY_REFUSALS: Record<number, (intent: Intent) => Refusal> = { 502: workerAway, 503: workerAway, 504: workerSilent }

async function workerRefusal(response: Response, intent: Intent): Promise<Refusal> {
  const text = await response.text()
  const parsed = ErrorBody.safeParse(parseJson(text))
  if (!parsed.success) return PROXY_REFUSALS[response.status]?.(intent) ?? workerNonsense(intent, response.status, text.length)
  const { code, message, detail } = parsed.data.error
  // What the worker cannot do now it does later, for the order stays open until there is a receipt.
  return ERROR_STATUS[code] >= 500 && intent.order ? refuse(code, message, { ...detail, ...queued(intent) }) : refuse(code, message, detail)
}

import { ERROR_STATUS, ErrorBody, type Result } from '#domain/errors.ts'
import { refuse, type Refusal } from './answer.ts'
import { signCommand } from './command.ts'
import { parseJson } from './json.ts'
import type { Settings } from './settings.ts'

/** What the worker is asked. `sessionId`: `null` for a call about the whole organisation. `orderId`: the order that it is to carry out. */
export type WorkerCall = {
  organizationId: string
  sessionId: string | null
  method: string
  path: string
  body: string
  orderId: string | null
}

/** The worker's answer, its body unread, and the time that it may still take. */
export type WorkerAnswer = { response: Response; stopClock: () => void }

/**
 * Asks the worker to look now. `Result` holds only answers of success; what the worker refused, and a worker that is away or silent, is a
 * refusal. `stopClock` ends the time limit, for answers that go on.
 */
export async function askWorker(settings: Settings, call: WorkerCall, signal: AbortSignal): Promise<Result<WorkerAnswer>> {
  const { method, path, body } = call
  const token = await signCommand(settings.commandKey, settings.workerId, call)
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
    const refusal = await workerRefusal(response, call)
    clearTimeout(timer)
    return refusal
  } catch (error) {
    clearTimeout(timer)
    return workerFailure(error, call)
  }
}

/** Reads an answer to its end as JSON. `undefined`: it is none; `facts` are what may be logged of it. */
export async function readAnswer(
  { response, stopClock }: WorkerAnswer,
  call: WorkerCall,
): Promise<Result<{ json: unknown; facts: number[] }>> {
  try {
    const text = await response.text()
    return { ok: true, value: { json: parseJson(text), facts: [response.status, text.length] } }
  } catch (error) {
    return workerFailure(error, call)
  } finally {
    stopClock()
  }
}

/** For an answer that no worker should give. It is not logged: it may hold what links an account. */
export function workerNonsense(call: WorkerCall, ...facts: (string | number)[]): Refusal {
  console.error('unexpected answer of the worker', ...facts)
  return refuse('internal', `The worker gave an unexpected answer.${tail(call)}`, queued(call))
}

/** What a call that broke off means: `queued` says that the order is stored and will be carried out all the same. */
function workerFailure(error: unknown, call: WorkerCall): Refusal {
  return error instanceof DOMException && error.name === 'TimeoutError' ? workerSilent(call) : workerAway(call)
}

const workerAway = (call: WorkerCall) => refuse('worker_offline', `The worker cannot be reached.${tail(call)}`, queued(call))
const workerSilent = (call: WorkerCall) => refuse('timeout', `The worker did not answer in time.${tail(call)}`, queued(call))
const tail = ({ orderId }: WorkerCall) => (orderId ? ' The order is stored and will be carried out.' : '')
const queued = ({ orderId }: WorkerCall) => (orderId ? { queued: true, orderId } : undefined)

/** How proxies say, in words of their own, that nobody is behind them. */
const PROXY_REFUSALS: Record<number, (call: WorkerCall) => Refusal> = { 502: workerAway, 503: workerAway, 504: workerSilent }

async function workerRefusal(response: Response, call: WorkerCall): Promise<Refusal> {
  const text = await response.text()
  const parsed = ErrorBody.safeParse(parseJson(text))
  if (!parsed.success) return PROXY_REFUSALS[response.status]?.(call) ?? workerNonsense(call, response.status, text.length)
  const { code, message, detail } = parsed.data.error
  // What the worker cannot do now it does later, for the order stays open until there is a receipt.
  return ERROR_STATUS[code] >= 500 && call.orderId ? refuse(code, message, { ...detail, ...queued(call) }) : refuse(code, message, detail)
}

import { ERROR_STATUS, ErrorBody, type Result } from '#domain/errors.ts'
import { REQUEST_ID_HEADER } from '#domain/request-id.ts'
import { refuse, type Refusal } from './answer.ts'
import { signCommand } from './command.ts'
import { startTimeLimit, type TimeLimit } from './in-time.ts'
import { parseJson } from './json.ts'
import { log } from './log.ts'
import { readUpTo } from './read-up-to.ts'
import type { Settings } from './settings.ts'
import type { Worker } from './worker-address.ts'

/**
 * What a worker is asked, by `userId`. `requestId`: what the call is called in every log; it is beside the command, for it says nothing.
 * `sessionId`: `null` for a call about the whole organisation. `orderId`: the order that it is to carry out.
 */
export type WorkerCall = {
  requestId: string
  userId: string
  organizationId: string
  sessionId: string | null
  method: string
  path: string
  body: string
  orderId: string | null
}

/** The worker's answer, its body unread, and the time that it may still take; an answer that goes on does not read it `inTime`. */
export type WorkerAnswer = { response: Response } & Pick<TimeLimit, 'inTime' | 'stop'>

/** What is larger is no answer of ours, bytes: a queue that is full of the longest texts is 25 MB, a refusal less than 1 KB. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024
const MAX_REFUSAL_BYTES = 64 * 1024

/**
 * Asks `worker` to look now. `Result` holds only answers of success; what the worker refused, and a worker that is away or silent for
 * `limitMs`, is a refusal.
 */
export async function askWorker(
  { commandKey }: Settings,
  worker: Worker,
  call: WorkerCall,
  limitMs: number,
): Promise<Result<WorkerAnswer>> {
  const { method, path, body } = call
  const token = await signCommand(commandKey, worker.id, call)
  const headers: Record<string, string> = { authorization: `Bearer ${token}`, [REQUEST_ID_HEADER]: call.requestId }
  if (body) headers['content-type'] = 'application/json'
  const { inTime, stop, signal } = startTimeLimit(limitMs, 'worker')
  try {
    const response = await inTime(fetch(worker.url + path, { method, headers, body: body || null, redirect: 'error', signal }))
    if (response.ok) return { ok: true, value: { response, inTime, stop } }
    const refusal = await inTime(workerRefusal(response, call))
    stop()
    return refusal
  } catch (error) {
    stop()
    return workerFailure(error, call)
  }
}

/** Reads an answer to its end as JSON. `undefined`: it is none; `facts` are what may be logged of it. */
export async function readAnswer(
  { response, inTime, stop }: WorkerAnswer,
  call: WorkerCall,
): Promise<Result<{ json: unknown; facts: number[] }>> {
  try {
    const text = await inTime(readUpTo(response.body, MAX_ANSWER_BYTES))
    if (text === null) return workerNonsense(call, response.status, 'too long')
    return { ok: true, value: { json: parseJson(text), facts: [response.status, text.length] } }
  } catch (error) {
    return workerFailure(error, call)
  } finally {
    stop()
  }
}

/** For an answer that no worker should give. It is not logged: it may hold what links an account. */
export function workerNonsense(call: WorkerCall, ...facts: (string | number)[]): Refusal {
  log('error', { request: call.requestId, session: call.sessionId, facts: facts.join(' ') }, 'unexpected answer of the worker')
  return refuse('internal', `The worker gave an unexpected answer.${tail(call)}`, queued(call))
}

/** What a call that broke off means: `queued` says that the order is stored and will be carried out all the same. */
function workerFailure(error: unknown, call: WorkerCall): Refusal {
  return error instanceof DOMException && error.name === 'TimeoutError' ? workerSilent(call) : workerAway(call)
}

/** For a call that no worker can take now. `message`: why. */
export function workerOffline(call: WorkerCall, message: string): Refusal {
  return refuse('worker_offline', `${message}${tail(call)}`, queued(call))
}

const workerAway = (call: WorkerCall) => workerOffline(call, 'The worker cannot be reached.')
const workerSilent = (call: WorkerCall) => refuse('timeout', `The worker did not answer in time.${tail(call)}`, queued(call))
const tail = ({ orderId }: WorkerCall) => (orderId ? ' The order is stored and will be carried out.' : '')
const queued = ({ orderId }: WorkerCall) => (orderId ? { queued: true, orderId } : undefined)

/** How proxies say, in words of their own, that nobody is behind them. */
const PROXY_REFUSALS: Record<number, (call: WorkerCall) => Refusal> = { 502: workerAway, 503: workerAway, 504: workerSilent }

async function workerRefusal(response: Response, call: WorkerCall): Promise<Refusal> {
  const text = (await readUpTo(response.body, MAX_REFUSAL_BYTES)) ?? ''
  const parsed = ErrorBody.safeParse(parseJson(text))
  if (!parsed.success) return PROXY_REFUSALS[response.status]?.(call) ?? workerNonsense(call, response.status, text.length)
  const { code, message, detail } = parsed.data.error
  return orLater(call, refuse(code, message, detail))
}

/** What cannot be done now is done later, for the order stays open until there is a receipt: a refusal of that kind says so. */
export function orLater(call: WorkerCall, refusal: Refusal): Refusal {
  const isLater = ERROR_STATUS[refusal.code] >= 500 || refusal.code === 'rate_limited'
  if (!isLater || call.orderId === null) return refusal
  return { ...refusal, message: refusal.message + tail(call), detail: { ...refusal.detail, ...queued(call) } }
}

import * as z from 'zod/mini'
import { OPERATIONS } from '#domain/api.ts'
import type { ErrorCode, Result } from '#domain/errors.ts'
import { SESSION_ROUTES, type SessionRoute, workerPath } from '#domain/routes.ts'
import type { Answer, Refusal } from './answer.ts'
import { askHolder, type SessionWorkerCall } from './holder.ts'
import { type Intent, storeIntent } from './intent.ts'
import { relayLink } from './link-relay.ts'
import { watchRight } from './link-rights.ts'
import { findOrder } from './order.ts'
import type { Caller } from './rights.ts'
import type { SessionCall } from './route.ts'
import type { Settings } from './settings.ts'
import { findSubject } from './subject.ts'
import { readAnswer, type WorkerAnswer, type WorkerCall, workerNonsense } from './worker-client.ts'

/** An order is carried out the same way whichever route it came by. */
const ASKED_BY_CLEARING: Partial<Record<SessionRoute, SessionRoute>> = { delete: 'clear' }
const ERASES: ReadonlySet<SessionRoute> = new Set(['clear', 'delete'])
/** A session that is gone and cleared has no holder, either. */
const MEANS_NO_ORDER: ReadonlySet<ErrorCode> = new Set(['order_missing', 'not_found', 'worker_offline'])

/** Carries out a call about one session: finds it, stores what is wanted as the caller, tells the worker, hands on its answer. */
export async function callSession(settings: Settings, caller: Caller, call: SessionCall, body: unknown): Promise<Result<Answer>> {
  const subject = await findSubject(caller, call)
  if (!subject.ok) return subject
  const { sessionId } = subject.value
  const intent = await storeIntent(call.route, { ...subject.value, caller, organizationId: call.organizationId, body })
  if (!intent.ok) return intent
  if (intent.value.order?.receipt) return { ok: true, value: answerTo(call, intent.value.order.receipt) }

  const toWorker = workerCall(caller, call, sessionId, intent.value, body)
  const asked = await askHolder(settings, caller, toWorker)
  if (!asked.ok) return (await carriedOutMeanwhile(caller, call, sessionId, intent.value, asked)) ?? asked
  if (call.route === 'link') return startRelay(settings, caller, toWorker, asked.value)

  const read = await readAnswer(asked.value, toWorker)
  if (!read.ok) return read
  const { json, facts } = read.value
  const answer = OPERATIONS[call.route].answer.safeParse(json)
  if (!answer.success || !isAbout(answer.data, toWorker)) return workerNonsense(toWorker, call.route, ...facts)
  return { ok: true, value: answerTo(call, json as object) }
}

function workerCall(
  { userId, requestId }: Caller,
  { route, message }: SessionCall,
  sessionId: string,
  { organizationId, order }: Intent,
  body: unknown,
): SessionWorkerCall {
  const asked = ASKED_BY_CLEARING[route] ?? route
  const content = order ? { orderId: order.id } : OPERATIONS[route].body && body
  return {
    requestId,
    userId,
    organizationId,
    sessionId,
    method: SESSION_ROUTES[asked].method,
    path: workerPath(sessionId, asked, message),
    body: content ? JSON.stringify(content) : '',
    orderId: order?.id ?? null,
  }
}

/** No worker knows of such an order, or has to do with it any more: one may have carried it out by itself while it was asked. */
async function carriedOutMeanwhile(
  { database }: Caller,
  call: SessionCall,
  sessionId: string,
  { order }: Intent,
  { code }: Refusal,
): Promise<Result<Answer> | null> {
  if (!order || !MEANS_NO_ORDER.has(code)) return null
  const now = await findOrder(database, sessionId, order.id)
  return now.ok && now.value.receipt ? { ok: true, value: answerTo(call, now.value.receipt) } : null
}

const Subject = z.object({ sessionId: z.optional(z.string()), orderId: z.optional(z.string()) })

/** Whether an answer is about what was asked: a receipt of anything else is no proof. */
function isAbout(answer: unknown, { sessionId, orderId }: WorkerCall): boolean {
  const about = Subject.parse(answer)
  return (about.sessionId ?? sessionId) === sessionId && (about.orderId ?? null) === orderId
}

function answerTo({ route, target }: SessionCall, value: object): Answer {
  const named = 'id' in target ? target.id : target.phone
  return ERASES.has(route) ? { value, message: `Session ${named} cleared completely` } : { value }
}

function startRelay(settings: Settings, caller: Caller, call: SessionWorkerCall, { response, stop }: WorkerAnswer): Result<Answer> {
  stop()
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
  if (!response.body || !isStream) {
    void response.body?.cancel()
    return workerNonsense(call, 'link', response.status)
  }
  const right = watchRight(caller, call.sessionId, settings.linkRightsMs)
  const events = relayLink(response.body, { limitMs: settings.linkStreamMs, right })
  return { ok: true, value: { events } }
}

import * as z from 'zod/mini'
import { Receipt } from '#domain/clearance.ts'
import { SessionView } from '#domain/observation.ts'
import type { SessionRoute } from '#domain/routes.ts'
import { answerEvents, answerJson, answerRefusal, refuse } from './answer.ts'
import { readCallBody } from './body.ts'
import { bearerToken, identifyCaller } from './caller.ts'
import { answerPreflight, withCors } from './cors.ts'
import { openDatabase } from './database.ts'
import { type Intent, storeIntent } from './intent.ts'
import { parseJson } from './json.ts'
import { relayLink } from './link-relay.ts'
import { type Call, parseCall } from './route.ts'
import type { Settings } from './settings.ts'
import { askWorker, type WorkerAnswer, workerFailure, workerNonsense } from './worker-client.ts'

const CurrentQr = z.object({ qr: z.string(), expiresAt: z.string(), number: z.int() })

/** What the worker may answer; anything else is not passed on. */
const ANSWERS = {
  start: SessionView,
  stop: SessionView,
  status: SessionView,
  qr: CurrentQr,
  clear: Receipt,
  delete: Receipt,
} as const satisfies Record<Exclude<SessionRoute, 'link'>, z.ZodMiniType>

/** The function: parse, decide as the caller, tell the worker, answer. */
export function createHandler(settings: Settings): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method === 'OPTIONS') return answerPreflight(request, settings.allowedOrigins)
    const response = await handle(settings, request).catch((error: unknown) => {
      console.error('request failed', error)
      return answerRefusal(refuse('internal', 'Something unexpected went wrong.'))
    })
    return withCors(response, request, settings.allowedOrigins)
  }
}

async function handle(settings: Settings, request: Request): Promise<Response> {
  const url = URL.parse(request.url)
  if (!url) return answerRefusal(refuse('invalid_input', 'The host is not valid.', { field: 'host' }))
  const call = parseCall(request.method, url.pathname)
  if (!call.ok) return answerRefusal(call)
  const token = bearerToken(request.headers)
  if (token === null) return answerRefusal(refuse('unauthorized', 'Sign in first.'))
  const body = await readCallBody(request)
  if (!body.ok) return answerRefusal(body)

  const database = openDatabase(settings, token)
  const caller = await identifyCaller(database, token)
  if (!caller.ok) return answerRefusal(caller)
  const intent = await storeIntent(call.value.route, {
    database,
    userId: caller.value,
    sessionId: call.value.sessionId,
    body: body.value,
  })
  if (!intent.ok) return answerRefusal(intent)
  if (intent.value.order?.receipt) return answerJson(JSON.stringify(intent.value.order.receipt))

  // Not the request's own signal: Deno aborts that one on success as well.
  const gone = new AbortController()
  const asked = await askWorker(settings, call.value, intent.value, gone.signal)
  if (!asked.ok) return answerRefusal(asked)
  return call.value.route === 'link'
    ? answerLink(settings, intent.value, asked.value, () => gone.abort())
    : answerOnce(ANSWERS[call.value.route], call.value, intent.value, asked.value)
}

function answerLink(settings: Settings, intent: Intent, { response, stopClock }: WorkerAnswer, abort: () => void): Response {
  stopClock()
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
  if (response.body && isStream) return answerEvents(relayLink(response.body, settings.linkStreamMs, abort))
  abort()
  return answerRefusal(workerNonsense(intent, 'link', response.status))
}

async function answerOnce(shape: z.ZodMiniType, call: Call, intent: Intent, { response, stopClock }: WorkerAnswer): Promise<Response> {
  let text: string
  try {
    text = await response.text()
  } catch (error) {
    return answerRefusal(workerFailure(error, intent))
  } finally {
    stopClock()
  }
  const answer = shape.safeParse(parseJson(text))
  if (answer.success && isAbout(answer.data, call, intent)) return answerJson(text)
  return answerRefusal(workerNonsense(intent, call.route, response.status, text.length))
}

const Subject = z.object({ sessionId: z.optional(z.string()), orderId: z.optional(z.string()) })

/** Whether an answer is about what was asked: a receipt of anything else is no proof. */
function isAbout(answer: unknown, { sessionId }: Call, { order }: Intent): boolean {
  const subject = Subject.parse(answer)
  return (subject.sessionId ?? sessionId) === sessionId && subject.orderId === order?.id
}

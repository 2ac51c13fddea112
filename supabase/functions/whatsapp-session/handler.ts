import type { ZodMiniType } from 'zod/mini'
import { OPERATIONS } from '#domain/api.ts'
import type { Result } from '#domain/errors.ts'
import { REQUEST_ID_HEADER, readRequestId } from '#domain/request-id.ts'
import { type Answer, type Refusal, refuse, respond } from './answer.ts'
import { apiDocument, asksForDocument } from './api-document.ts'
import { readBody } from './body.ts'
import { bearerToken, identifyCaller } from './caller.ts'
import { answerPreflight, withCors } from './cors.ts'
import { openDatabase } from './database.ts'
import { listSessions } from './list.ts'
import { log } from './log.ts'
import { type Call, parseCall, styleOf } from './route.ts'
import { callSession } from './session-call.ts'
import type { Settings } from './settings.ts'

/** The function: parse, decide as the caller, tell the worker, answer in the caller's own shape. */
export function createHandler(settings: Settings): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method === 'OPTIONS') return answerPreflight(request, settings.allowedOrigins)
    const begunAt = performance.now()
    const url = URL.parse(request.url)
    const about: About = {
      requestId: readRequestId(request.headers.get(REQUEST_ID_HEADER)) ?? crypto.randomUUID(),
      route: null,
      session: null,
    }
    const result = await handle(settings, request, url, about).catch((error: unknown): Refusal => ({
      ...refuse('internal', 'Something unexpected went wrong.'),
      because: placesOf(error).join(' '),
    }))
    const response = respond(result, url ? styleOf(url.pathname) : 'native')
    response.headers.set(REQUEST_ID_HEADER, about.requestId)
    logAnswer(about, result, response.status, performance.now() - begunAt)
    return withCors(response, request, settings.allowedOrigins)
  }
}

/** What is known of a call while it is answered. `session`: where it is named by its id, for a phone number is not repeated. */
type About = { requestId: string; route: string | null; session: string | null }

function logAnswer({ requestId, route, session }: About, result: Result<Answer> | Refusal, status: number, ms: number): void {
  const because = 'because' in result ? result.because : undefined
  const fields = { request: requestId, route, session, result: result.ok ? 'ok' : result.code, status, ms: Math.round(ms), because }
  log(because === undefined ? 'info' : 'error', fields, 'a call was answered')
}

async function handle(settings: Settings, request: Request, url: URL | null, about: About): Promise<Result<Answer>> {
  if (!url) return refuse('invalid_input', 'The host is not valid.', { field: 'host' })
  if (asksForDocument(url)) return await apiDocument(request.method)
  const call = parseCall(request.method, url)
  if (!call.ok) return call
  about.route = call.value.route
  if (call.value.route !== 'list' && 'id' in call.value.target) about.session = call.value.target.id
  const token = bearerToken(request.headers)
  if (token === null) return refuse('unauthorized', 'Sign in first.')
  const body = await readBody(request, ...bodyOf(call.value))
  if (!body.ok) return body

  const database = openDatabase(settings, token)
  const userId = await identifyCaller(database, token)
  if (!userId.ok) return userId
  const caller = { database, userId: userId.value, token, requestId: about.requestId }
  if (call.value.route !== 'list') return await callSession(settings, caller, call.value, body.value)
  const list = await listSessions(settings, caller, call.value.organizationId)
  return list.ok ? { ok: true, value: { value: list.value } } : list
}

/** What a call takes, and what its path says of that already: a pairing code is for the phone that names the session, unless told. */
function bodyOf(call: Call): [schema: ZodMiniType | null, known: Record<string, string>] {
  if (call.route === 'list') return [null, {}]
  const phone = call.route === 'pairingCode' && 'phone' in call.target ? call.target.phone : null
  return [OPERATIONS[call.route].body, phone === null ? {} : { phoneNumber: phone }]
}

/** What was thrown and where, without its message and its fields: those may hold what the caller sent. */
function placesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [typeof error]
  const { name, message, stack = '' } = error
  const behind = message === '' ? stack : stack.slice(stack.lastIndexOf(message) + message.length)
  return [name, ...behind.split('\n').filter((line) => /^\s+at \S/.test(line))].slice(0, 8)
}

import type { ZodMiniType } from 'zod/mini'
import { OPERATIONS } from '#domain/api.ts'
import type { Result } from '#domain/errors.ts'
import { type Answer, refuse, respond } from './answer.ts'
import { apiDocument, asksForDocument } from './api-document.ts'
import { readBody } from './body.ts'
import { bearerToken, identifyCaller } from './caller.ts'
import { answerPreflight, withCors } from './cors.ts'
import { openDatabase } from './database.ts'
import { listSessions } from './list.ts'
import { type Call, parseCall, styleOf } from './route.ts'
import { callSession } from './session-call.ts'
import type { Settings } from './settings.ts'

/** The function: parse, decide as the caller, tell the worker, answer in the caller's own shape. */
export function createHandler(settings: Settings): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method === 'OPTIONS') return answerPreflight(request, settings.allowedOrigins)
    const url = URL.parse(request.url)
    const result = await handle(settings, request, url).catch((error: unknown) => {
      console.error('request failed', placesOf(error))
      return refuse('internal', 'Something unexpected went wrong.')
    })
    return withCors(respond(result, url ? styleOf(url.pathname) : 'native'), request, settings.allowedOrigins)
  }
}

async function handle(settings: Settings, request: Request, url: URL | null): Promise<Result<Answer>> {
  if (!url) return refuse('invalid_input', 'The host is not valid.', { field: 'host' })
  if (asksForDocument(url)) return await apiDocument(request.method)
  const call = parseCall(request.method, url)
  if (!call.ok) return call
  const token = bearerToken(request.headers)
  if (token === null) return refuse('unauthorized', 'Sign in first.')
  const body = await readBody(request, ...bodyOf(call.value))
  if (!body.ok) return body

  const database = openDatabase(settings, token)
  const userId = await identifyCaller(database, token)
  if (!userId.ok) return userId
  const caller = { database, userId: userId.value, token }
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

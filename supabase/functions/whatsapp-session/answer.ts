import { ERROR_STATUS, errorBody, type ErrorCode, type Result } from '#domain/errors.ts'
import type { PortalRefusal } from '#domain/portal.ts'

/** Whose names a call uses, and in whose shape it is answered. */
export type Style = 'native' | 'portal'

/** Something that was expected to go wrong, as `Result` names it. `because`: for the log, and for nobody else. */
export type Refusal = Extract<Result<never>, { ok: false }> & { because?: string }

/** What a call comes to, before it has a shape. `message` is for the Portal's users. */
export type Answer = { value: object; message?: string } | { events: ReadableStream<Uint8Array> }

/** Builds a refusal. `message` is a sentence for people. */
export function refuse(code: ErrorCode, message: string, detail?: Record<string, unknown>): Refusal {
  return detail ? { ok: false, code, message, detail } : { ok: false, code, message }
}

/** Answers of this function concern one caller at one moment, so nobody may keep them. */
const ALWAYS = {
  'cache-control': 'no-store',
  // For programs: no browser is to show them or run anything in them. Which pages may read them is said in `cors.ts`.
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
}

/** Gives an answer or a refusal the shape that its caller knows, with the same status in either. */
export function respond(result: Result<Answer>, style: Style): Response {
  if (!result.ok) return respondRefusal(result, style)
  if ('events' in result.value) return respondEvents(result.value.events)
  const { value, message } = result.value
  // The Portal's own fields last: nothing that a worker says may pass for them.
  return respondJson(style === 'native' ? value : { ...value, ...(message && { message }), success: true }, 200)
}

function respondRefusal({ code, message, detail }: Refusal, style: Style): Response {
  const body = style === 'native' ? errorBody(code, message, detail) : portalRefusal(code, message, detail)
  const { allow, retryAfterSeconds } = detail ?? {}
  return respondJson(body, ERROR_STATUS[code], {
    ...(code === 'method_not_allowed' && typeof allow === 'string' && { allow }),
    ...(code === 'rate_limited' && typeof retryAfterSeconds === 'number' && { 'retry-after': String(retryAfterSeconds) }),
  })
}

function portalRefusal(code: ErrorCode, message: string, detail?: Record<string, unknown>): PortalRefusal {
  return { success: false, error: message, code, ...(detail && { detail }) }
}

function respondJson(body: object, status: number, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { ...ALWAYS, 'content-type': 'application/json', ...headers } })
}

/** Server-sent events; the last header asks proxies not to collect them. */
function respondEvents(stream: ReadableStream<Uint8Array>): Response {
  return new Response(stream, {
    headers: { ...ALWAYS, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' },
  })
}

import { ERROR_STATUS, errorBody, type ErrorCode, type Result } from '#domain/errors.ts'

/** Something that was expected to go wrong, as `Result` names it. */
export type Refusal = Extract<Result<never>, { ok: false }>

/** Builds a refusal. `message` is a sentence for people. */
export function refuse(code: ErrorCode, message: string, detail?: Record<string, unknown>): Refusal {
  return detail ? { ok: false, code, message, detail } : { ok: false, code, message }
}

/** Answers of this function concern one caller at one moment, so nobody may keep them. */
const ALWAYS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

/** An answer of JSON that is serialised already. */
export function answerJson(json: string, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(json, { status, headers: { ...ALWAYS, 'content-type': 'application/json', ...headers } })
}

/** The answer to something refused: `ErrorBody` with the status of its code. */
export function answerRefusal(refusal: Refusal): Response {
  const body = errorBody(refusal.code, refusal.message, refusal.detail)
  const allow = refusal.code === 'method_not_allowed' ? refusal.detail?.['allow'] : undefined
  return answerJson(JSON.stringify(body), ERROR_STATUS[refusal.code], typeof allow === 'string' ? { allow } : {})
}

/** An answer of server-sent events; the last header asks proxies not to collect it. */
export function answerEvents(stream: ReadableStream<Uint8Array>): Response {
  return new Response(stream, {
    headers: { ...ALWAYS, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' },
  })
}

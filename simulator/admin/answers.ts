import type { ServerResponse } from 'node:http'
import type * as z from 'zod'

/** An answer of the admin API. */
export type Answer = { status: number; body: unknown; headers?: Record<string, string> }

/** It worked. */
export function ok(body: unknown = { ok: true }, status = 200): Answer {
  return { status, body }
}

/** It did not; `field` names the part of the request that is wrong. The shape is the one of `domain/errors.ts`, the codes are wider. */
export function problem(status: number, code: string, message: string, field?: string): Answer {
  return { status, body: { error: { code, message, ...(field === undefined ? {} : { detail: { field } }) } } }
}

/** A request that does not fit its schema, by the first thing that is wrong. */
export function invalid(error: z.ZodError, within?: string): Answer {
  const issue = error.issues[0]
  const path = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.')
  return problem(400, 'invalid_input', issue?.message ?? 'The request is malformed.', within ?? (path || 'body'))
}

export function send(response: ServerResponse, { status, body, headers }: Answer): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.end(text)
}

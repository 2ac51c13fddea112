import * as z from 'zod/mini'

/**
 * Every error code of the product with its HTTP status: edge function and worker answer with these and no others.
 * What a caller cannot see is `not_found`, never `forbidden`: existence does not leak.
 */
export const ERROR_STATUS = {
  invalid_input: 400,
  unauthorized: 401,
  invalid_command: 401,
  clock_skew: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  already_connected: 409,
  not_linked: 409,
  not_connected: 409,
  session_online: 409,
  order_missing: 409,
  ambiguous_phone_number: 409,
  link_ended: 409,
  limit_reached: 409,
  already_member: 409,
  worker_online: 409,
  not_holder: 409,
  payload_too_large: 413,
  rate_limited: 429,
  internal: 500,
  worker_offline: 503,
  whatsapp_unavailable: 503,
  database_unavailable: 503,
  not_ready: 503,
  storage_failed: 507,
  timeout: 504,
} as const satisfies Record<string, number>

export type ErrorCode = keyof typeof ERROR_STATUS
export const ERROR_CODES = Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]]

/** The body of every error answer. `detail.field` names the field that was wrong, `detail.queued` says that the order is stored. */
export const ErrorBody = z.object({
  error: z.object({
    code: z.enum(ERROR_CODES),
    message: z.string(),
    detail: z.optional(z.record(z.string(), z.unknown())),
  }),
})
export type ErrorBody = z.infer<typeof ErrorBody>

/** Builds an error body; the caller sends it with `ERROR_STATUS[code]`. */
export function errorBody(code: ErrorCode, message: string, detail?: Record<string, unknown>): ErrorBody {
  return { error: detail ? { code, message, detail } : { code, message } }
}

/** What can be expected to go wrong is returned, not thrown. */
export type Result<T> = { ok: true; value: T } | { ok: false; code: ErrorCode; message: string; detail?: Record<string, unknown> }

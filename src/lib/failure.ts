import { ERROR_CODES, ErrorBody, type ErrorCode } from '#domain/errors.ts'
import { REQUEST_ID_HEADER, readRequestId } from '#domain/request-id.ts'
import type { AuthError } from '@supabase/auth-js'

/** The codes of the product, and what only the browser can notice. Each is worded in `src/words`. */
export type FailureCode = ErrorCode | 'unreachable' | 'wrong_credentials' | 'email_not_confirmed' | 'unexpected_answer'

type FailureDetail = { queued?: boolean; field?: string | null; reference?: string | null }

/** Anything that did not work, as one shape: all foreign errors become this at the border. */
export class Failure extends Error {
  override name = 'Failure'
  readonly code: FailureCode
  /** What is wanted is stored and will be carried out later. */
  readonly queued: boolean
  /** The field of the request that was not accepted, where one is named. */
  readonly field: string | null
  /** By which the call is found in the logs, where they tell more than people were told. */
  readonly reference: string | null

  constructor(code: FailureCode, message: string, { queued = false, field = null, reference = null }: FailureDetail = {}) {
    super(message)
    this.code = code
    this.queued = queued
    this.field = field
    this.reference = reference
  }
}

/** Whatever was thrown, as a `Failure`. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  return new Failure('unexpected_answer', error instanceof Error ? error.message : String(error))
}

/** What PostgREST answers: `message` holds a code where our own SQL raised it. */
type DatabaseError = { message: string; code?: string }

const CODE_BY_SQLSTATE: Record<string, ErrorCode> = {
  '42501': 'forbidden',
  '22P02': 'invalid_input',
  '23514': 'invalid_input',
  '22001': 'payload_too_large',
  PGRST116: 'not_found',
  PGRST301: 'unauthorized',
  PGRST303: 'unauthorized',
}

const CODE_BY_HTTP_STATUS: Record<number, ErrorCode> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  413: 'payload_too_large',
  429: 'rate_limited',
  502: 'database_unavailable',
  503: 'database_unavailable',
  504: 'timeout',
}

/** A PostgREST error with its HTTP status (0 when nothing answered). */
export function databaseFailure(error: DatabaseError, status: number): Failure {
  if (isErrorCode(error.message)) return new Failure(error.message, error.message)
  if (status === 0) return new Failure('unreachable', error.message)
  return new Failure(CODE_BY_SQLSTATE[error.code ?? ''] ?? CODE_BY_HTTP_STATUS[status] ?? 'internal', error.message)
}

/** What the edge function refused, by the body of its answer. */
export async function functionFailure(response: Response): Promise<Failure> {
  const body = ErrorBody.safeParse(await jsonOf(response))
  const reference = referenceOf(response)
  if (!body.success) return new Failure(CODE_BY_HTTP_STATUS[response.status] ?? 'internal', `status ${response.status}`, { reference })
  const { code, message, detail } = body.data.error
  const field = detail?.['field']
  // What was refused for a reason that people were told needs no search in the logs.
  const isTrouble = response.status >= 500 || code === 'invalid_command' || code === 'clock_skew'
  return new Failure(code, message, {
    queued: detail?.['queued'] === true,
    field: typeof field === 'string' ? field : null,
    reference: isTrouble ? reference : null,
  })
}

/** What the edge function calls the call that it answered. */
export function referenceOf(response: Response): string | null {
  return readRequestId(response.headers.get(REQUEST_ID_HEADER))
}

/** What Auth answers to a sign-in. */
export function authFailure(error: AuthError): Failure {
  if (error.code === 'email_not_confirmed') return new Failure('email_not_confirmed', error.message)
  if (error.status === 429) return new Failure('rate_limited', error.message)
  if (error.status === 400 || error.status === 401 || error.status === 403 || error.status === 422)
    return new Failure('wrong_credentials', error.message)
  if (!error.status) return new Failure('unreachable', error.message)
  return new Failure('internal', error.message)
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return null
  }
}

function isErrorCode(text: string): text is ErrorCode {
  return (ERROR_CODES as string[]).includes(text)
}

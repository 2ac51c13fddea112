import type { ErrorCode } from '#domain/errors.ts'

/** An expected error on its way to the caller. */
export class Refusal extends Error {
  readonly code: ErrorCode
  readonly detail: Record<string, unknown> | undefined
  constructor(code: ErrorCode, message: string, detail?: Record<string, unknown>) {
    super(message)
    this.code = code
    this.detail = detail
  }
}

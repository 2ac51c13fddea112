import type * as z from 'zod'
import { SCAN_PROBLEMS } from '../server/linking.ts'
import type { ScanProblem, ScanResult } from '../server/linking.ts'
import { invalid, ok, problem } from './answers.ts'
import type { Answer } from './answers.ts'

/** One call of the admin API: `parts` are the path's variables, decoded; `body` is JSON that was not looked at yet. */
export type Route = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  act: (parts: Record<string, string>, body: unknown) => Answer | Promise<Answer>
}

const SCAN_STATUS: Record<ScanProblem, number> = {
  malformed_qr: 400,
  unknown_phone: 404,
  unknown_ref: 404,
  expired_ref: 410,
  wrong_keys: 409,
  unseen_qr: 409,
  already_scanned: 409,
  no_answer: 409,
  forged_signature: 409,
  passkey_required: 409,
  too_many_devices: 409,
  malformed_code: 400,
  no_code_asked: 404,
  expired_code: 410,
  wrong_code: 409,
}

/** Acts on a value that fits its schema, else says what is wrong with it; `field` names the part of the path that it stands in. */
export function checked<T>(
  schema: z.ZodType<T>,
  value: unknown,
  act: (value: T) => Answer | Promise<Answer>,
  field?: string,
): Answer | Promise<Answer> {
  const parsed = schema.safeParse(value)
  return parsed.success ? act(parsed.data) : invalid(parsed.error, field)
}

/** What a scan or a typed code came to. */
export function scanned(result: ScanResult): Answer {
  return result.ok ? ok({ jid: result.jid }) : problem(SCAN_STATUS[result.code], result.code, SCAN_PROBLEMS[result.code])
}

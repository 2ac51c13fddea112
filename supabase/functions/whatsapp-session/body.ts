import * as z from 'zod/mini'
import type { Result } from '#domain/errors.ts'
import { MAX_BODY_BYTES } from '#domain/routes.ts'
import { refuse } from './answer.ts'
import { startTimeLimit } from './in-time.ts'
import { parseJson } from './json.ts'
import { readUpTo } from './read-up-to.ts'

/** Whoever takes longer than this to send a body does not mean to, milliseconds. */
const BODY_MS = 5000

const JsonObject = z.record(z.string(), z.unknown())

/**
 * Reads a request's body as `schema`, none at all counting as an empty one; a route without a schema takes any and heeds none. `known`:
 * fields that the path says already. What is too large is not read to its end, announced or not, nor is what drips.
 */
export async function readBody(request: Request, schema: z.ZodMiniType | null, known: Record<string, string>): Promise<Result<unknown>> {
  const tooLarge = refuse('payload_too_large', `A body may have ${MAX_BODY_BYTES} bytes.`)
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) return tooLarge
  const { inTime, stop } = startTimeLimit(BODY_MS, 'caller')
  const text = await inTime(readUpTo(request.body, MAX_BODY_BYTES))
    .catch(() => undefined)
    .finally(stop)
  if (text === undefined) return refuse('invalid_input', 'body: it did not come in time.', { field: 'body' })
  if (text === null) return tooLarge
  if (schema === null) return { ok: true, value: null }
  const fields = JsonObject.safeParse(text.trim() === '' ? {} : parseJson(text))
  if (!fields.success) return refuse('invalid_input', 'body: not a JSON object.', { field: 'body' })
  const parsed = schema.safeParse({ ...known, ...fields.data })
  if (parsed.success) return { ok: true, value: parsed.data }
  const [issue] = parsed.error.issues
  const field = issue?.path.join('.') || 'body'
  return refuse('invalid_input', `${field}: ${issue?.message ?? 'not valid'}.`, { field })
}

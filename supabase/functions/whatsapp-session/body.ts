import * as z from 'zod/mini'
import type { Result } from '#domain/errors.ts'
import { MAX_BODY_BYTES } from '#domain/routes.ts'
import { refuse } from './answer.ts'
import { parseJson } from './json.ts'

const CallBody = z.object({ orderId: z.optional(z.uuid()) })
export type CallBody = z.infer<typeof CallBody>

/** Reads a request's body, none at all included. What is too large is not read to its end, announced or not. */
export async function readCallBody(request: Request): Promise<Result<CallBody>> {
  const tooLarge = refuse('payload_too_large', `A body may have ${MAX_BODY_BYTES} bytes.`)
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) return tooLarge
  const text = await readUpTo(request.body, MAX_BODY_BYTES)
  if (text === null) return tooLarge
  if (text.trim() === '') return { ok: true, value: {} }
  const parsed = CallBody.safeParse(parseJson(text))
  if (parsed.success) return { ok: true, value: parsed.data }
  const field = parsed.error.issues[0]?.path.join('.') || 'body'
  return refuse('invalid_input', field === 'body' ? 'The body is not a JSON object.' : `"${field}" is not valid.`, { field })
}

async function readUpTo(body: ReadableStream<Uint8Array> | null, limit: number): Promise<string | null> {
  if (!body) return ''
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > limit) return null
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

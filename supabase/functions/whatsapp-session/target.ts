import type { Result } from '#domain/errors.ts'
import { readPhoneNumber } from '#domain/phone-number.ts'
import { SessionId } from '#domain/session.ts'
import { refuse, type Style } from './answer.ts'

/** How a call names its session: by its id, or by the phone number that is linked to it, as E.164. */
export type Target = { id: string } | { phone: string }

/** Digits and what people write between them: anything else in a path is no phone number, whatever a reader could make of it. */
const PHONE_LIKE = /^[+\d ().-]+$/

/** Reads a session id in any case of its letters, or a phone number. */
export function readTarget(text: string, style: Style): Result<Target> {
  if (style === 'portal' && text.trim() === '') return refuse('invalid_input', 'phoneNumber is required', { field: 'phoneNumber' })
  const id = SessionId.safeParse(text.toLowerCase())
  if (id.success) return { ok: true, value: { id: id.data } }
  const phone = PHONE_LIKE.test(text) ? readPhoneNumber(text) : null
  if (phone !== null) return { ok: true, value: { phone } }
  const field = style === 'portal' ? 'phoneNumber' : 'session'
  return refuse('invalid_input', `${field}: neither the id of a session nor a phone number in international form.`, { field })
}

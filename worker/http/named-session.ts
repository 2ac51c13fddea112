import type { SessionView } from '#domain/observation.ts'
import { readPhoneNumber, sameNumbers } from '#domain/phone-number.ts'
import { SessionId } from '#domain/session.ts'
import { Refusal } from './refusal.ts'

/** How a path names its session: by its id (lower case), or by the phone number that is linked to it (E.164). */
export type NamedSession = { id: string } | { phoneNumber: string }

/** Reads the session in a path. Judged before the command: its form tells nothing about what exists. */
export function readNamedSession(text: string): NamedSession {
  if (SessionId.safeParse(text).success) return { id: text.toLowerCase() }
  const phoneNumber = readPhoneNumber(text)
  if (phoneNumber !== null) return { phoneNumber }
  throw new Refusal('invalid_input', 'session: neither a session id nor a phone number.', { field: 'session' })
}

/** The one of an organisation's sessions that a phone number means: the number that is linked now, or the one that its row says. */
export function sessionOfNumber(phoneNumber: string, views: readonly SessionView[]): string {
  const wanted = new Set(sameNumbers(phoneNumber))
  const ids = views.flatMap((view) => (view.phoneNumber !== null && wanted.has(view.phoneNumber) ? [view.sessionId] : []))
  const [id] = ids
  if (id === undefined) throw new Refusal('not_found', 'There is no such session.')
  if (ids.length > 1) {
    throw new Refusal('ambiguous_phone_number', 'More than one session has this number: name it by its id.', { sessions: ids.toSorted() })
  }
  return id
}

import type { Result } from '#domain/errors.ts'
import { sameNumbers } from '#domain/phone-number.ts'
import type { SessionRoute } from '#domain/routes.ts'
import { refuse } from './answer.ts'
import { anyOf, databaseRefusal } from './database.ts'
import { latestOrderOf, type StoredOrder } from './order.ts'
import { type Caller, SEEN_COLUMNS, seeSession, type SeenSession, SeenSessions } from './rights.ts'
import type { SessionCall } from './route.ts'

/** The session that a call means. `settled`: the order that has done already what a clear of it would do. */
export type Subject = { sessionId: string; settled: StoredOrder | null }

const notFound = () => refuse('not_found', 'There is no such session.')
const subject = (sessionId: string, settled: StoredOrder | null = null): Result<Subject> => ({ ok: true, value: { sessionId, settled } })

/** Finds the session that a call names. One that the caller cannot see is `not_found`, as one that is not there. */
export async function findSubject(caller: Caller, { route, target, organizationId }: SessionCall): Promise<Result<Subject>> {
  if ('id' in target) return organizationId === null ? subject(target.id) : ofOrganization(caller, target.id, organizationId)
  const numbers = sameNumbers(target.phone)
  const sessions = await sessionsOf(caller, numbers, organizationId)
  if (!sessions.ok) return sessions
  const [one, ...others] = sessions.value
  if (others.length > 0) {
    const ids = sessions.value.map(({ id }) => id)
    return refuse('ambiguous_phone_number', 'More than one session has this number: name it by its id.', { sessions: ids })
  }
  return one ? subject(one.id) : forgotten(caller, route, numbers, organizationId)
}

/** More sessions than this with one number are not all told, they are too many anyhow. */
const MAX_TOLD = 20

async function sessionsOf({ database }: Caller, numbers: readonly string[], organizationId: string | null): Promise<Result<SeenSession[]>> {
  const asked = database.from('whatsapp_sessions').select(SEEN_COLUMNS).filter('phone_number', 'in', anyOf(numbers))
  const { data, error, status } = await (organizationId === null ? asked : asked.eq('organization_id', organizationId))
    .order('id')
    .limit(MAX_TOLD)
  return error ? databaseRefusal(error, status) : { ok: true, value: SeenSessions.parse(data) }
}

/** Whether a session is of another organisation than the caller said. One that is gone is judged by its order, later. */
async function ofOrganization(caller: Caller, sessionId: string, organizationId: string): Promise<Result<Subject>> {
  const seen = await seeSession(caller, sessionId)
  if (!seen.ok && seen.code !== 'not_found') return seen
  return seen.ok && seen.value.organizationId !== organizationId ? notFound() : subject(sessionId)
}

/**
 * A number that no row bears: it was forgotten by a clear, and the order of that knows whose it was. While that session has no other
 * number it is still the one that is meant, so that one can be reset and linked anew under its old name, and a delete can be repeated.
 */
async function forgotten(
  caller: Caller,
  route: SessionRoute,
  numbers: readonly string[],
  organizationId: string | null,
): Promise<Result<Subject>> {
  const found = await latestOrderOf(caller.database, numbers, organizationId)
  if (!found.ok) return found.code === 'not_found' ? notFound() : found
  const order = found.value
  const seen = await seeSession(caller, order.sessionId)
  if (!seen.ok) return seen.code === 'not_found' ? subject(order.sessionId) : seen
  const { status, phoneNumber } = seen.value
  const erases = route === 'clear' || route === 'delete'
  if (phoneNumber !== null) return erases ? subject(order.sessionId, order) : notFound()
  return subject(order.sessionId, route === 'clear' && status === 'disconnected' ? order : null)
}

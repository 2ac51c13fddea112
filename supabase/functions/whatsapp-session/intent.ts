import * as z from 'zod/mini'
import { ClearRequest, OPERATIONS } from '#domain/api.ts'
import type { Result } from '#domain/errors.ts'
import type { SessionRoute } from '#domain/routes.ts'
import { IS_LINKED, OrganizationId } from '#domain/session.ts'
import { refuse } from './answer.ts'
import { databaseRefusal } from './database.ts'
import { findOrder, latestOrder, type StoredOrder } from './order.ts'
import { type Caller, manageSession, seeSession } from './rights.ts'
import type { Subject } from './subject.ts'

/** What is stored by now, as the caller, and lets the worker be told. Without an order there is nothing to erase. */
export type Intent = { organizationId: string; order: StoredOrder | null }

/** `organizationId`: what the caller narrowed to. */
type Ask = Subject & { caller: Caller; organizationId: string | null; body: unknown }

/** What is to be stored for a route; the others only look. */
const STORE: Partial<Record<SessionRoute, (ask: Ask) => Promise<Result<Intent>>>> = {
  start: (ask) => changeSession(ask, 'start_session'),
  stop: (ask) => changeSession(ask, 'stop_session'),
  pairingCode: requestLink,
  clear: clearSession,
  delete: deleteSession,
}

/** Makes sure that what the caller wants is stored, before anybody is told. Row level security decides whether they may. */
export async function storeIntent(route: SessionRoute, ask: Ask): Promise<Result<Intent>> {
  const store = STORE[route]
  if (store) return await store(ask)
  const look = OPERATIONS[route].roles === 'admins' ? manageSession : seeSession
  return withoutOrder(await look(ask.caller, ask.sessionId))
}

const ChangedSession = z.object({ organization_id: OrganizationId })

async function changeSession({ caller, sessionId }: Ask, change: 'start_session' | 'stop_session'): Promise<Result<Intent>> {
  const { data, error, status } = await caller.database.rpc(change, { session_id: sessionId })
  if (error) return databaseRefusal(error, status)
  return { ok: true, value: { organizationId: ChangedSession.parse(data).organization_id, order: null } }
}

/**
 * A pairing code needs a link under way. Asking for one is stored each time: the worker begins one where there is none, and goes on with
 * the one that there is. A linked session is left as it is, a stopped one offline; the worker says that it is linked.
 */
async function requestLink(ask: Ask): Promise<Result<Intent>> {
  const seen = await manageSession(ask.caller, ask.sessionId)
  if (!seen.ok || IS_LINKED[seen.value.status]) return withoutOrder(seen)
  return await changeSession(ask, 'start_session')
}

async function clearSession(ask: Ask): Promise<Result<Intent>> {
  const { database } = ask.caller
  const { orderId } = ClearRequest.parse(ask.body)
  if (orderId) return await withOrder(ask, findOrder(database, ask.sessionId, orderId))
  if (ask.settled) return await withOrder(ask, Promise.resolve({ ok: true, value: ask.settled }))
  const { data, error, status } = await database.rpc('reset_session', { session_id: ask.sessionId })
  if (!error) return await withOrder(ask, findOrder(database, ask.sessionId, z.uuid().parse(data)))
  const refusal = databaseRefusal(error, status)
  return refusal.code === 'not_found' ? await withOrder(ask, latestOrder(database, ask.sessionId)) : refusal
}

/** A delete that policies refuse looks like one of a row that is not there: no rows, no error. So look again. */
async function deleteSession(ask: Ask): Promise<Result<Intent>> {
  const { database } = ask.caller
  if (ask.settled) return await withOrder(ask, Promise.resolve({ ok: true, value: ask.settled }))
  const { data, error, status } = await database.from('whatsapp_sessions').delete().eq('id', ask.sessionId).select('id')
  if (error) return databaseRefusal(error, status)
  if (data.length === 0) {
    const seen = await manageSession(ask.caller, ask.sessionId)
    if (seen.ok) return refuse('session_online', 'This device is online. Reset it, or stop it first.')
    if (seen.code !== 'not_found') return seen
  }
  return await withOrder(ask, latestOrder(database, ask.sessionId))
}

function withoutOrder(seen: Result<{ organizationId: string }>): Result<Intent> {
  return seen.ok ? { ok: true, value: { organizationId: seen.value.organizationId, order: null } } : seen
}

async function withOrder({ organizationId }: Ask, found: Promise<Result<StoredOrder>>): Promise<Result<Intent>> {
  const order = await found
  if (!order.ok) return order
  if (organizationId !== null && order.value.organizationId !== organizationId) return refuse('not_found', 'There is no such session.')
  return { ok: true, value: { organizationId: order.value.organizationId, order: order.value } }
}

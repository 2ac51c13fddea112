import type { SupabaseClient } from '@supabase/supabase-js'
import * as z from 'zod/mini'
import type { Result } from '#domain/errors.ts'
import type { SessionRoute } from '#domain/routes.ts'
import { OrganizationId, SessionId } from '#domain/session.ts'
import { refuse } from './answer.ts'
import type { CallBody } from './body.ts'
import { databaseRefusal } from './database.ts'
import { findOrder, latestOrder, type StoredOrder } from './order.ts'

/** What is stored by now, as the caller, and lets the worker be told. Without an order there is nothing to erase. */
export type Intent = { organizationId: string; order: StoredOrder | null }

const SessionRow = z.object({ id: SessionId, organization_id: OrganizationId })
const Membership = z.object({ role: z.enum(['owner', 'admin', 'agent']) })
const notFound = () => refuse('not_found', 'There is no such session.')

type Ask = { database: SupabaseClient; userId: string; sessionId: string; body: CallBody }

const STORE = {
  start: (ask) => changeSession(ask, 'start_session'),
  stop: (ask) => changeSession(ask, 'stop_session'),
  status: (ask) => seeSession(ask),
  link: (ask) => manageSession(ask),
  qr: (ask) => manageSession(ask),
  clear: (ask) => (ask.body.orderId ? withOrder(findOrder(ask.database, ask.sessionId, ask.body.orderId)) : resetSession(ask)),
  delete: (ask) => deleteSession(ask),
} as const satisfies Record<SessionRoute, (ask: Ask) => Promise<Result<Intent>>>

/** Makes sure that what the caller wants is stored, before anybody is told. Row level security decides whether they may. */
export function storeIntent(route: SessionRoute, ask: Ask): Promise<Result<Intent>> {
  return STORE[route](ask)
}

async function changeSession({ database, sessionId }: Ask, change: 'start_session' | 'stop_session'): Promise<Result<Intent>> {
  const { data, error, status } = await database.rpc(change, { session_id: sessionId })
  if (error) return databaseRefusal(error, status)
  return { ok: true, value: { organizationId: SessionRow.parse(data).organization_id, order: null } }
}

async function seeSession({ database, sessionId }: Ask): Promise<Result<Intent>> {
  const { data, error, status } = await database.from('whatsapp_sessions').select('id, organization_id').eq('id', sessionId).maybeSingle()
  if (error) return databaseRefusal(error, status)
  return data === null ? notFound() : { ok: true, value: { organizationId: SessionRow.parse(data).organization_id, order: null } }
}

/** Whoever links a session gets hold of a WhatsApp account, so a QR is for those who manage sessions, not for all who see them. */
async function manageSession(ask: Ask): Promise<Result<Intent>> {
  const seen = await seeSession(ask)
  if (!seen.ok) return seen
  const { data, error, status } = await ask.database
    .from('organization_members')
    .select('role')
    .eq('organization_id', seen.value.organizationId)
    .eq('user_id', ask.userId)
    .maybeSingle()
  if (error) return databaseRefusal(error, status)
  if (data === null) return notFound()
  return Membership.parse(data).role === 'agent' ? refuse('forbidden', 'Only owners and admins manage devices.') : seen
}

async function resetSession({ database, sessionId }: Ask): Promise<Result<Intent>> {
  const { data, error, status } = await database.rpc('reset_session', { session_id: sessionId })
  if (!error) return withOrder(findOrder(database, sessionId, z.uuid().parse(data)))
  const refusal = databaseRefusal(error, status)
  return refusal.code === 'not_found' ? withOrder(latestOrder(database, sessionId)) : refusal
}

/** A delete that policies refuse looks like one of a row that is not there: no rows, no error. So look again. */
async function deleteSession(ask: Ask): Promise<Result<Intent>> {
  const { data, error, status } = await ask.database.from('whatsapp_sessions').delete().eq('id', ask.sessionId).select('id')
  if (error) return databaseRefusal(error, status)
  if (data.length === 0) {
    const seen = await manageSession(ask)
    if (seen.ok) return refuse('session_online', 'This device is online. Reset it, or stop it first.')
    if (seen.code !== 'not_found') return seen
  }
  return withOrder(latestOrder(ask.database, ask.sessionId))
}

async function withOrder(found: Promise<Result<StoredOrder>>): Promise<Result<Intent>> {
  const order = await found
  return order.ok ? { ok: true, value: { organizationId: order.value.organizationId, order: order.value } } : order
}

import type { SupabaseClient } from '@supabase/supabase-js'
import * as z from 'zod/mini'
import type { Result } from '#domain/errors.ts'
import { OrganizationId, SessionId } from '#domain/session.ts'
import { refuse } from './answer.ts'
import type { CallBody } from './body.ts'
import { databaseRefusal } from './database.ts'
import { findOrder, latestOrder, type StoredOrder } from './order.ts'
import type { Call } from './route.ts'

/** What is stored by now, as the caller, and lets the worker be told. Without an order there is nothing to erase. */
export type Intent = { organizationId: string; order: StoredOrder | null }

const SessionRow = z.object({ id: SessionId, organization_id: OrganizationId })
const Membership = z.object({ role: z.enum(['owner', 'admin', 'agent']) })
const notFound = () => refuse('not_found', 'There is no such session.')

/** Makes sure that what the caller wants is stored, before anybody is told. Row level security decides whether they may. */
export function storeIntent(database: SupabaseClient, userId: string, call: Call, body: CallBody): Promise<Result<Intent>> {
  switch (call.route) {
    case 'start':
      return changeSession(database, 'start_session', call.sessionId)
    case 'stop':
      return changeSession(database, 'stop_session', call.sessionId)
    case 'link':
    case 'qr':
      return seeSession(database, call.sessionId, userId)
    case 'status':
      return seeSession(database, call.sessionId)
    case 'clear':
      return body.orderId ? withOrder(findOrder(database, call.sessionId, body.orderId)) : resetSession(database, call.sessionId)
    case 'delete':
      return deleteSession(database, call.sessionId, userId)
  }
}

async function changeSession(
  database: SupabaseClient,
  change: 'start_session' | 'stop_session',
  sessionId: string,
): Promise<Result<Intent>> {
  const { data, error, status } = await database.rpc(change, { session_id: sessionId })
  if (error) return databaseRefusal(error, status)
  return { ok: true, value: { organizationId: SessionRow.parse(data).organization_id, order: null } }
}

/** Whoever links a session gets hold of a WhatsApp account, so a QR is for those who manage sessions: name `managerId` to demand that. */
async function seeSession(database: SupabaseClient, sessionId: string, managerId?: string): Promise<Result<Intent>> {
  const { data, error, status } = await database.from('whatsapp_sessions').select('id, organization_id').eq('id', sessionId).maybeSingle()
  if (error) return databaseRefusal(error, status)
  if (data === null) return notFound()
  const organizationId = SessionRow.parse(data).organization_id
  if (managerId !== undefined) {
    const role = await roleIn(database, organizationId, managerId)
    if (!role.ok) return role
    if (role.value === 'agent') return refuse('forbidden', 'Only owners and admins link devices.')
  }
  return { ok: true, value: { organizationId, order: null } }
}

async function roleIn(
  database: SupabaseClient,
  organizationId: string,
  userId: string,
): Promise<Result<z.infer<typeof Membership>['role']>> {
  const { data, error, status } = await database
    .from('organization_members')
    .select('role')
    .eq('organization_id', organizationId)
    .eq('user_id', userId)
    .maybeSingle()
  if (error) return databaseRefusal(error, status)
  return data === null ? notFound() : { ok: true, value: Membership.parse(data).role }
}

async function resetSession(database: SupabaseClient, sessionId: string): Promise<Result<Intent>> {
  const { data, error, status } = await database.rpc('reset_session', { session_id: sessionId })
  if (!error) return withOrder(findOrder(database, sessionId, z.uuid().parse(data)))
  const refusal = databaseRefusal(error, status)
  return refusal.code === 'not_found' ? withOrder(latestOrder(database, sessionId)) : refusal
}

/** A delete that policies refuse looks like one of a row that is not there: no rows, no error. So look again. */
async function deleteSession(database: SupabaseClient, sessionId: string, userId: string): Promise<Result<Intent>> {
  const { data, error, status } = await database.from('whatsapp_sessions').delete().eq('id', sessionId).select('id')
  if (error) return databaseRefusal(error, status)
  if (data.length === 0) {
    const seen = await seeSession(database, sessionId, userId)
    if (seen.ok) return refuse('session_online', 'This device is online. Reset it, or stop it first.')
    if (seen.code !== 'not_found') return seen
  }
  return withOrder(latestOrder(database, sessionId))
}

async function withOrder(found: Promise<Result<StoredOrder>>): Promise<Result<Intent>> {
  const order = await found
  return order.ok ? { ok: true, value: { organizationId: order.value.organizationId, order: order.value } } : order
}

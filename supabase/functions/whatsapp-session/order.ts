import type { SupabaseClient } from '@supabase/supabase-js'
import * as z from 'zod/mini'
import { Receipt } from '#domain/clearance.ts'
import type { Result } from '#domain/errors.ts'
import { OrganizationId, SessionId } from '#domain/session.ts'
import { refuse } from './answer.ts'
import { anyOf, databaseRefusal } from './database.ts'

/** An order to clear as the caller sees it. `receipt`, as it is stored, once the worker has carried it out. */
export type StoredOrder = { id: string; organizationId: string; sessionId: string; receipt: object | null }

const COLUMNS = 'id, organization_id, session_id, receipt'
const OrderRow = z.object({
  id: z.uuid(),
  organization_id: OrganizationId,
  session_id: SessionId,
  // Checked, but handed on as it is stored: its digest is of all that it holds.
  receipt: z.nullable(z.custom<object>((value) => Receipt.safeParse(value).success)),
})

/** One order of a session. */
export async function findOrder(database: SupabaseClient, sessionId: string, orderId: string): Promise<Result<StoredOrder>> {
  const { data, error, status } = await database
    .from('whatsapp_clearances')
    .select(COLUMNS)
    .eq('id', orderId)
    .eq('session_id', sessionId)
    .maybeSingle()
  return error ? databaseRefusal(error, status) : orderOrNotFound(data)
}

/** The newest order of a session: what there is to tell of one whose row is gone. */
export async function latestOrder(database: SupabaseClient, sessionId: string): Promise<Result<StoredOrder>> {
  const { data, error, status } = await database
    .from('whatsapp_clearances')
    .select(COLUMNS)
    .eq('session_id', sessionId)
    .order('max_generation', { ascending: false })
    .order('requested_at', { ascending: false })
    .limit(1)
    .maybeSingle()
  return error ? databaseRefusal(error, status) : orderOrNotFound(data)
}

/** The newest order that took one of these phone numbers away: what there is to tell of a number that no row bears any more. */
export async function latestOrderOf(
  database: SupabaseClient,
  phoneNumbers: readonly string[],
  organizationId: string | null,
): Promise<Result<StoredOrder>> {
  const asked = database.from('whatsapp_clearances').select(COLUMNS).filter('phone_number', 'in', anyOf(phoneNumbers))
  const { data, error, status } = await (organizationId === null ? asked : asked.eq('organization_id', organizationId))
    .order('requested_at', { ascending: false })
    .order('max_generation', { ascending: false })
    .limit(1)
    .maybeSingle()
  return error ? databaseRefusal(error, status) : orderOrNotFound(data)
}

function orderOrNotFound(data: unknown): Result<StoredOrder> {
  if (data === null) return refuse('not_found', 'There is no such session, and no order to clear one.')
  const row = OrderRow.parse(data)
  return { ok: true, value: { id: row.id, organizationId: row.organization_id, sessionId: row.session_id, receipt: row.receipt } }
}

import type { SupabaseClient } from '@supabase/supabase-js'
import * as z from 'zod/mini'
import type { Result } from '#domain/errors.ts'
import { OrganizationId, SESSION_STATES, SessionId } from '#domain/session.ts'
import { refuse } from './answer.ts'
import { databaseRefusal } from './database.ts'

/** The database as one caller sees it, who that is, and what their call is called. */
export type Caller = { database: SupabaseClient; userId: string; token: string; requestId: string }

const SeenSession = z.pipe(
  z.object({ id: SessionId, organization_id: OrganizationId, status: z.enum(SESSION_STATES), phone_number: z.nullable(z.string()) }),
  z.transform((row) => ({ id: row.id, organizationId: row.organization_id, status: row.status, phoneNumber: row.phone_number })),
)
export type SeenSession = z.infer<typeof SeenSession>
export const SEEN_COLUMNS = 'id, organization_id, status, phone_number'
/** Reads rows of `SEEN_COLUMNS`. */
export const SeenSessions = z.array(SeenSession)

const Membership = z.object({ role: z.enum(['owner', 'admin', 'agent']) })
const notFound = () => refuse('not_found', 'There is no such session.')

/** A session as the caller sees it; row level security decides whether they do. */
export async function seeSession({ database }: Caller, sessionId: string): Promise<Result<SeenSession>> {
  const { data, error, status } = await database.from('whatsapp_sessions').select(SEEN_COLUMNS).eq('id', sessionId).maybeSingle()
  if (error) return databaseRefusal(error, status)
  return data === null ? notFound() : { ok: true, value: SeenSession.parse(data) }
}

/** As `seeSession`, for those who manage sessions: whoever links one gets hold of a WhatsApp account. */
export async function manageSession(caller: Caller, sessionId: string): Promise<Result<SeenSession>> {
  const seen = await seeSession(caller, sessionId)
  if (!seen.ok) return seen
  const { data, error, status } = await caller.database
    .from('organization_members')
    .select('role')
    .eq('organization_id', seen.value.organizationId)
    .eq('user_id', caller.userId)
    .maybeSingle()
  if (error) return databaseRefusal(error, status)
  if (data === null) return notFound()
  return Membership.parse(data).role === 'agent' ? refuse('forbidden', 'Only owners and admins manage devices.') : seen
}

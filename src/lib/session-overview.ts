import { StatusReason } from '#domain/reasons.ts'
import { EFFECTIVE_STATES, OrganizationId, SESSION_STATES, SessionId, Timestamp } from '#domain/session.ts'
import * as z from 'zod/mini'

/** The columns of `whatsapp_session_overview` that the page reads. */
export const OVERVIEW_COLUMNS =
  'id, organization_id, display_name, phone_number, status, effective_status, clearing, status_reason, linked_at, last_active_at, created_at, updated_at'

/** One session as the page sees it. Times are ISO 8601. */
export const SessionOverview = z.object({
  id: SessionId,
  organization_id: OrganizationId,
  display_name: z.nullable(z.string()),
  phone_number: z.nullable(z.string()),
  status: z.enum(SESSION_STATES),
  effective_status: z.enum(EFFECTIVE_STATES),
  clearing: z.boolean(),
  status_reason: z.nullable(StatusReason),
  linked_at: z.nullable(Timestamp),
  last_active_at: z.nullable(Timestamp),
  created_at: Timestamp,
  updated_at: Timestamp,
})
export type SessionOverview = z.infer<typeof SessionOverview>

/** Of `usePhoneLabel`. */
export type PhoneLabel = (phoneNumber: string | null) => string

/** What a session is called: its number, else its name, else the beginning of its id. */
export function sessionLabel(session: Pick<SessionOverview, 'phone_number' | 'display_name' | 'id'>, phone: PhoneLabel): string {
  return phone(session.phone_number) || session.display_name || shortId(session.id)
}

/** The beginning of an id, where there is no better name. */
export function shortId(id: string): string {
  return `${id.slice(0, 20)}…`
}

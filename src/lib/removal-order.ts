import { Receipt, ClearReason } from '#domain/clearance.ts'
import { SessionId, Timestamp } from '#domain/session.ts'
import * as z from 'zod/mini'
import { type PhoneLabel, shortId } from './session-overview.ts'

/** The columns of `whatsapp_clearances` that the page reads. */
export const ORDER_COLUMNS = 'id, session_id, label, phone_number, reason, requested_at, attempts, completed_at, receipt'

/** One order to clear, as owners and admins may read it. */
export const RemovalOrder = z.object({
  id: z.uuid(),
  session_id: SessionId,
  label: z.nullable(z.string()),
  phone_number: z.nullable(z.string()),
  reason: ClearReason,
  requested_at: Timestamp,
  attempts: z.int(),
  completed_at: z.nullable(Timestamp),
  receipt: z.nullable(Receipt),
})
export type RemovalOrder = z.infer<typeof RemovalOrder>

/** What an order's session was called. */
export function orderLabel(order: Pick<RemovalOrder, 'phone_number' | 'label' | 'session_id'>, phone: PhoneLabel): string {
  return phone(order.phone_number) || order.label || shortId(order.session_id)
}

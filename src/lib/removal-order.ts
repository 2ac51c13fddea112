import { ClearReason, Receipt } from '#domain/clearance.ts'
import { SessionId, Timestamp } from '#domain/session.ts'
import * as z from 'zod/mini'
import { type PhoneLabel, shortId } from './session-overview.ts'

/** The columns of `whatsapp_clearances` that the page reads. */
export const ORDER_COLUMNS = 'id, session_id, label, phone_number, reason, requested_at, attempts, last_error, completed_at, receipt'

/** One order to clear, as owners and admins may read it. */
export const RemovalOrder = z.object({
  id: z.uuid(),
  session_id: SessionId,
  label: z.nullable(z.string()),
  phone_number: z.nullable(z.string()),
  reason: ClearReason,
  requested_at: Timestamp,
  attempts: z.int(),
  last_error: z.nullable(z.string()),
  completed_at: z.nullable(Timestamp),
  receipt: z.nullable(Receipt),
})
export type RemovalOrder = z.infer<typeof RemovalOrder>

/** The columns of `whatsapp_clearance_overview` that the page reads. */
export const RECORD_COLUMNS = `${ORDER_COLUMNS}, requested_by, requested_by_email, outcome` as const

/** How a removal went. `gone_here`: WhatsApp did not confirm the unlink, which is to be done on the phone. */
export const OUTCOMES = ['open', 'gone', 'gone_here'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** An order with who asked for it: nobody, where the worker did. */
export const RemovalRecord = z.object({
  ...RemovalOrder.shape,
  requested_by: z.nullable(z.uuid()),
  /** `null` where the account is gone. */
  requested_by_email: z.nullable(z.string()),
  outcome: z.enum(OUTCOMES),
})
export type RemovalRecord = z.infer<typeof RemovalRecord>

/** What an order's session was called. */
export function orderLabel(order: Pick<RemovalOrder, 'phone_number' | 'label' | 'session_id'>, phone: PhoneLabel): string {
  return phone(order.phone_number) || order.label || shortId(order.session_id)
}

import { ClearReason, Receipt } from '#domain/clearance.ts'
import { Timestamp } from '#domain/session.ts'
import { queryOptions } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { ask, type Client } from '../../../lib/supabase.ts'

/** How often it is looked again while an order is open, milliseconds. */
const WHILE_OPEN = 2000
/** The same while none is. */
const AT_REST = 8000

/** An order to clear a session, with who asked for it and what came of it. */
const Removal = z.object({
  id: z.uuid(),
  reason: ClearReason,
  requested_at: Timestamp,
  requested_by: z.nullable(z.uuid()),
  requested_by_email: z.nullable(z.string()),
  attempts: z.int(),
  completed_at: z.nullable(Timestamp),
  receipt: z.nullable(Receipt),
})
export type Removal = z.infer<typeof Removal>

/** What was removed of a session, or is about to be, the newest first; for owners and admins. Throws a `Failure`. */
export function removalsQuery(client: Client, organizationId: string, sessionId: string) {
  return queryOptions({
    queryKey: ['whatsapp-session', organizationId, sessionId, 'removals'],
    queryFn: ({ signal }) =>
      ask(
        client
          .from('whatsapp_clearance_overview')
          .select(Object.keys(Removal.shape).join(', '))
          .eq('organization_id', organizationId)
          .eq('session_id', sessionId)
          .order('max_generation', { ascending: false })
          .order('requested_at', { ascending: false })
          .limit(50)
          .abortSignal(signal),
        z.array(Removal),
      ),
    refetchInterval: ({ state }) => (state.data?.some(({ completed_at }) => completed_at === null) ? WHILE_OPEN : AT_REST),
  })
}

import { queryOptions } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { RECORD_COLUMNS, RemovalRecord } from '../../../lib/removal-order.ts'
import { ask, type Client } from '../../../lib/supabase.ts'

/** How often it is looked again while an order is open, milliseconds. */
const WHILE_OPEN = 2000
/** The same while none is. */
const AT_REST = 8000

/** What was removed of a session, or is about to be, the newest first; for owners and admins. Throws a `Failure`. */
export function removalsQuery(client: Client, organizationId: string, sessionId: string) {
  return queryOptions({
    queryKey: ['whatsapp-session', organizationId, sessionId, 'removals'],
    queryFn: ({ signal }) =>
      ask(
        client
          .from('whatsapp_clearance_overview')
          .select(RECORD_COLUMNS)
          .eq('organization_id', organizationId)
          .eq('session_id', sessionId)
          .order('max_generation', { ascending: false })
          .order('requested_at', { ascending: false })
          .limit(50)
          .abortSignal(signal),
        z.array(RemovalRecord),
      ),
    refetchInterval: ({ state }) => (state.data?.some(({ completed_at }) => completed_at === null) ? WHILE_OPEN : AT_REST),
  })
}

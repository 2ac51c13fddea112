import { queryOptions } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { ask, type Client } from '../../lib/supabase.ts'
import { ORDER_COLUMNS, RemovalOrder } from '../../lib/removal-order.ts'
import { OVERVIEW_COLUMNS, SessionOverview } from '../../lib/session-overview.ts'

/** What one look at the database finds. Read together, so that no row contradicts what is said of the worker. */
export type Look = { sessions: SessionOverview[]; /** Whether any worker's heartbeat is fresh. */ workerOnline: boolean }

/** The sessions of an organisation, oldest first, and whether a worker is there. Throws a `Failure`. */
export function sessionsQuery(client: Client, organizationId: string) {
  return queryOptions({
    queryKey: ['whatsapp-sessions', organizationId],
    queryFn: async ({ signal }): Promise<Look> => {
      const rows = client
        .from('whatsapp_session_overview')
        .select(OVERVIEW_COLUMNS)
        .eq('organization_id', organizationId)
        .order('created_at')
        .order('id')
        .abortSignal(signal)
      const [sessions, workerOnline] = await Promise.all([
        ask(rows, z.array(SessionOverview)),
        ask(client.rpc('worker_online').abortSignal(signal), z.boolean()),
      ])
      return { sessions, workerOnline }
    },
  })
}

/** The open orders of an organisation, oldest first. Throws a `Failure`. */
export function openOrdersQuery(client: Client, organizationId: string) {
  return queryOptions({
    queryKey: ['whatsapp-clearances', organizationId],
    queryFn: ({ signal }) =>
      ask(
        client
          .from('whatsapp_clearances')
          .select(ORDER_COLUMNS)
          .eq('organization_id', organizationId)
          .is('completed_at', null)
          .order('requested_at')
          .abortSignal(signal),
        z.array(RemovalOrder),
      ),
  })
}

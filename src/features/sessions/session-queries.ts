import { queryOptions } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { ask, type Client } from '../../lib/supabase.ts'
import { OVERVIEW_COLUMNS, ORDER_COLUMNS, RemovalOrder, SessionOverview } from './session-overview.ts'

/** The sessions of an organisation, oldest first. Throws a `Failure`. */
export function sessionsQuery(client: Client, organizationId: string) {
  return queryOptions({
    queryKey: ['whatsapp-sessions', organizationId],
    queryFn: ({ signal }) =>
      ask(
        client
          .from('whatsapp_session_overview')
          .select(OVERVIEW_COLUMNS)
          .eq('organization_id', organizationId)
          .order('created_at')
          .order('id')
          .abortSignal(signal),
        z.array(SessionOverview),
      ),
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

/** Whether any worker's heartbeat is fresh. Throws a `Failure`. */
export function workerOnlineQuery(client: Client) {
  return queryOptions({
    queryKey: ['worker-online'],
    queryFn: ({ signal }) => ask(client.rpc('worker_online').abortSignal(signal), z.boolean()),
  })
}

import { Generation, Timestamp } from '#domain/session.ts'
import { queryOptions } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { OVERVIEW_COLUMNS, SessionOverview } from '../../lib/session-overview.ts'
import { ask, type Client } from '../../lib/supabase.ts'

/** What the page of one session tells beyond its row in the list. */
const SessionDetail = z.extend(SessionOverview, { generation: Generation, connected_at: z.nullable(Timestamp) })
export type SessionDetail = z.infer<typeof SessionDetail>

/** What one look finds. `session`: `null` where the organisation has none of this id (any more). */
export type SessionLook = { session: SessionDetail | null; /** Whether any worker's heartbeat is fresh. */ workerOnline: boolean }

/** One session of an organisation, and whether a worker is there. Throws a `Failure`. */
export function sessionQuery(client: Client, organizationId: string, sessionId: string) {
  return queryOptions({
    queryKey: ['whatsapp-session', organizationId, sessionId],
    queryFn: async ({ signal }): Promise<SessionLook> => {
      const rows = client
        .from('whatsapp_session_overview')
        .select(`${OVERVIEW_COLUMNS}, generation, connected_at`)
        .eq('organization_id', organizationId)
        .eq('id', sessionId)
        .abortSignal(signal)
      const [[session = null], workerOnline] = await Promise.all([
        ask(rows, z.array(SessionDetail)),
        ask(client.rpc('worker_online').abortSignal(signal), z.boolean()),
      ])
      return { session, workerOnline }
    },
  })
}

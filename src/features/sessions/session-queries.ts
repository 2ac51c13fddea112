import { EFFECTIVE_STATES, type EffectiveState, SessionId } from '#domain/session.ts'
import { queryOptions } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { ask, type Client } from '../../lib/supabase.ts'
import { ORDER_COLUMNS, RemovalOrder } from '../../lib/removal-order.ts'
import { SessionOverview } from '../../lib/session-overview.ts'

/** How many rows are read at once: more than a screen shows, and as many again around it. */
const ROWS_READ = 100

/** What of the sessions is looked at. */
export type ListView = {
  /** A part of a name, of a number, or the beginning of an id. */
  query: string
  /** The one state that is wanted, or any. */
  state: EffectiveState | null
  /** How many rows stand before the first that is read. */
  offset: number
}

const Found = z.object({
  rows: z.array(SessionOverview),
  total: z.int(),
  all: z.int(),
  counts: z.partialRecord(z.enum(EFFECTIVE_STATES), z.int()),
  worker_online: z.boolean(),
})

/** What one look at the database finds, all of one moment, so that no row contradicts what is said of the worker. */
export type Look = {
  view: ListView
  /** The rows from `view.offset` on, newest first. */
  sessions: SessionOverview[]
  /** How many sessions the view has. */
  total: number
  /** How many the organisation has. */
  all: number
  /** How many the query finds, by state. */
  counts: Partial<Record<EffectiveState, number>>
  /** Whether any worker's heartbeat is fresh. */
  workerOnline: boolean
  /** Milliseconds since 1970. */
  readAt: number
}

/** The sessions of an organisation that a view shows, and whether a worker is there. Throws a `Failure`. */
export function sessionsQuery(client: Client, organizationId: string, view: ListView) {
  const { query, state, offset } = view
  return queryOptions({
    queryKey: ['whatsapp-sessions', organizationId, query, state, offset],
    queryFn: async ({ signal }): Promise<Look> => {
      const { rows, worker_online, ...counted } = await ask(
        client
          .rpc('search_sessions', {
            organization_id: organizationId,
            query,
            page_offset: offset,
            page_size: ROWS_READ,
            ...(state && { states: [state] }),
          })
          .abortSignal(signal),
        Found,
      )
      return { ...counted, view: { query, state, offset }, sessions: rows, workerOnline: worker_online, readAt: Date.now() }
    },
  })
}

const LinkedRow = z.object({ id: SessionId, effective_status: z.enum(EFFECTIVE_STATES), phone_number: z.nullable(z.string()) })

/** One session, wherever it stands in the list; `null` when it is gone. Throws a `Failure`. */
export function linkedRowQuery(client: Client, sessionId: string | null) {
  return queryOptions({
    queryKey: ['whatsapp-sessions', 'row', sessionId],
    queryFn: async ({ signal }) => {
      const rows = await ask(
        client
          .from('whatsapp_session_overview')
          .select('id, effective_status, phone_number')
          .eq('id', sessionId ?? '')
          .abortSignal(signal),
        z.array(LinkedRow),
      )
      return rows[0] ?? null
    },
    enabled: sessionId !== null,
    // What was read for an earlier link of this session is no news of the next: it was connected, and has been reset since.
    gcTime: 0,
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

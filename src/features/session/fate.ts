import { type RemoteUnlink, RemoteUnlink as RemoteUnlinkSchema } from '#domain/clearance.ts'
import { Timestamp } from '#domain/session.ts'
import { queryOptions } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { ask, type Client } from '../../lib/supabase.ts'

/** What became of a session whose row is not there. */
export type Fate =
  /** This organisation never had it, or so long ago that nothing is known. */
  | { kind: 'unheard' }
  | { kind: 'removing'; since: string }
  /** `unlink`: `null` where the record does not say. */
  | { kind: 'gone'; at: string; unlink: RemoteUnlink | null }

const Trace = z.object({
  kind: z.enum(['deleted', 'clear_ordered', 'cleared']),
  at: Timestamp,
  detail: z.object({ order_id: z.optional(z.uuid()), remote_unlink: z.optional(z.nullable(RemoteUnlinkSchema)) }),
})
type Trace = z.infer<typeof Trace>

/** How many traces are looked at: the last removal has three. */
const TRACES = 20

/** Reads it from the timeline, which outlives the session and which every member may read, unlike the orders. Throws a `Failure`. */
export function fateQuery(client: Client, organizationId: string, sessionId: string) {
  return queryOptions({
    queryKey: ['whatsapp-session', organizationId, sessionId, 'fate'],
    queryFn: async ({ signal }) =>
      fateOf(
        await ask(
          client
            .from('whatsapp_session_events')
            .select('kind, at, detail')
            .eq('organization_id', organizationId)
            .eq('session_id', sessionId)
            .in('kind', Trace.shape.kind.options)
            .order('id', { ascending: false })
            .limit(TRACES)
            .abortSignal(signal),
          z.array(Trace),
        ),
      ),
  })
}

/** `traces`: the newest first. An order that nobody has said to be done is still open. */
export function fateOf(traces: readonly Trace[]): Fate {
  const [newest] = traces
  if (!newest) return { kind: 'unheard' }
  const order = traces.find(({ kind }) => kind === 'clear_ordered')
  const done = traces.find(({ kind, detail }) => kind === 'cleared' && (!order || detail.order_id === order.detail.order_id))
  if (done) return { kind: 'gone', at: done.at, unlink: done.detail.remote_unlink ?? null }
  return { kind: 'removing', since: (order ?? newest).at }
}

import { EFFECTIVE_STATES } from '#domain/session.ts'
import * as z from 'zod/mini'
import { clearNow } from '../../lib/clear-now.ts'
import { ask, type Client } from '../../lib/supabase.ts'

/** Why a row was not deleted: it is gone already, it is connected by now, or the caller's role does not allow it. */
export type NotDeleted = 'gone' | 'connected' | 'refused'

/**
 * Deletes a session's row; `false` when there was none that may be deleted: it is gone already, or connected by now
 * (a delete that row level security refuses is not an error). Throws a `Failure`.
 */
export async function deleteRow(client: Client, sessionId: string): Promise<boolean> {
  const rows = await ask(client.from('whatsapp_sessions').delete().eq('id', sessionId).select('id'), z.array(z.object({ id: z.uuid() })))
  return rows.length > 0
}

/** Looks at a row that was not deleted. Throws a `Failure`. */
export async function whyNotDeleted(client: Client, sessionId: string): Promise<NotDeleted> {
  const [row] = await ask(
    client.from('whatsapp_session_overview').select('effective_status').eq('id', sessionId),
    z.array(z.object({ effective_status: z.enum(EFFECTIVE_STATES) })),
  )
  if (!row) return 'gone'
  return row.effective_status === 'connected' ? 'connected' : 'refused'
}

/**
 * The newest order of a session that was deleted: by generation, for `requested_at` is only when a transaction began. The worker may have
 * completed it by now. `null` where it cannot be read. Throws nothing.
 */
export async function orderOfDeleted(client: Client, sessionId: string): Promise<string | null> {
  const newest = client
    .from('whatsapp_clearances')
    .select('id')
    .eq('session_id', sessionId)
    .order('max_generation', { ascending: false })
    .order('requested_at', { ascending: false })
    .limit(1)
  const orders = await ask(newest, z.array(z.object({ id: z.uuid() }))).catch(() => [])
  return orders[0]?.id ?? null
}

/** Orders a reset; answers with the order's id. Throws a `Failure` when it could not be stored. */
export function orderReset(client: Client, sessionId: string): Promise<string> {
  return ask(client.rpc('reset_session', { session_id: sessionId }), z.uuid())
}

/** How many orders of a purge the page asks the worker to carry out at once; the worker comes to the rest by itself. */
const PURGE_CLEARS = 20

/** Deletes the stale rows by the server's clock; answers with their ids. Throws a `Failure`. */
export function purgeStale(client: Client): Promise<string[]> {
  return ask(client.rpc('purge_stale_sessions'), z.array(z.uuid()))
}

/** Has the worker clear what a purge deleted. Throws nothing: the orders are stored. */
export async function clearPurged(client: Client, sessionIds: string[]): Promise<void> {
  const open = client
    .from('whatsapp_clearances')
    .select('id, session_id')
    .in('session_id', sessionIds)
    .is('completed_at', null)
    .limit(PURGE_CLEARS)
  try {
    for (const order of await ask(open, z.array(z.object({ id: z.uuid(), session_id: z.uuid() })))) {
      const answer = await clearNow(client, order.session_id, order.id)
      if (answer.kind === 'stored') return
    }
  } catch {
    // The worker drains open orders by itself.
  }
}

import { EFFECTIVE_STATES } from '#domain/session.ts'
import * as z from 'zod/mini'
import { clearNow, type ClearAnswer } from '../../lib/clear-now.ts'
import { ask, type Client } from '../../lib/supabase.ts'

/**
 * Deletes a session's row; `false` when there was none that may be deleted: it is gone already, or connected by now
 * (a delete that row level security refuses is not an error). Throws a `Failure`.
 */
export async function deleteRow(client: Client, sessionId: string): Promise<boolean> {
  const rows = await ask(client.from('whatsapp_sessions').delete().eq('id', sessionId).select('id'), z.array(z.object({ id: z.uuid() })))
  return rows.length > 0
}

/** Why a row was not deleted: it is gone already, it is connected by now, or the caller's role does not allow it. */
export type NotDeleted = 'gone' | 'connected' | 'refused'

/** Looks at a row that was not deleted. Throws a `Failure`. */
export async function whyNotDeleted(client: Client, sessionId: string): Promise<NotDeleted> {
  const [row] = await ask(
    client.from('whatsapp_session_overview').select('effective_status').eq('id', sessionId),
    z.array(z.object({ effective_status: z.enum(EFFECTIVE_STATES) })),
  )
  if (!row) return 'gone'
  return row.effective_status === 'connected' ? 'connected' : 'refused'
}

/** Has the worker clear a session whose row was deleted: its open order is looked up. Throws nothing. */
export async function clearDeleted(client: Client, sessionId: string): Promise<ClearAnswer> {
  try {
    const [order] = await openOrdersOf(client, [sessionId])
    return order ? await clearNow(client, sessionId, order.id) : { kind: 'pending' }
  } catch {
    return { kind: 'pending' }
  }
}

/** The open orders of some sessions, the newest first: by generation, for `requested_at` is only when a transaction began. Throws a `Failure`. */
export function openOrdersOf(client: Client, sessionIds: string[]): Promise<{ id: string; session_id: string }[]> {
  return ask(
    client
      .from('whatsapp_clearances')
      .select('id, session_id')
      .in('session_id', sessionIds)
      .is('completed_at', null)
      .order('max_generation', { ascending: false }),
    z.array(z.object({ id: z.uuid(), session_id: z.uuid() })),
  )
}

/** Orders a reset and has the worker carry it out. Throws a `Failure` when the order could not be stored. */
export async function resetAndClear(client: Client, sessionId: string): Promise<ClearAnswer> {
  const orderId = await ask(client.rpc('reset_session', { session_id: sessionId }), z.uuid())
  return clearNow(client, sessionId, orderId)
}

/** How many orders of a purge the page asks the worker to carry out at once; the worker comes to the rest by itself. */
const PURGE_CLEARS = 20

/** Deletes the stale rows by the server's clock; answers with their ids. Throws a `Failure`. */
export async function purgeStale(client: Client): Promise<string[]> {
  return ask(client.rpc('purge_stale_sessions'), z.array(z.uuid()))
}

/** Has the worker clear what a purge deleted. Throws nothing: the orders are stored. */
export async function clearPurged(client: Client, sessionIds: string[]): Promise<void> {
  try {
    for (const order of (await openOrdersOf(client, sessionIds)).slice(0, PURGE_CLEARS)) {
      const answer = await clearNow(client, order.session_id, order.id)
      if (answer.kind === 'stored') return
    }
  } catch {
    // The worker drains open orders by itself.
  }
}

import type { Sql } from 'postgres'
import type { LedgerEntry } from '../../worker/store/ledger.ts'

/** Rows of what was cleared: `emptied` were reset or lost their link, `deleted` are gone. */
export type Reconciled = { emptied: string[]; deleted: string[] }

const REMOVED = new Set<LedgerEntry['reason']>(['cancel', 'delete', 'purge'])

/**
 * Tells a database that was put back what was cleared since: rows of sessions that were deleted are deleted again, the others lose every
 * generation that was cleared. Each leaves an order, which the workers carry out wherever something came back. One transaction; harmless when
 * repeated. For a user who owns the tables.
 */
export async function reconcileDatabase(sql: Sql, cleared: Iterable<LedgerEntry>): Promise<Reconciled> {
  const lines = [...cleared].map(({ session, generation, reason }) => ({ session, generation, removed: REMOVED.has(reason) }))
  return sql.begin(async (tx) => {
    await tx`select set_config('latchkey.clear_reason', 'delete', true)`
    const deleted = await tx<{ id: string }[]>`
      delete from public.whatsapp_sessions s
      using jsonb_to_recordset(${tx.json(lines)}) as cleared(session uuid, generation integer, removed boolean)
      where s.id = cleared.session and s.generation <= cleared.generation and cleared.removed
      returning s.id`
    const emptied = await tx<{ id: string }[]>`
      with cleared as (
        select * from jsonb_to_recordset(${tx.json(lines)}) as cleared(session uuid, generation integer, removed boolean)
      ), old as (
        select s.id, cleared.generation as newest, private.order_clear(s, 'reset') as order_id
        from public.whatsapp_sessions s join cleared on cleared.session = s.id
        where s.generation <= cleared.generation and not cleared.removed
      )
      update public.whatsapp_sessions s
      set generation = old.newest + 1, desired = 'stopped', status = 'disconnected', status_reason = 'reset', phone_number = null,
        worker_id = null, connected_at = null, link_requested_at = null
      from old where s.id = old.id and old.order_id is not null
      returning s.id`
    return { emptied: emptied.map(({ id }) => id), deleted: deleted.map(({ id }) => id) }
  })
}

import type { Sql } from 'postgres'
import * as z from 'zod'

/** The tables that `20260101001100_realtime.sql` publishes. */
const PUBLISHED = ['whatsapp_sessions', 'whatsapp_clearances'] as const

const Change = z.object({ type: z.enum(['INSERT', 'UPDATE', 'DELETE']), table: z.enum(PUBLISHED), id: z.uuid() })
export type Change = z.infer<typeof Change>
export type Row = Record<string, unknown>

export type Changes = {
  /** The row as somebody with these claims may read it; `null` where row level security hides it, or it is gone. */
  seenBy(claims: { sub: string }, change: Change): Promise<Row | null>
  stop(): Promise<void>
}

/** Has Postgres tell of each change of the published tables, as replication would, when its transaction is committed. */
export async function followChanges(sql: Sql, onChange: (change: Change) => void): Promise<Changes> {
  await sql.unsafe(`
    create schema if not exists test_realtime;
    create or replace function test_realtime.tell() returns trigger language plpgsql security definer as $$
    begin
      perform pg_notify('test_realtime', json_build_object('type', tg_op, 'table', tg_table_name, 'id', coalesce(new.id, old.id))::text);
      return null;
    end $$;
    ${PUBLISHED.map((table) => `create or replace trigger zz_tell after insert or update or delete on public.${table} for each row execute function test_realtime.tell();`).join('\n')}`)
  const { unlisten } = await sql.listen('test_realtime', (text) => onChange(Change.parse(JSON.parse(text))))
  return {
    seenBy: (claims, { table, id }) =>
      sql.begin(async (tx) => {
        await tx`select set_config('role', 'authenticated', true), set_config('request.jwt.claim.sub', ${claims.sub}, true),
          set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`
        const [found] = await tx<{ row: Row }[]>`select to_jsonb(t) as row from ${tx(table)} t where id = ${id}`
        return found?.row ?? null
      }),
    stop: unlisten,
  }
}

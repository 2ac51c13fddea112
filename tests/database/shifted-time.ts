import type { Sql, TransactionSql } from 'postgres'

const STAMPS = {
  sessions: ['link_requested_at', 'linked_at', 'connected_at', 'last_active_at', 'created_at'],
  clearances: ['requested_at', 'completed_at'],
  workers: ['heartbeat_at', 'away_since', 'returned_at'],
}
const PLACES = Object.entries(STAMPS).flatMap(([table, stamps]) => [
  [`public.whatsapp_${table}`, stamps] as const,
  [`shifted.${table}`, stamps] as const,
])

/**
 * Lets a real Postgres live by a clock of ours: before each call all that is stored is moved so that it is as old as ours says. As
 * `now()` stands still within a transaction, this is exact to the microsecond, however slow the machine is.
 */
export async function prepareShiftedTime(sql: Sql): Promise<void> {
  await sql.unsafe(`
    create schema shifted;
    create table shifted.anchor as select now() as at;
    create table shifted.sessions (like public.whatsapp_sessions);
    create table shifted.clearances (like public.whatsapp_clearances);
    create table shifted.workers (like public.whatsapp_workers);

    -- As a backup: what was saved grows old as well.
    create function shifted.save() returns void language sql as $$
      truncate shifted.sessions, shifted.clearances, shifted.workers;
      insert into shifted.sessions select * from public.whatsapp_sessions;
      insert into shifted.clearances select * from public.whatsapp_clearances;
      insert into shifted.workers select * from public.whatsapp_workers;
    $$;
    create function shifted.restore() returns void language plpgsql as $$
    begin
      set local session_replication_role = replica;
      truncate public.whatsapp_sessions, public.whatsapp_clearances, public.whatsapp_workers;
      insert into public.whatsapp_sessions select * from shifted.sessions;
      insert into public.whatsapp_clearances select * from shifted.clearances;
      insert into public.whatsapp_workers select * from shifted.workers;
      set local session_replication_role = origin;
    end $$;

    -- Lets it be \`ms\` later than at the last call.
    create function shifted.pass(ms double precision) returns void language plpgsql as $$
    declare
      moved interval := now() - (select at from shifted.anchor) - make_interval(secs => ms / 1000);
    begin
      set local session_replication_role = replica;
      ${PLACES.map(([table, stamps]) => `update ${table} set ${stamps.map((stamp) => `${stamp} = ${stamp} + moved`).join(', ')};`).join('\n')}
      update shifted.anchor set at = now();
      set local session_replication_role = origin;
    end $$;
  `)
}

/** Everything that is stored and decides something, as JSON, and what time it is there, milliseconds. */
export async function readEverything(
  tx: TransactionSql,
): Promise<{ now: number; sessions: unknown[]; orders: unknown[]; workers: unknown[] }> {
  const [row] = await tx<{ all: { now: string; sessions: unknown[]; orders: unknown[]; workers: unknown[] } }[]>`
    select jsonb_build_object(
      'now', now(),
      'sessions', (
        select coalesce(jsonb_agg(to_jsonb(s) - '{organization_id,display_name,created_by,updated_at,change}'::text[] order by s.created_at, s.id), '[]')
        from public.whatsapp_sessions s),
      'orders', (
        select coalesce(jsonb_agg(to_jsonb(c) - '{organization_id,label}'::text[] order by c.requested_at, c.id), '[]')
        from public.whatsapp_clearances c),
      'workers', (select coalesce(jsonb_agg(to_jsonb(w) - '{id,url,version,capacity,session_count,held,store,boot_id,draining}'::text[]), '[]') from public.whatsapp_workers w)
    ) as all`
  if (!row) throw new Error('nothing was read')
  return { ...row.all, now: Date.parse(row.all.now) }
}

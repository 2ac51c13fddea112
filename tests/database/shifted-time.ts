import type { Sql, TransactionSql } from 'postgres'

const STAMPS = {
  sessions: ['link_requested_at', 'linked_at', 'connected_at', 'last_active_at', 'created_at'],
  clearances: ['requested_at', 'completed_at'],
  workers: ['heartbeat_at', 'away_since', 'returned_at'],
}
/** What is stored beside them and has no times. */
const TIMELESS = { leases: 'private.leases', shelf: 'private.shelf', findings: 'private.clear_findings' }
const SAVED = { ...Object.fromEntries(Object.keys(STAMPS).map((table) => [table, `public.whatsapp_${table}`])), ...TIMELESS }
const saved = (say: (copy: string, table: string) => string): string =>
  Object.entries(SAVED)
    .map(([copy, table]) => say(`shifted.${copy}`, table))
    .join('\n')
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
    ${saved((copy, table) => `create table ${copy} (like ${table});`)}

    create table shifted.changes as select last_value from private.changes;

    -- As a backup: what was saved grows old as well.
    create function shifted.save() returns void language sql as $$
      ${saved((copy, table) => `truncate ${copy}; insert into ${copy} select * from ${table};`)}
      update shifted.changes set last_value = (select last_value from private.changes);
    $$;
    create function shifted.restore() returns void language plpgsql as $$
    begin
      set local session_replication_role = replica;
      ${saved((copy, table) => `truncate ${table}; insert into ${table} select * from ${copy};`)}
      perform setval('private.changes', (select last_value from shifted.changes));
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

type Stored = {
  sessions: { id: string }[]
  orders: { id: string; session_id: string }[]
  workers: object[]
  leases: { session_id: string; worker_id: string | null; token: number }[]
  shelf: object[]
  findings: object[]
}

/** Everything that is stored and decides something, as JSON, and what time it is there, milliseconds. */
export async function readEverything(tx: TransactionSql): Promise<Stored & { now: number }> {
  const [row] = await tx<{ all: Stored & { now: string } }[]>`
    select jsonb_build_object(
      'now', now(),
      'sessions', (
        select coalesce(jsonb_agg(to_jsonb(s) - '{organization_id,display_name,created_by,updated_at,change}'::text[] order by s.created_at, s.id), '[]')
        from public.whatsapp_sessions s),
      'orders', (
        select coalesce(jsonb_agg(to_jsonb(c) - '{organization_id,label}'::text[] order by c.requested_at, c.id), '[]')
        from public.whatsapp_clearances c),
      'workers', (
        select coalesce(jsonb_agg(
          to_jsonb(w) - '{url,version,capacity,session_count,store,boot_id}'::text[] || jsonb_build_object('boot', w.boot_id)
        ), '[]') from public.whatsapp_workers w),
      'leases', (select coalesce(jsonb_agg(to_jsonb(l)), '[]') from private.leases l),
      'shelf', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'session_id', s.session_id, 'at', s.generation || '/' || s.name, 'value', encode(s.value, 'base64')
        )), '[]') from private.shelf s),
      'findings', (select coalesce(jsonb_agg(to_jsonb(f)), '[]') from private.clear_findings f)
    ) as all`
  if (!row) throw new Error('nothing was read')
  return { ...row.all, now: Date.parse(row.all.now) }
}

/** Nothing is stored, and nothing was saved. */
export async function emptyEverything(sql: Sql): Promise<void> {
  await sql.unsafe(`
    truncate ${saved((copy, table) => `${copy}, ${table}`).replaceAll('\n', ', ')};
    update shifted.changes set last_value = (select last_value from private.changes);
  `)
}

import type { Sql } from 'postgres'

/** Of every session, so many hundredths are in this state. */
const MIX = [
  ['connected', 72],
  ['reconnecting', 5],
  ['stopped', 10],
  ['disconnected', 10],
  ['connecting', 3],
] as const
/** Orders, nearly all of them done. */
const ORDERS_PER_HUNDRED = 20
/** Of the deliveries of webhooks, as many as sessions, one in so many is still to be made. */
const WAITING_EVERY = 501

export type Size = {
  sessions: number
  /** Held by each worker. */
  perWorker: number
  /** Entries in the timeline of each session. */
  events: number
  /** Of each session on the shelf. */
  shelfRows: number
}
export type Population = {
  /** Every tenth session is of it. */
  largeOrganization: string
  /** Has about fifty. */
  smallOrganization: string
  workers: string[]
}

/**
 * Fills a database with so many sessions of many organisations, held by workers of `perWorker` each that are heard for a day to come, with
 * what belongs to them, and has the planner count it. Triggers are off: what they would write is written here.
 */
export async function populate(sql: Sql, { sessions, perWorker, events, shelfRows }: Size): Promise<Population> {
  const workers = Array.from({ length: Math.ceil(sessions / perWorker) }, (_, index) => `worker-${String(index).padStart(4, '0')}`)
  const state = MIX.reduceRight((otherwise, [name], index) => {
    const below = MIX.slice(0, index + 1).reduce((sum, [, share]) => sum + share, 0)
    return otherwise ? `case when n % 100 < ${below} then '${name}' else ${otherwise} end` : `'${name}'`
  }, '')
  await sql.begin(async (tx) => {
    await tx.unsafe(`
      set local session_replication_role = replica;
      create temporary table places on commit drop as
        select n, gen_random_uuid() as id from generate_series(0, greatest(1, ${sessions} / 50)) n;
      insert into public.organizations (id, name) select id, 'Organisation ' || n from places;
      create temporary table made on commit drop as
        select n, gen_random_uuid() as id, (${state})::public.session_status as status,
          -- Their order says nothing of the order of their rows.
          (n * 7919) % ${sessions} as turn
        from generate_series(0, ${sessions - 1}) n;
      insert into public.whatsapp_sessions
        (id, organization_id, display_name, desired, generation, status, status_reason, phone_number, worker_id, linked_at, last_active_at, created_at)
      select m.id, p.id, 'Device ' || m.n,
        (case when m.status = 'stopped' then 'stopped' else 'online' end)::public.desired_state, 1 + m.n % 3, m.status,
        (case when m.status = 'disconnected' then 'reset' end)::public.status_reason,
        case when m.status <> 'connecting' then '51' || (900000000 + m.n) end, 'worker-' || lpad((m.turn / ${perWorker})::text, 4, '0'),
        case when m.status <> 'connecting' then now() - make_interval(hours => m.n % 2000) end,
        now() - case when m.status = 'connecting' then interval '1 minute' else make_interval(mins => m.n % 5000) end,
        now() - make_interval(mins => m.n)
      from made m join places p on p.n = case when m.turn / 10 % 10 = 0 then 0 else 1 + m.n / 7 % (select max(n) from places) end;
      insert into private.leases (session_id, worker_id, kept)
      select id, 'worker-' || lpad((turn / ${perWorker})::text, 4, '0'), 'database' from made;
      insert into private.shelf (session_id, generation, name, value)
      select id, 1 + n % 3, 'key:' || k, decode(repeat(md5(n::text || k), 20), 'hex') from made, generate_series(1, ${shelfRows}) k;
      insert into public.whatsapp_session_events (organization_id, session_id, at, kind, detail)
      select s.organization_id, s.id, now() - make_interval(mins => k * 997 + m.n % 991), 'status',
        '{"from": "reconnecting", "to": "connected", "reason": null, "generation": 1, "by": null}'
      from made m join public.whatsapp_sessions s on s.id = m.id, generate_series(1, ${events}) k order by 3;
      insert into public.whatsapp_clearances
        (organization_id, session_id, max_generation, reason, requested_at, completed_at, receipt)
      select s.organization_id, s.id, 1, 'reset', now() - make_interval(hours => m.n % 700),
        case when m.n % 500 > 0 then now() end, case when m.n % 500 > 0 then '{}'::jsonb end
      from made m join public.whatsapp_sessions s on s.id = m.id where m.n % 100 < ${ORDERS_PER_HUNDRED};
      insert into public.webhook_endpoints (organization_id, url) select id, 'https://example.org/' || n from places where n % 10 = 0;
      insert into public.webhook_deliveries (endpoint_id, organization_id, type, session_id, payload, state, created_at, delivered_at)
      select w.id, w.organization_id, 'session.connected', gen_random_uuid(), '{}',
        (case when n % ${WAITING_EVERY} = 0 then 'waiting' else 'delivered' end)::public.delivery_state, now() - make_interval(secs => n), now()
      from (select w.*, row_number() over (order by id) - 1 as turn, count(*) over () as among from public.webhook_endpoints w) w
        join generate_series(1, ${sessions}) n on n % w.among = w.turn;
      insert into public.whatsapp_workers (id, url, version, capacity, session_count, held, store, heartbeat_at)
      select 'worker-' || lpad(w::text, 4, '0'), 'http://127.0.0.1:1', '0', ${perWorker * 2}, 0,
        (select count(*) from private.leases l where l.worker_id = 'worker-' || lpad(w::text, 4, '0')), 'database', now() + interval '1 day'
      from generate_series(0, ${workers.length - 1}) w;
    `)
  })
  await sql`vacuum analyze`
  const [large, small] = await sql<
    { id: string }[]
  >`select id from public.organizations where name in ('Organisation 0', 'Organisation 1') order by name`
  return { largeOrganization: large?.id ?? '', smallOrganization: small?.id ?? '', workers }
}

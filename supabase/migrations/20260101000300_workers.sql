-- Workers report that they are alive. How a worker is reached is nobody's business but the service key's.

-- Where a worker keeps credentials: in a folder of its own, or in this database, from where another worker can take them over.
create type public.worker_store as enum ('disk', 'database');

create table public.whatsapp_workers (
  id text primary key check (char_length(id) between 1 and 100),
  url text not null,
  version text not null,
  capacity integer not null check (capacity >= 0),
  session_count integer not null check (session_count >= 0),
  -- How many leases it has: counted at each heartbeat, and kept up by what it takes and gives away in between.
  held integer not null default 0,
  store public.worker_store not null default 'disk',
  -- The process that is this worker now. An older one that is still there is told so.
  boot_id text,
  -- It gives its sessions away and takes none.
  draining boolean not null default false,
  heartbeat_at timestamptz not null default now(),
  -- The last time it was silent for longer than 30 seconds: the word before and the word after. Empty when it never was. What
  -- happened to its sessions in between may still be unsaid a while after it is back; the purge waits for that.
  away_since timestamptz,
  returned_at timestamptz
);

revoke all on public.whatsapp_workers from anon, authenticated, service_role;
grant select on public.whatsapp_workers to service_role;
alter table public.whatsapp_workers enable row level security;

-- 30 seconds is HEARTBEAT_STALE_SECONDS of domain/routes.ts, by this database's clock and nobody else's.
create function private.online_worker_ids() returns setof text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select id from public.whatsapp_workers where heartbeat_at > now() - interval '30 seconds'
$$;
revoke execute on function private.online_worker_ids() from public;
grant execute on function private.online_worker_ids() to authenticated, service_role;

create function public.worker_online() returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select exists (select private.online_worker_ids())
$$;
revoke execute on function public.worker_online() from public, anon, authenticated, service_role;
grant execute on function public.worker_online() to authenticated, service_role;

-- Tells one database from another: a worker whose data folder belongs to a different one refuses to start.
create table private.instance (
  only_row boolean primary key default true check (only_row),
  id uuid not null default gen_random_uuid()
);
insert into private.instance default values;

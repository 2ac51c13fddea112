-- Which worker holds which session. A lease is no longer good than its worker is heard: 30 seconds, so renewing all of a worker's leases
-- is its one heartbeat. `token` fences: it is raised whenever a lease changes hands, and what a former holder says or stores with
-- an older one is refused. A row outlives its session for as long as there is something to clear, so it refers to none.

create table private.leases (
  session_id uuid primary key,
  -- Nobody's, where it is empty.
  worker_id text,
  token bigint not null default nextval('private.changes'),
  -- Where the session's credentials are; empty as long as no worker has ever held it. In a folder, they stay with the worker whose it is.
  kept public.worker_store,
  -- What an order has cleared is stored by nobody any more, however late it comes.
  cleared_generation integer not null default 0
);
create index leases_of_a_worker on private.leases (worker_id);

create function private.lease_new_session() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  insert into private.leases (session_id) values (new.id) on conflict do nothing;
  return null;
end
$$;
revoke execute on function private.lease_new_session() from public;
create trigger lease_new_session after insert on public.whatsapp_sessions
  for each row execute function private.lease_new_session();

-- A session that is gone and cleared needs no holder.
create function private.end_lease() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  delete from private.leases l where l.session_id = new.session_id
    and not exists (select from public.whatsapp_sessions s where s.id = new.session_id)
    and not exists (select from public.whatsapp_clearances c where c.session_id = new.session_id and c.completed_at is null);
  return null;
end
$$;
revoke execute on function private.end_lease() from public;
create trigger end_lease after update on public.whatsapp_clearances
  for each row when (old.completed_at is null and new.completed_at is not null)
  execute function private.end_lease();

-- Workers that are no holders any more: dead, by this database's clock.
create function private.silent_worker_ids() returns text[]
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select coalesce(array_agg(w.id), '{}') from public.whatsapp_workers w where w.id not in (select private.online_worker_ids())
$$;
revoke execute on function private.silent_worker_ids() from public;

-- Whether a worker may take a session that is kept as `kept` and held by `holder`. What a silent worker keeps in its folder waits for it.
create function private.may_take(holder text, kept public.worker_store, store public.worker_store, silent text[]) returns boolean
language sql immutable security definer set search_path = pg_catalog, pg_temp
as $$
  select case
    when may_take.holder is null then coalesce(may_take.kept, may_take.store) = may_take.store
    when may_take.kept = 'database' then may_take.store = 'database' and may_take.holder = any (may_take.silent)
    else false
  end
$$;
revoke execute on function private.may_take(text, public.worker_store, public.worker_store, text[]) from public;

-- Takes sessions that nobody holds, as many as are a worker's share of them by its capacity, and no more than it has room for. What somebody
-- else is taking, or is being written to this instant, is left for the next time: nobody waits, so nobody waits in a circle.
create function private.claim_leases(worker_id text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  me public.whatsapp_workers;
  silent text[] := private.silent_worker_ids();
  free integer;
  unheld integer;
  share integer;
begin
  select w.* into me from public.whatsapp_workers w where w.id = claim_leases.worker_id;
  if not found or me.draining or me.id = any (silent) then
    return;
  end if;
  unheld := (
    select count(*) from private.leases l
    where (l.worker_id is null or l.worker_id = any (silent)) and private.may_take(l.worker_id, l.kept, me.store, silent)
  );
  if unheld = 0 then
    return;
  end if;
  free := me.capacity - (select count(*) from private.leases l where l.worker_id = me.id);
  -- A few at least: the last ones are not to be halved for ever.
  share := greatest(20, ceil(unheld::numeric * me.capacity / (
    select greatest(sum(w.capacity), 1) from public.whatsapp_workers w
    where w.store = me.store and not w.draining and w.id <> all (silent)
  )));
  with taken as (
    select l.session_id from private.leases l
    where (l.worker_id is null or l.worker_id = any (silent)) and private.may_take(l.worker_id, l.kept, me.store, silent)
    limit greatest(least(free, share), 0) for update skip locked
  )
  update private.leases l set worker_id = me.id, kept = me.store, token = nextval('private.changes')
  from taken where l.session_id = taken.session_id;
end
$$;
revoke execute on function private.claim_leases(text) from public;

-- One session, whatever there is room for: somebody waits for it.
create function private.claim_lease(session_id uuid, worker_id text) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  update private.leases l set worker_id = w.id, kept = w.store, token = nextval('private.changes')
  from public.whatsapp_workers w
  where l.session_id = claim_lease.session_id and w.id = claim_lease.worker_id and not w.draining
    and w.id in (select private.online_worker_ids())
    and private.may_take(l.worker_id, l.kept, w.store, private.silent_worker_ids())
$$;
revoke execute on function private.claim_lease(uuid, text) from public;

-- Whether what a worker says of a session comes from a former holder. `token`: what it was given with the lease; a worker that keeps
-- credentials in a folder of its own, which nobody takes over, needs none.
create function private.is_fenced(session_id uuid, worker_id text, token bigint) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from private.leases l
    where l.session_id = is_fenced.session_id
      and (l.kept = 'database' or is_fenced.token is not null)
      and (l.worker_id, l.token) is distinct from (is_fenced.worker_id, is_fenced.token)
  )
$$;
revoke execute on function private.is_fenced(uuid, text, bigint) from public;

-- How many sessions a worker has beyond its share, which it should give away one after the other. Only what is kept here can move.
create function private.surplus(worker_id text) returns integer
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with fleet as (
    select w.id, w.capacity, (select count(*) from private.leases l where l.worker_id = w.id) as held
    from public.whatsapp_workers w
    where w.store = 'database' and not w.draining and w.id in (select private.online_worker_ids())
  )
  select coalesce((
    select greatest(0, me.held - ceil(1.1 * me.capacity * (select sum(f.held) from fleet f) / (select greatest(sum(f.capacity), 1) from fleet f)))::integer
    from fleet me where me.id = surplus.worker_id
  ), 0)
$$;
revoke execute on function private.surplus(text) from public;

-- Where a call about a session goes: to the worker that holds it. Where nobody does, to the one that has most room, which takes it. For
-- those who may see the session, or read what became of it; nothing where there is no worker with room.
create function public.assigned_worker(session_id uuid) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  lease private.leases;
  silent text[] := private.silent_worker_ids();
  chosen public.whatsapp_workers;
begin
  if not exists (
    select from public.whatsapp_sessions s
    where s.id = assigned_worker.session_id and s.organization_id in (select private.my_org_ids())
  ) and not exists (
    select from public.whatsapp_clearances c
    where c.session_id = assigned_worker.session_id and c.organization_id in (select private.my_admin_org_ids())
  ) then
    perform private.fail(404, 'not_found', 'There is no such session.');
  end if;
  select l.* into lease from private.leases l where l.session_id = assigned_worker.session_id for update;
  if not found then
    return null;
  end if;
  select w.* into chosen from public.whatsapp_workers w
  where not w.draining and w.id <> all (silent) and w.session_count < w.capacity
    and private.may_take(lease.worker_id, lease.kept, w.store, silent)
  order by w.session_count::numeric / w.capacity, w.id limit 1;
  if not found then
    return lease.worker_id;
  end if;
  perform private.claim_lease(lease.session_id, chosen.id);
  return chosen.id;
end
$$;

-- The workers that hold sessions of an organisation that the caller is a member of.
create function public.workers_of_organization(organization_id uuid) returns setof text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select distinct l.worker_id from public.whatsapp_sessions s join private.leases l on l.session_id = s.id
  where s.organization_id = workers_of_organization.organization_id
    and workers_of_organization.organization_id in (select private.my_org_ids())
    and l.worker_id is not null
$$;

revoke execute on function public.assigned_worker(uuid), public.workers_of_organization(uuid)
  from public, anon, authenticated, service_role;
grant execute on function public.assigned_worker(uuid), public.workers_of_organization(uuid) to authenticated;

-- For a worker that will never come back: what it kept in its folder is lost, its sessions have to be linked anew by whoever takes them.
-- An order that it did not carry out is carried out by another, which finds nothing.
create function public.forget_worker(worker_id text) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  freed integer;
begin
  if forget_worker.worker_id in (select private.online_worker_ids()) then
    perform private.fail(409, 'worker_online', 'This worker is online: only one that is gone for good may be forgotten.');
  end if;
  update private.leases l set worker_id = null, kept = nullif(l.kept, 'disk'), token = nextval('private.changes')
  where l.worker_id = forget_worker.worker_id;
  get diagnostics freed = row_count;
  delete from public.whatsapp_workers w where w.id = forget_worker.worker_id;
  return freed;
end
$$;
revoke execute on function public.forget_worker(text) from public, anon, authenticated, service_role;
grant execute on function public.forget_worker(text) to service_role;

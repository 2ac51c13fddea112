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
  cleared_generation integer not null default 0,
  -- The last write of its holder to the shelf, by the holder's count: one that comes after it, because its answer was lost, is late.
  shelved bigint not null default 0
) with (fillfactor = 80);
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

-- A session that is gone and cleared needs no holder. The lease is locked first: of two orders that are completed at the same time, the
-- second one sees that the first is done.
create function private.end_lease() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform from private.leases l where l.session_id = new.session_id for update;
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

-- Whether nobody holds a session: what is kept here is nobody's, too, once its holder is silent. What a silent worker keeps in its folder
-- waits for it.
create function private.is_free(lease private.leases) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select (lease).worker_id is null
    or ((lease).kept = 'database' and (lease).worker_id not in (select private.online_worker_ids()))
$$;
revoke execute on function private.is_free(private.leases) from public;

-- Takes sessions that nobody holds, as many as make a worker's share of all sessions by its capacity, and no more than it has room for. What somebody
-- else is taking, or is being written to this instant, is left for the next time: nobody waits, so nobody waits in a circle.
create function private.claim_leases(worker_id text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  me public.whatsapp_workers;
  silent text[];
  room integer;
  fleet integer;
  unheld integer;
  share integer;
  taken integer;
begin
  -- Held to the end: another process that becomes this worker waits, and then frees what was taken here.
  select w.* into me from public.whatsapp_workers w where w.id = claim_leases.worker_id for no key update;
  silent := private.silent_worker_ids();
  room := me.capacity - me.held;
  if me.id is null or me.draining or me.id = any (silent) or room <= 0 then
    return;
  end if;
  if me.store = 'database' and silent <> '{}' then
    update private.leases l set worker_id = null where l.session_id = any (array(
      select s.session_id from private.leases s where s.worker_id = any (silent) and s.kept = 'database' for update skip locked
    ));
  end if;
  fleet := (
    select greatest(sum(w.capacity), 1) from public.whatsapp_workers w
    where w.store = me.store and not w.draining and w.id <> all (silent)
  );
  -- No more are counted than make a share that fills the room.
  unheld := (
    select count(*) from (
      select from private.leases l
      where l.worker_id is null and coalesce(l.kept, me.store) = me.store
      limit ceil(room::numeric * fleet / me.capacity)
    ) as counted
  );
  -- No more than its share of all that is held and free, by which `surplus` goes, too: what one gives away is for the others.
  share := ceil(1.1 * me.capacity * (unheld + (
    select coalesce(sum(w.held), 0) from public.whatsapp_workers w
    where w.store = me.store and not w.draining and w.id <> all (silent)
  )) / fleet) - me.held;
  if unheld = 0 or share <= 0 then
    return;
  end if;
  update private.leases l set worker_id = me.id, kept = me.store, token = nextval('private.changes'), shelved = 0
  where l.session_id = any (array(
    select free.session_id from private.leases free
    where free.worker_id is null and coalesce(free.kept, me.store) = me.store
    limit least(room, share) for update skip locked
  ));
  get diagnostics taken = row_count;
  if taken > 0 then
    update public.whatsapp_workers w set held = w.held + taken where w.id = me.id;
  end if;
end
$$;
revoke execute on function private.claim_leases(text) from public;

-- One session, whatever there is room for: somebody waits for it. Returns who holds it now.
create function private.claim_lease(session_id uuid, worker_id text) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update private.leases l set worker_id = w.id, kept = w.store, token = nextval('private.changes'), shelved = 0
  from public.whatsapp_workers w
  where l.session_id = claim_lease.session_id and w.id = claim_lease.worker_id and not w.draining
    and w.id in (select private.online_worker_ids())
    and coalesce(l.kept, w.store) = w.store and private.is_free(l);
  if found then
    -- Where its row is busy, it is being counted anew, or is soon: nobody waits here with a lease in hand.
    update public.whatsapp_workers w set held = w.held + 1 where w.id in (
      select me.id from public.whatsapp_workers me where me.id = claim_lease.worker_id for no key update skip locked
    );
  end if;
  return (select l.worker_id from private.leases l where l.session_id = claim_lease.session_id and not private.is_free(l));
end
$$;
revoke execute on function private.claim_lease(uuid, text) from public;

-- Whether what a worker says of a session comes from a former holder; where it does not, the lease changes hands only after this
-- transaction, so whoever takes it reads what was said. `token`: what it was given with the lease; a worker that keeps credentials in a
-- folder of its own needs none as long as nobody else was given its sessions.
create function private.is_fenced(session_id uuid, worker_id text, token bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  lease private.leases;
begin
  select l.* into lease from private.leases l where l.session_id = is_fenced.session_id for share;
  return case
    when lease.session_id is null then false
    when lease.kept = 'database' or is_fenced.token is not null
      then (lease.worker_id, lease.token) is distinct from (is_fenced.worker_id, is_fenced.token)
    else coalesce(lease.worker_id <> is_fenced.worker_id, false)
  end;
end
$$;
revoke execute on function private.is_fenced(uuid, text, bigint) from public;

-- How many sessions a worker has beyond its share, which it should give away one after the other. Only what is kept here can move. By what
-- workers are known to hold, for counting the leases of all of them at every read would be most of the work that there is.
create function private.surplus(worker_id text) returns integer
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with fleet as (
    select w.id, w.capacity, w.held from public.whatsapp_workers w
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
  chosen text;
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
  select l.* into lease from private.leases l where l.session_id = assigned_worker.session_id;
  if not found then
    return null;
  end if;
  if not private.is_free(lease) then
    -- Nobody's to call while it is being moved: its holder is no worker.
    return (select w.id from public.whatsapp_workers w where w.id = lease.worker_id);
  end if;
  select w.id into chosen from public.whatsapp_workers w
  where not w.draining and w.id in (select private.online_worker_ids()) and w.held < w.capacity
    and w.store = coalesce(lease.kept, w.store)
  order by w.held::numeric / w.capacity, w.id limit 1;
  return case when found then private.claim_lease(lease.session_id, chosen) end;
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

-- All leases of a worker, in the order in which everybody takes several.
create function private.lock_leases_of(worker_id text) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  select from private.leases l where l.worker_id = lock_leases_of.worker_id order by l.session_id for update
$$;
revoke execute on function private.lock_leases_of(text) from public;

-- For a worker that will never come back: what it kept in its folder is lost, its sessions have to be linked anew by whoever takes them.
-- An order that it did not carry out is carried out by another, which finds nothing.
create function public.forget_worker(worker_id text) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  freed integer;
begin
  -- Held, so that it cannot come back in between.
  perform from public.whatsapp_workers w where w.id = forget_worker.worker_id for update;
  if forget_worker.worker_id in (select private.online_worker_ids()) then
    perform private.fail(409, 'worker_online', 'This worker is online: only one that is gone for good may be forgotten.');
  end if;
  perform private.lock_leases_of(forget_worker.worker_id);
  update private.leases l set worker_id = null, kept = nullif(l.kept, 'disk'), token = nextval('private.changes')
  where l.worker_id = forget_worker.worker_id;
  get diagnostics freed = row_count;
  delete from public.whatsapp_workers w where w.id = forget_worker.worker_id;
  return freed;
end
$$;
revoke execute on function public.forget_worker(text) from public, anon, authenticated, service_role;
grant execute on function public.forget_worker(text) to service_role;

-- What a stopped worker keeps in its folder moves into this database. Who moves it holds the session meanwhile, under a name that no worker can
-- have, with `kept = 'disk'`: neither the worker that had it nor any other may use it, and no order is completed, until the folder holds
-- nothing of it any more. That the identity, which is stored last, lies on the shelf says that all of it does.

create function private.mover_of(worker_id text) returns text
language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select 'moving ' || mover_of.worker_id
$$;
revoke execute on function private.mover_of(text) from public;

-- A worker that runs would go on with what is taken from it. Its row is held, so that it does not come back meanwhile.
create function private.refuse_online_worker(worker_id text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform from public.whatsapp_workers w where w.id = refuse_online_worker.worker_id for no key update;
  if refuse_online_worker.worker_id in (select private.online_worker_ids()) then
    perform private.fail(409, 'worker_online', 'This worker is online: it has to be stopped for 30 seconds.');
  end if;
end
$$;
revoke execute on function private.refuse_online_worker(text) from public;

create function private.is_adopted(lease private.leases) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select exists (select from private.shelf s where s.session_id = (lease).session_id and s.name = 'identity')
$$;
revoke execute on function private.is_adopted(private.leases) from public;

-- What a worker holds for its folder, and what is on its way from there. `known`: it has been heard of. `adopted`: all of it lies on the shelf.
create function public.worker_to_move(worker_id text) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  with held as (
    select l as lease, l.session_id, l.worker_id <> worker_to_move.worker_id as moving
    from private.leases l
    where l.worker_id in (worker_to_move.worker_id, private.mover_of(worker_to_move.worker_id)) and l.kept = 'disk'
  )
  select jsonb_build_object(
    'instance_id', (select i.id from private.instance i),
    'known', exists (select from public.whatsapp_workers w where w.id = worker_to_move.worker_id) or exists (select from held),
    'online', worker_to_move.worker_id in (select private.online_worker_ids()),
    'sessions', coalesce((
      select jsonb_agg(jsonb_build_object(
        'id', h.session_id, 'generation', s.generation, 'linked', coalesce(s.status in ('connected', 'reconnecting', 'stopped'), false),
        'ordered', h.session_id in (select private.clearing_session_ids()),
        'moving', h.moving, 'adopted', h.moving and private.is_adopted(h.lease)
      ) order by h.session_id)
      from held h left join public.whatsapp_sessions s on s.id = h.session_id
    ), '[]')
  )
$$;

-- Stores rows of a session, `{ name: base64 }`, in as many calls as there have to be; the last one brings the identity. Nobody may use the
-- session from the first one on. Says what came of it: `adopted`, `already` (nothing was stored), or why it is left where it is.
create function public.worker_adopt(session_id uuid, worker_id text, generation integer, puts jsonb) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  session public.whatsapp_sessions;
  lease private.leases;
begin
  perform private.refuse_online_worker(worker_adopt.worker_id);
  -- Held as whoever orders a clear holds it.
  select s.* into session from public.whatsapp_sessions s where s.id = worker_adopt.session_id for no key update;
  select l.* into lease from private.leases l where l.session_id = worker_adopt.session_id for update;
  if lease.kept = 'disk' and lease.worker_id = private.mover_of(worker_adopt.worker_id) then
    -- What was ordered since waits, and finds all that there is.
    if private.is_adopted(lease) then
      return 'already';
    end if;
  elsif lease.kept = 'disk' and lease.worker_id = worker_adopt.worker_id then
    if worker_adopt.session_id in (select private.clearing_session_ids()) then
      return 'order_open';
    elsif session.id is null then
      return 'no_row';
    elsif session.generation <> worker_adopt.generation then
      return 'other_generation';
    end if;
    delete from private.shelf s where s.session_id = worker_adopt.session_id;
    update private.leases l set worker_id = private.mover_of(worker_adopt.worker_id), token = nextval('private.changes')
    where l.session_id = worker_adopt.session_id;
  else
    return 'not_held';
  end if;
  insert into private.shelf as s (session_id, generation, name, value)
  select worker_adopt.session_id, worker_adopt.generation, put.key, decode(put.value, 'base64') from jsonb_each_text(worker_adopt.puts) put
  on conflict on constraint shelf_pkey do update set value = excluded.value;
  return 'adopted';
end
$$;

-- The folder holds nothing any more of what was adopted, nor of what this worker holds and was never linked: from now on they are anybody's
-- who keeps sessions in the database. `but`: what the folder does hold something of. Returns what is still waiting for the folder.
create function public.worker_adopted(worker_id text, but uuid[]) returns uuid[]
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.refuse_online_worker(worker_adopted.worker_id);
  perform private.lock_leases_of(worker_adopted.worker_id);
  perform private.lock_leases_of(private.mover_of(worker_adopted.worker_id));
  update private.leases l set worker_id = null, kept = 'database', token = nextval('private.changes'), shelved = 0
  where l.kept = 'disk' and l.session_id <> all (worker_adopted.but) and (
    l.worker_id = private.mover_of(worker_adopted.worker_id) and private.is_adopted(l)
    or l.worker_id = worker_adopted.worker_id
      and l.session_id not in (select private.clearing_session_ids())
      and not exists (
        select from public.whatsapp_sessions s where s.id = l.session_id and s.status in ('connected', 'reconnecting', 'stopped')
      )
  );
  return (
    select coalesce(array_agg(l.session_id order by l.session_id), '{}') from private.leases l
    where l.worker_id in (worker_adopted.worker_id, private.mover_of(worker_adopted.worker_id))
  );
end
$$;

revoke execute on function
  public.worker_to_move(text),
  public.worker_adopt(uuid, text, integer, jsonb),
  public.worker_adopted(text, uuid[])
  from public, anon, authenticated, service_role;
grant execute on function
  public.worker_to_move(text),
  public.worker_adopt(uuid, text, integer, jsonb),
  public.worker_adopted(text, uuid[])
  to service_role;

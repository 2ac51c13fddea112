-- What the worker calls with the service key, and nobody else. It reads single values instead of lists: a list is cut at
-- 1,000 rows, and a wrong key reads as an empty one.

create function private.session_json(session public.whatsapp_sessions, lease private.leases) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'id', (session).id, 'organization_id', (session).organization_id, 'desired', (session).desired,
    'generation', (session).generation, 'status', (session).status, 'status_reason', (session).status_reason,
    'phone_number', (session).phone_number, 'linked_at', (session).linked_at, 'link_requested_at', (session).link_requested_at,
    'token', (lease).token, 'change', greatest((session).change, (lease).token)
  )
$$;

create function private.order_json(clearance public.whatsapp_clearances) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'id', (clearance).id, 'organization_id', (clearance).organization_id, 'session_id', (clearance).session_id,
    'max_generation', (clearance).max_generation, 'reason', (clearance).reason,
    'phone_number', (clearance).phone_number, 'requested_at', (clearance).requested_at, 'attempts', (clearance).attempts,
    'token', (select l.token from private.leases l where l.session_id = (clearance).session_id)
  )
$$;
revoke execute on function
  private.session_json(public.whatsapp_sessions, private.leases), private.order_json(public.whatsapp_clearances) from public;

-- The worker's row is held to the end, so that no other process becomes this worker while this one reads.
create function private.refuse_former_process(worker_id text, boot_id text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  known text;
begin
  if refuse_former_process.boot_id is null then
    return;
  end if;
  select w.boot_id into known from public.whatsapp_workers w where w.id = refuse_former_process.worker_id for no key update;
  if known <> refuse_former_process.boot_id then
    perform private.fail(409, 'not_holder', 'Another process is this worker by now.');
  end if;
end
$$;
revoke execute on function private.refuse_former_process(text, text) from public;

-- What a worker holds, with what it takes of what nobody does; everything, where none is named. `since`: only sessions with a later change.
-- `session_count` and `change_sum` are of all of them, so that whoever puts changes together knows whether they are whole: a change that
-- was made earlier and seen later is told that way, too. One statement reads, so that all is of one moment. `boot_id`: a process that is this
-- worker no more is refused, lest it learn the tokens of the one that is.
create function public.worker_snapshot(worker_id text default null, since bigint default 0, boot_id text default null) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if worker_snapshot.worker_id is not null then
    perform private.refuse_former_process(worker_snapshot.worker_id, worker_snapshot.boot_id);
    perform private.claim_leases(worker_snapshot.worker_id);
  end if;
  return (
    with held as (
      -- Each row by its key: hashing all sessions for those of one worker looks cheaper to the planner, up to some ten workers.
      select one.session, l as lease, (one.session).created_at, (one.session).id, greatest((one.session).change, l.token) as change
      from private.leases l cross join lateral (
        select s as session from public.whatsapp_sessions s where s.id = l.session_id offset 0
      ) as one
      where l.worker_id = worker_snapshot.worker_id
      union all
      select s, l, s.created_at, s.id, greatest(s.change, l.token)
      from public.whatsapp_sessions s join private.leases l on l.session_id = s.id
      where worker_snapshot.worker_id is null
    ), orders as (
      select c as clearance, c.requested_at, c.id from public.whatsapp_clearances c
      where c.completed_at is null and (worker_snapshot.worker_id is null or exists (
        select from private.leases l where l.session_id = c.session_id and l.worker_id = worker_snapshot.worker_id
      ))
    )
    select jsonb_build_object(
      'instance_id', (select i.id from private.instance i),
      'taken_at', now(),
      'session_count', (select count(*) from held),
      'change_sum', (select coalesce(sum(h.change), 0) from held h),
      'order_count', (select count(*) from orders),
      'surplus', private.surplus(worker_snapshot.worker_id),
      'sessions', coalesce((
        select jsonb_agg(private.session_json(h.session, h.lease) order by h.created_at, h.id) from held h where h.change > worker_snapshot.since
      ), '[]'),
      'orders', coalesce((select jsonb_agg(private.order_json(o.clearance) order by o.requested_at, o.id) from orders o), '[]')
    )
  );
end
$$;

-- One session, for a worker that was told to look; it takes it, where nobody holds it. `held`: whether it is this worker's.
create function public.worker_look(session_id uuid, worker_id text default null, boot_id text default null) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if worker_look.worker_id is not null then
    perform private.refuse_former_process(worker_look.worker_id, worker_look.boot_id);
    perform private.claim_lease(worker_look.session_id, worker_look.worker_id);
  end if;
  return (
    select jsonb_build_object(
      'instance_id', (select i.id from private.instance i),
      'taken_at', now(),
      'held', worker_look.worker_id is null or lease is null or (lease).worker_id is not distinct from worker_look.worker_id,
      'session', (select private.session_json(s, lease) from public.whatsapp_sessions s where s.id = worker_look.session_id),
      'orders', coalesce((
        select jsonb_agg(private.order_json(c) order by c.requested_at, c.id) from public.whatsapp_clearances c
        where c.session_id = worker_look.session_id and c.completed_at is null
      ), '[]'),
      'cleared_generation', (
        select max(c.max_generation) from public.whatsapp_clearances c
        where c.session_id = worker_look.session_id and c.completed_at is not null
      )
    )
    from (select (select l from private.leases l where l.session_id = worker_look.session_id) as lease) as one
  );
end
$$;

-- Workers that were silent for a week and hold nothing: a fleet may name them anew each time.
create function private.forget_old_workers(but text) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  delete from public.whatsapp_workers w where w.id in (
    select old.id from public.whatsapp_workers old
    where old.heartbeat_at < now() - interval '7 days' and old.id <> forget_old_workers.but
      and not exists (select from private.leases l where l.worker_id = old.id)
    for update skip locked
  )
$$;
revoke execute on function private.forget_old_workers(text) from public;

-- A worker is here. The first heartbeat of a process makes it this worker, and whatever an earlier one held in this database is free; false:
-- another process is this worker by now, and is heard of. One that is not may be long dead: its first heartbeat came late.
create function public.worker_heartbeat(
  worker_id text, url text, version text, capacity integer, session_count integer,
  store public.worker_store default 'disk', boot_id text default null, first boolean default false, draining boolean default false
) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  known public.whatsapp_workers;
begin
  perform private.prune_events();
  perform private.forget_old_workers(worker_heartbeat.worker_id);
  insert into public.whatsapp_workers (id, url, version, capacity, session_count, boot_id)
  values (worker_heartbeat.worker_id, worker_heartbeat.url, worker_heartbeat.version, worker_heartbeat.capacity,
    worker_heartbeat.session_count, worker_heartbeat.boot_id)
  on conflict do nothing;
  select w.* into known from public.whatsapp_workers w where w.id = worker_heartbeat.worker_id for update;
  if known.boot_id is distinct from worker_heartbeat.boot_id then
    if known.boot_id is not null and not worker_heartbeat.first and known.id in (select private.online_worker_ids()) then
      return false;
    end if;
    perform private.lock_leases_of(known.id);
    update private.leases l set worker_id = null where l.worker_id = known.id and l.kept = 'database';
  end if;
  update public.whatsapp_workers w
  set url = worker_heartbeat.url, version = worker_heartbeat.version, capacity = worker_heartbeat.capacity,
    session_count = worker_heartbeat.session_count, store = worker_heartbeat.store, boot_id = worker_heartbeat.boot_id,
    draining = worker_heartbeat.draining, heartbeat_at = now(),
    held = (select count(*) from private.leases l where l.worker_id = known.id),
    -- A worker that was back for less than five minutes has been away all the time.
    away_since = case
      when w.heartbeat_at >= now() - interval '30 seconds' or w.returned_at > w.heartbeat_at - interval '5 minutes' then w.away_since
      else w.heartbeat_at
    end,
    returned_at = case when w.heartbeat_at >= now() - interval '30 seconds' then w.returned_at else now() end
  where w.id = known.id;
  return true;
end
$$;

-- A link only: a stamp that comes late says nothing of what the session became. A row that is held by somebody is stamped the next
-- time, half a minute later; waiting for several rows in turn could end in a deadlock.
create function public.worker_touch(session_ids uuid[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  update public.whatsapp_sessions s set last_active_at = now()
  where s.id in (
    select held.id from public.whatsapp_sessions held
    where held.id = any (worker_touch.session_ids) and held.status = 'connecting'
    for update skip locked
  )
$$;

-- `boot_id` and `sequence` name the observation: a process of the worker, and its count of what it observed. What was stored
-- already, or is older than what was, changes nothing, however often and late it comes: people may have changed the row since.
create function public.worker_observe(
  session_id uuid, generation integer, worker_id text, status public.session_status,
  status_reason public.status_reason default null, boot_id text default null, sequence bigint default null, token bigint default null
) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  session public.whatsapp_sessions;
  taken_back boolean;
begin
  select s.* into session from public.whatsapp_sessions s
  where s.id = worker_observe.session_id and s.generation = worker_observe.generation for update;
  if not found or private.is_fenced(worker_observe.session_id, worker_observe.worker_id, worker_observe.token) then
    return false;
  end if;
  if session.observed_boot = worker_observe.boot_id and session.observed_sequence >= worker_observe.sequence then
    return true;
  end if;
  -- Within a generation a link is not undone: what is late and says that it waits speaks of the time before.
  if worker_observe.status = 'connecting' and session.status <> 'connecting' then
    return true;
  end if;
  -- A stop without a reason was wanted by people. Where they took it back before its report came, the session is on its way
  -- back online: left as `stopped` it would wait for somebody to start it once more.
  taken_back := worker_observe.status = 'stopped' and worker_observe.status_reason is null
    and session.desired = 'online' and session.linked_at is not null;
  update public.whatsapp_sessions s
  set status = case when taken_back then 'reconnecting' else worker_observe.status end,
    status_reason = worker_observe.status_reason,
    worker_id = worker_observe.worker_id,
    connected_at = case when worker_observe.status = 'connected' and s.status <> 'connected' then now() else s.connected_at end,
    last_active_at = case
      when taken_back or worker_observe.status = 'connected' or s.status = 'connected' then now()
      else s.last_active_at
    end,
    observed_boot = coalesce(worker_observe.boot_id, s.observed_boot),
    observed_sequence = case when worker_observe.boot_id is null then s.observed_sequence else worker_observe.sequence end
  where s.id = session.id;
  return true;
end
$$;

-- Asked again after an answer was lost, it says the same and changes nothing.
create function public.worker_linked(
  session_id uuid, generation integer, worker_id text, phone_number text, token bigint default null
) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if private.is_fenced(worker_linked.session_id, worker_linked.worker_id, worker_linked.token) then
    return false;
  end if;
  update public.whatsapp_sessions s
  set status = 'reconnecting', status_reason = null, linked_at = now(), last_active_at = now(),
    worker_id = worker_linked.worker_id, phone_number = worker_linked.phone_number
  where s.id = worker_linked.session_id and s.generation = worker_linked.generation and s.status = 'connecting';
  return found or exists (
    select from public.whatsapp_sessions s
    where s.id = worker_linked.session_id and s.generation = worker_linked.generation
      and s.status in ('connected', 'reconnecting', 'stopped')
  );
end
$$;

-- Asked again after an answer was lost, it returns the order of the first time.
create function public.worker_unlinked(
  session_id uuid, generation integer, status_reason public.status_reason, worker_id text default null, token bigint default null
) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  session public.whatsapp_sessions;
  clearance public.whatsapp_clearances;
  order_id uuid;
begin
  select s.* into session from public.whatsapp_sessions s
  where s.id = worker_unlinked.session_id and s.generation = worker_unlinked.generation for update;
  if private.is_fenced(worker_unlinked.session_id, worker_unlinked.worker_id, worker_unlinked.token) then
    return null;
  end if;
  if session.id is not null then
    order_id := private.order_clear(session, 'unlinked');
    update public.whatsapp_sessions s
    set desired = 'stopped', generation = s.generation + 1, status = 'disconnected',
      status_reason = worker_unlinked.status_reason, worker_id = null, connected_at = null, link_requested_at = null
    where s.id = session.id;
  end if;
  select c.* into clearance from public.whatsapp_clearances c
  where c.session_id = worker_unlinked.session_id and c.max_generation = worker_unlinked.generation and c.reason = 'unlinked'
    and (order_id is null or c.id = order_id)
  order by c.requested_at desc limit 1;
  return case when found then private.order_json(clearance) end;
end
$$;

create function public.worker_complete_order(order_id uuid, receipt jsonb) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  stored jsonb;
begin
  if worker_complete_order.receipt ->> 'orderId' is distinct from worker_complete_order.order_id::text then
    perform private.fail(400, 'invalid_input', 'receipt: it is not the receipt of this order.');
  end if;
  update public.whatsapp_clearances c
  set completed_at = now(), receipt = worker_complete_order.receipt, last_error = null
  where c.id = worker_complete_order.order_id and c.completed_at is null
  returning c.receipt into stored;
  if not found then
    select c.receipt into stored from public.whatsapp_clearances c where c.id = worker_complete_order.order_id;
    if not found then
      perform private.fail(409, 'order_missing', 'There is no such order.');
    end if;
  end if;
  return stored;
end
$$;

create function public.worker_fail_order(order_id uuid, error text) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  update public.whatsapp_clearances c
  set attempts = c.attempts + 1, last_error = left(worker_fail_order.error, 500)
  where c.id = worker_fail_order.order_id and c.completed_at is null
$$;

-- One note of a worker. Whose the session is, its row says, or the order of one that is gone; what nobody has is nobody's business. The
-- same cause within a minute is counted, not written again: a connection that flaps must not push everything else out.
create function private.note_of_worker(session_id uuid, kind public.session_event_kind, detail jsonb, at timestamptz) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  owner_id uuid;
begin
  select s.organization_id into owner_id from public.whatsapp_sessions s where s.id = note_of_worker.session_id;
  if owner_id is null then
    select c.organization_id into owner_id from public.whatsapp_clearances c
    where c.session_id = note_of_worker.session_id order by c.requested_at desc limit 1;
  end if;
  if not exists (select from public.organizations o where o.id = owner_id) then
    return;
  end if;
  if note_of_worker.kind not in ('link_attempt', 'linked', 'notes_lost') then
    update public.whatsapp_session_events e
    set detail = e.detail || note_of_worker.detail || jsonb_build_object('count', coalesce((e.detail ->> 'count')::bigint, 1) + 1)
    where e.id = (
      select same.id from public.whatsapp_session_events same
      where same.session_id = note_of_worker.session_id and same.kind = note_of_worker.kind
        and same.at between note_of_worker.at - interval '1 minute' and note_of_worker.at
        and same.detail - array['count', 'retryInMs', 'id'] = note_of_worker.detail - array['count', 'retryInMs', 'id']
      order by same.id desc limit 1 for update skip locked
    );
    if found then
      return;
    end if;
  end if;
  perform private.note(owner_id, note_of_worker.session_id, note_of_worker.kind, note_of_worker.detail, note_of_worker.at);
end
$$;
revoke execute on function private.note_of_worker(uuid, public.session_event_kind, jsonb, timestamptz) from public;

-- Causes for the timelines, at most 200 at once: `[{ sequence, sessionId, kind, detail, agoMs }]`. `boot_id` and `sequence` name a note as
-- they name an observation; what was stored before changes nothing. Of one session the newest 20 count, lest a single call fill its
-- timeline; kinds that are not the worker's, and details that are too long, are ignored.
create function public.worker_note(boot_id text, events jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  known bigint;
  last bigint;
begin
  if jsonb_array_length(worker_note.events) > 200 then
    perform private.fail(400, 'invalid_input', 'events: at most 200 at once.');
  end if;
  insert into private.noted (boot_id) values (worker_note.boot_id) on conflict do nothing;
  select n.sequence into known from private.noted n where n.boot_id = worker_note.boot_id for update;
  select max((e ->> 'sequence')::bigint) into last from jsonb_array_elements(worker_note.events) e;
  perform private.note_of_worker(
    e."sessionId", e.kind::public.session_event_kind, e.detail,
    now() - make_interval(secs => least(greatest(e."agoMs", 0), 604800000) / 1000.0)
  )
  from (
    select e.*, row_number() over (partition by e."sessionId" order by e.sequence desc) as nth
    from jsonb_to_recordset(worker_note.events)
      as e(sequence bigint, "sessionId" uuid, kind text, detail jsonb, "agoMs" double precision)
    where e.sequence > known
      and e.kind = any (enum_range('link_attempt'::public.session_event_kind, null)::text[])
      and jsonb_typeof(e.detail) = 'object' and octet_length(e.detail::text) <= 2000
    order by e.sequence
  ) e
  where e.nth <= 20;
  update private.noted n set sequence = greatest(known, last), at = now() where n.boot_id = worker_note.boot_id;
end
$$;

revoke execute on function
  public.worker_snapshot(text, bigint, text),
  public.worker_look(uuid, text, text),
  public.worker_heartbeat(text, text, text, integer, integer, public.worker_store, text, boolean, boolean),
  public.worker_touch(uuid[]),
  public.worker_observe(uuid, integer, text, public.session_status, public.status_reason, text, bigint, bigint),
  public.worker_linked(uuid, integer, text, text, bigint),
  public.worker_unlinked(uuid, integer, public.status_reason, text, bigint),
  public.worker_complete_order(uuid, jsonb),
  public.worker_fail_order(uuid, text),
  public.worker_note(text, jsonb)
  from public, anon, authenticated, service_role;
grant execute on function
  public.worker_snapshot(text, bigint, text),
  public.worker_look(uuid, text, text),
  public.worker_heartbeat(text, text, text, integer, integer, public.worker_store, text, boolean, boolean),
  public.worker_touch(uuid[]),
  public.worker_observe(uuid, integer, text, public.session_status, public.status_reason, text, bigint, bigint),
  public.worker_linked(uuid, integer, text, text, bigint),
  public.worker_unlinked(uuid, integer, public.status_reason, text, bigint),
  public.worker_complete_order(uuid, jsonb),
  public.worker_fail_order(uuid, text),
  public.worker_note(text, jsonb)
  to service_role;

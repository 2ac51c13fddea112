-- What people may want of a session. Each function holds the session's row from its check to its change, so that what it
-- decided on is still so; the worker's functions take the same lock.

-- The session that the caller may change, locked. One that the caller cannot see is `not_found`, as one that is not there.
create function private.lock_my_session(session_id uuid) returns public.whatsapp_sessions
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  session public.whatsapp_sessions;
begin
  -- Looked at before it is locked: nobody can hold a row of somebody else's.
  select s.* into session from public.whatsapp_sessions s
  where s.id = lock_my_session.session_id and s.organization_id in (select private.my_org_ids());
  if not found then
    perform private.fail(404, 'not_found', 'There is no such session.');
  end if;
  if session.organization_id not in (select private.my_admin_org_ids()) then
    perform private.fail(403, 'forbidden', 'Only owners and admins may change sessions.');
  end if;
  select s.* into session from public.whatsapp_sessions s where s.id = lock_my_session.session_id for update;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such session.');
  end if;
  return session;
end
$$;
revoke execute on function private.lock_my_session(uuid) from public;

-- Refuses whoever has ordered so much away within the hour that the records alone would fill the database. As many as ask in the same
-- instant may pass it: it bounds a rate.
create function private.refuse_too_many_orders(organization_id uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if private.reached('orders_per_hour', (
    select count(*) from public.whatsapp_clearances c
    where c.organization_id = refuse_too_many_orders.organization_id and c.requested_at > now() - interval '1 hour'
  )) then
    perform private.fail(429, 'rate_limited', 'This organisation has removed very much within an hour. Wait a while.');
  end if;
end
$$;
revoke execute on function private.refuse_too_many_orders(uuid) from public;

-- Refuses one session more than an organisation may have. The caller holds the organisation's row.
create function private.refuse_too_many_sessions(organization_id uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if private.reached('sessions', (
    select count(*) from public.whatsapp_sessions s where s.organization_id = refuse_too_many_sessions.organization_id
  )) then
    perform private.fail(409, 'limit_reached', 'This organisation has as many sessions as one may have.');
  end if;
  if private.reached('waiting_links', (
    select count(*) from public.whatsapp_sessions s
    where s.organization_id = refuse_too_many_sessions.organization_id and s.status = 'connecting' and s.linked_at is null
  )) then
    perform private.fail(429, 'rate_limited', 'Too many new sessions wait for a scan already.');
  end if;
  perform private.refuse_too_many_orders(refuse_too_many_sessions.organization_id);
end
$$;
revoke execute on function private.refuse_too_many_sessions(uuid) from public;

create function public.create_session(organization_id uuid, display_name text default null) returns public.whatsapp_sessions
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  label text := nullif(btrim(create_session.display_name), '');
  session public.whatsapp_sessions;
begin
  if create_session.organization_id is null or create_session.organization_id not in (select private.my_org_ids()) then
    perform private.fail(404, 'not_found', 'There is no such organisation.');
  end if;
  -- Held to the end, so that two at once cannot both be the last one allowed. The role is asked after the wait, which may have been for
  -- the caller's own demotion.
  perform from public.organizations o where o.id = create_session.organization_id for no key update;
  if create_session.organization_id not in (select private.my_admin_org_ids()) then
    perform private.fail(403, 'forbidden', 'Only owners and admins may connect a device.');
  end if;
  if char_length(label) > 80 then
    perform private.fail(400, 'invalid_input', 'display_name: a name has at most 80 characters.');
  end if;
  perform private.refuse_too_many_sessions(create_session.organization_id);
  insert into public.whatsapp_sessions (organization_id, display_name, link_requested_at, last_active_at, created_by)
  values (create_session.organization_id, label, now(), now(), auth.uid())
  returning * into session;
  return session;
end
$$;

create function public.start_session(session_id uuid) returns public.whatsapp_sessions
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  session public.whatsapp_sessions := private.lock_my_session(start_session.session_id);
begin
  case session.status
    when 'stopped' then
      update public.whatsapp_sessions s set desired = 'online', status = 'reconnecting', status_reason = null
      where s.id = session.id returning s.* into session;
    when 'disconnected' then
      perform private.refuse_too_many_orders(session.organization_id);
      perform private.order_clear(session, 'reset');
      update public.whatsapp_sessions s
      set desired = 'online', generation = s.generation + 1, status = 'connecting', status_reason = null, phone_number = null,
        worker_id = null, link_requested_at = now(), last_active_at = now()
      where s.id = session.id returning s.* into session;
    when 'connecting' then
      -- `last_active_at` too: a session that somebody has just asked to link is not stale.
      update public.whatsapp_sessions s
      set desired = 'online', status_reason = null, link_requested_at = now(), last_active_at = now()
      where s.id = session.id returning s.* into session;
    else
      -- Online already, unless a stop is under way: that is taken back.
      update public.whatsapp_sessions s set desired = 'online'
      where s.id = session.id and s.desired <> 'online';
      session.desired := 'online';
  end case;
  return session;
end
$$;

create function public.stop_session(session_id uuid) returns public.whatsapp_sessions
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  session public.whatsapp_sessions := private.lock_my_session(stop_session.session_id);
begin
  if session.status not in ('connected', 'reconnecting', 'stopped') then
    perform private.fail(409, 'not_linked', 'Only a linked session can be stopped.');
  end if;
  update public.whatsapp_sessions s set desired = 'stopped' where s.id = session.id returning s.* into session;
  return session;
end
$$;

create function public.reset_session(session_id uuid) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  session public.whatsapp_sessions := private.lock_my_session(reset_session.session_id);
  order_id uuid;
begin
  perform private.refuse_too_many_orders(session.organization_id);
  order_id := private.order_clear(session, 'reset');
  update public.whatsapp_sessions s
  set desired = 'stopped', generation = s.generation + 1, status = 'disconnected', status_reason = 'reset',
    phone_number = null, worker_id = null, connected_at = null, link_requested_at = null
  where s.id = session.id;
  return order_id;
end
$$;

-- Whoever comes first decides, the cancel or the scan: `worker_linked` waits for this lock and then finds no row of its
-- generation; or this waits for it and then finds a linked session.
create function public.cancel_link(session_id uuid) returns jsonb
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  session public.whatsapp_sessions;
  outcome text;
  order_id uuid;
begin
  begin
    session := private.lock_my_session(cancel_link.session_id);
  exception when sqlstate 'PT404' then
    session := null;
  end;
  if session.id is null then
    outcome := 'gone';
  elsif session.status in ('connected', 'reconnecting', 'stopped') then
    return jsonb_build_object('outcome', 'already_connected', 'order_id', null);
  elsif session.linked_at is null and session.status = 'connecting' then
    perform set_config('latchkey.clear_reason', 'cancel', true);
    delete from public.whatsapp_sessions s where s.id = session.id;
    perform set_config('latchkey.clear_reason', '', true);
    outcome := 'deleted';
  elsif session.status = 'connecting' then
    order_id := private.order_clear(session, 'cancel');
    update public.whatsapp_sessions s
    set desired = 'stopped', generation = s.generation + 1, status = 'disconnected', status_reason = 'link_cancelled',
      worker_id = null, link_requested_at = null
    where s.id = session.id;
    return jsonb_build_object('outcome', 'disconnected', 'order_id', order_id);
  else
    outcome := 'disconnected';
  end if;
  select c.id into order_id from public.whatsapp_clearances c
  where c.session_id = cancel_link.session_id and c.organization_id in (select private.my_admin_org_ids())
  -- By generation: `requested_at` is when a transaction began, and one may have waited for a later one.
  order by c.max_generation desc, c.requested_at desc limit 1;
  return jsonb_build_object('outcome', outcome, 'order_id', order_id);
end
$$;

revoke execute on function
  public.create_session(uuid, text),
  public.start_session(uuid),
  public.stop_session(uuid),
  public.reset_session(uuid),
  public.cancel_link(uuid)
  from public, anon, authenticated, service_role;
grant execute on function
  public.create_session(uuid, text),
  public.start_session(uuid),
  public.stop_session(uuid),
  public.reset_session(uuid),
  public.cancel_link(uuid)
  to authenticated;

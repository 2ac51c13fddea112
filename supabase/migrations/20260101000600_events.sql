-- The timeline of each session. Triggers write what people want and what becomes of it, so nothing that happens is forgotten; the worker
-- adds the causes (`worker_note`). Nobody has a right to change it. No foreign keys: the timeline outlives its session.

-- The kinds of domain/events.ts; those from `link_attempt` on are the worker's.
create type public.session_event_kind as enum (
  'created', 'renamed', 'deleted', 'status', 'link_requested', 'stop_requested', 'start_requested', 'clear_ordered', 'cleared',
  'link_attempt', 'pairing_code_requested', 'link_expired', 'linked', 'connection_closed', 'storage_failed', 'credentials_damaged',
  'backup_restored', 'set_aside', 'text_refused', 'text_unanswered', 'notes_lost'
);

create table public.whatsapp_session_events (
  id bigint generated always as identity primary key,
  organization_id uuid not null,
  session_id uuid not null,
  at timestamptz not null default now(),
  kind public.session_event_kind not null,
  detail jsonb not null default '{}'
);
create index whatsapp_session_events_of_a_session on public.whatsapp_session_events (session_id, id desc);
create index whatsapp_session_events_of_an_organization on public.whatsapp_session_events (organization_id, id desc);
create index whatsapp_session_events_by_age on public.whatsapp_session_events (at);

revoke all on public.whatsapp_session_events from anon, authenticated, service_role;
revoke all on sequence public.whatsapp_session_events_id_seq from anon, authenticated, service_role;
grant select on public.whatsapp_session_events to authenticated, service_role;
alter table public.whatsapp_session_events enable row level security;
create policy "members read the timelines of their organisations" on public.whatsapp_session_events
  for select to authenticated using (organization_id in (select private.my_org_ids()));

-- A timeline has at most 500 entries. Beyond 450 it is cut to the newest 400: the room between is for whoever writes at the same time
-- and is not seen yet. What somebody else is changing is left for the next time: nobody ever waits here, so nobody waits in a circle.
create function private.cut_timeline(session_id uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  oldest_kept bigint;
begin
  perform from public.whatsapp_session_events e
  where e.session_id = cut_timeline.session_id order by e.id desc offset 450 limit 1;
  if not found then
    return;
  end if;
  select e.id into oldest_kept from public.whatsapp_session_events e
  where e.session_id = cut_timeline.session_id order by e.id desc offset 399 limit 1;
  delete from public.whatsapp_session_events e where e.id in (
    select old.id from public.whatsapp_session_events old
    where old.session_id = cut_timeline.session_id and old.id < oldest_kept for update skip locked
  );
end
$$;
revoke execute on function private.cut_timeline(uuid) from public;

create function private.note(
  organization_id uuid, session_id uuid, kind public.session_event_kind, detail jsonb, at timestamptz default now()
) returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  insert into public.whatsapp_session_events (organization_id, session_id, kind, detail, at)
  values (note.organization_id, note.session_id, note.kind, note.detail, note.at);
  select private.cut_timeline(note.session_id);
$$;
revoke execute on function private.note(uuid, uuid, public.session_event_kind, jsonb, timestamptz) from public;

create function private.note_session() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'INSERT' then
    perform private.note(new.organization_id, new.id, 'created', jsonb_build_object('status', new.status, 'by', auth.uid()));
  elsif tg_op = 'DELETE' then
    perform private.note(old.organization_id, old.id, 'deleted', jsonb_build_object('status', old.status, 'by', auth.uid()));
  else
    if new.display_name is distinct from old.display_name then
      perform private.note(new.organization_id, new.id, 'renamed',
        jsonb_build_object('from', old.display_name, 'to', new.display_name, 'by', auth.uid()));
    end if;
    -- A status says who changed it. What was only asked for is noted where no status tells of it.
    if (old.status, old.status_reason) is distinct from (new.status, new.status_reason) then
      perform private.note(new.organization_id, new.id, 'status', jsonb_build_object(
        'from', old.status, 'to', new.status, 'reason', new.status_reason, 'generation', new.generation, 'by', auth.uid()));
    elsif new.desired <> old.desired then
      perform private.note(new.organization_id, new.id,
        (case new.desired when 'stopped' then 'stop_requested' else 'start_requested' end)::public.session_event_kind,
        jsonb_build_object('by', auth.uid()));
    elsif new.link_requested_at is distinct from old.link_requested_at and new.link_requested_at is not null then
      perform private.note(new.organization_id, new.id, 'link_requested', jsonb_build_object('by', auth.uid()));
    end if;
  end if;
  return null;
end
$$;
revoke execute on function private.note_session() from public;
create trigger note_session_made_or_gone after insert or delete on public.whatsapp_sessions
  for each row execute function private.note_session();
create trigger note_session_changed after update on public.whatsapp_sessions
  for each row when (
    (old.status, old.status_reason, old.desired, old.link_requested_at, old.display_name)
    is distinct from (new.status, new.status_reason, new.desired, new.link_requested_at, new.display_name)
  )
  execute function private.note_session();

create function private.note_clearance() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'INSERT' then
    perform private.note(new.organization_id, new.session_id, 'clear_ordered',
      jsonb_build_object('order_id', new.id, 'reason', new.reason, 'by', new.requested_by));
  else
    perform private.note(new.organization_id, new.session_id, 'cleared',
      jsonb_build_object('order_id', new.id, 'reason', new.reason, 'remote_unlink', new.receipt -> 'remoteUnlink'));
  end if;
  return null;
end
$$;
revoke execute on function private.note_clearance() from public;
create trigger note_clearance_ordered after insert on public.whatsapp_clearances
  for each row execute function private.note_clearance();
create trigger note_clearance_done after update on public.whatsapp_clearances
  for each row when (old.completed_at is null and new.completed_at is not null)
  execute function private.note_clearance();

-- How far the notes of each process of a worker were stored: what is sent twice, because an answer was lost, is stored once.
create table private.noted (
  boot_id text primary key,
  sequence bigint not null default 0,
  at timestamptz not null default now()
);
create index noted_by_age on private.noted (at);

-- The timeline is kept for 90 days. Called with every heartbeat: an index tells at once that there is nothing to do. A little at a time, and
-- what others are at is theirs: heartbeats of a fleet must not wait for each other, lest all fall silent over one long delete.
create function private.prune_events() returns void
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  delete from public.whatsapp_session_events where id = any (array(
    select e.id from public.whatsapp_session_events e where e.at < now() - interval '90 days' order by e.at limit 2000 for update skip locked
  ));
  delete from private.noted where boot_id = any (array(
    select n.boot_id from private.noted n where n.at < now() - interval '90 days' order by n.at limit 2000 for update skip locked
  ));
$$;
revoke execute on function private.prune_events() from public;

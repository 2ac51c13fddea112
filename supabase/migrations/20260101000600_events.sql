-- The timeline of each session. Triggers write it, so nothing that happens is forgotten; nobody has a right to change it.
-- No foreign keys: the timeline outlives its session.

create table public.whatsapp_session_events (
  id bigint generated always as identity primary key,
  organization_id uuid not null,
  session_id uuid not null,
  at timestamptz not null default now(),
  kind text not null,
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

create function private.note(organization_id uuid, session_id uuid, kind text, detail jsonb) returns void
language sql security definer set search_path = ''
as $$
  insert into public.whatsapp_session_events (organization_id, session_id, kind, detail)
  values (note.organization_id, note.session_id, note.kind, note.detail)
$$;
revoke execute on function private.note(uuid, uuid, text, jsonb) from public;

create function private.note_session() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    perform private.note(new.organization_id, new.id, 'created', jsonb_build_object('status', new.status, 'by', auth.uid()));
  elsif tg_op = 'DELETE' then
    perform private.note(old.organization_id, old.id, 'deleted', jsonb_build_object('status', old.status, 'by', auth.uid()));
  else
    perform private.note(new.organization_id, new.id, 'status',
      jsonb_build_object('from', old.status, 'to', new.status, 'reason', new.status_reason, 'generation', new.generation, 'by', auth.uid()));
  end if;
  return null;
end
$$;
revoke execute on function private.note_session() from public;
create trigger note_session_made_or_gone after insert or delete on public.whatsapp_sessions
  for each row execute function private.note_session();
create trigger note_session_status after update on public.whatsapp_sessions
  for each row when ((old.status, old.status_reason) is distinct from (new.status, new.status_reason))
  execute function private.note_session();

create function private.note_clearance() returns trigger
language plpgsql security definer set search_path = ''
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

-- The timeline is kept for 90 days. Called with every heartbeat: an index tells at once that there is nothing to do.
create function private.prune_events() returns void
language sql security definer set search_path = ''
as $$
  delete from public.whatsapp_session_events where at < now() - interval '90 days'
$$;
revoke execute on function private.prune_events() from public;

-- A row means "this session should exist". `desired`, `generation` and `link_requested_at` say what people want; the
-- columns below them say what the worker observed. No person has a right to write either but for the name.

create type public.session_status as enum ('connecting', 'connected', 'reconnecting', 'stopped', 'disconnected');
create type public.desired_state as enum ('online', 'stopped');
create type public.status_reason as enum (
  'link_expired', 'link_cancelled', 'unlinked_from_phone', 'reset', 'connection_lost', 'replaced', 'banned', 'bad_session',
  'credentials_damaged', 'retries_exhausted', 'passkey_required', 'version_outdated', 'multidevice_mismatch', 'storage_failed',
  'link_unfinished'
);

-- Numbers every change of a session and of who holds it, so that a worker can ask for what changed since.
create sequence private.changes;

create table public.whatsapp_sessions (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  display_name text check (char_length(display_name) between 1 and 80),
  desired public.desired_state not null default 'online',
  generation integer not null default 1 check (generation >= 1),
  link_requested_at timestamptz,

  status public.session_status not null default 'connecting',
  status_reason public.status_reason,
  phone_number text,
  worker_id text,
  -- When a phone was last linked; kept when the link is gone, so that no purge ever takes a session that was linked once.
  linked_at timestamptz,
  connected_at timestamptz,
  last_active_at timestamptz,
  -- Which observation was stored last: a process of the worker and its count. No secret; it only tells what is late from what is new.
  observed_boot text,
  observed_sequence bigint,

  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  change bigint not null default nextval('private.changes'),

  constraint linked_states_have_been_linked
    check (linked_at is not null or status in ('connecting', 'disconnected'))
);
create index whatsapp_sessions_of_an_organization on public.whatsapp_sessions (organization_id, created_at);
create index whatsapp_sessions_that_may_be_stale on public.whatsapp_sessions (coalesce(last_active_at, created_at))
  where status = 'connecting' and linked_at is null;
create index whatsapp_sessions_of_a_creator on public.whatsapp_sessions (created_by);

create function private.stamp_update() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  new.updated_at := now();
  new.change := nextval('private.changes');
  return new;
end
$$;
revoke execute on function private.stamp_update() from public;
create trigger stamp_update before update on public.whatsapp_sessions
  for each row execute function private.stamp_update();

revoke all on public.whatsapp_sessions from anon, authenticated, service_role;
grant select, delete on public.whatsapp_sessions to authenticated, service_role;
grant update (display_name) on public.whatsapp_sessions to authenticated;

alter table public.whatsapp_sessions enable row level security;

create policy "members see the sessions of their organisations" on public.whatsapp_sessions
  for select to authenticated using (organization_id in (select private.my_org_ids()));
create policy "admins rename sessions" on public.whatsapp_sessions
  for update to authenticated using (organization_id in (select private.my_admin_org_ids()));
-- A session that is said to be connected by a worker that is dead may be deleted: nobody knows better.
create policy "admins delete sessions that are not online" on public.whatsapp_sessions
  for delete to authenticated using (
    organization_id in (select private.my_admin_org_ids())
    and not (status = 'connected' and worker_id is not null and worker_id in (select private.online_worker_ids()))
  );

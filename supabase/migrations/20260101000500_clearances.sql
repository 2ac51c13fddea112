-- Orders to clear, and the audit record of what was cleared. Plain uuids without foreign keys: an order outlives its
-- session and its organisation, and a foreign key would abort the cascade of a deleted organisation.

create type public.clear_reason as enum ('cancel', 'delete', 'purge', 'reset', 'unlinked');

create table public.whatsapp_clearances (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null,
  session_id uuid not null,
  label text,
  phone_number text,
  worker_id text,
  max_generation integer not null check (max_generation >= 1),
  reason public.clear_reason not null,
  requested_by uuid,
  requested_at timestamptz not null default now(),
  attempts integer not null default 0,
  last_error text,
  completed_at timestamptz,
  receipt jsonb,
  constraint completed_with_a_receipt check ((completed_at is null) = (receipt is null))
);
create index whatsapp_clearances_open on public.whatsapp_clearances (requested_at, session_id) where completed_at is null;
create index whatsapp_clearances_of_a_session on public.whatsapp_clearances (session_id, requested_at desc);
create index whatsapp_clearances_of_an_organization on public.whatsapp_clearances (organization_id, requested_at desc, id desc);

revoke all on public.whatsapp_clearances from anon, authenticated, service_role;
grant select on public.whatsapp_clearances to authenticated, service_role;
alter table public.whatsapp_clearances enable row level security;
create policy "admins read what was cleared" on public.whatsapp_clearances
  for select to authenticated using (organization_id in (select private.my_admin_org_ids()));

-- Orders to clear all generations of a session up to the one that it has now. Whoever keeps the row must give it the next
-- generation in the same transaction.
create function private.order_clear(session public.whatsapp_sessions, reason public.clear_reason) returns uuid
language sql security definer set search_path = pg_catalog, pg_temp
as $$
  insert into public.whatsapp_clearances
    (organization_id, session_id, label, phone_number, worker_id, max_generation, reason, requested_by)
  values (
    (session).organization_id, (session).id, (session).display_name, (session).phone_number, (session).worker_id,
    (session).generation, order_clear.reason, (select auth.uid())
  )
  returning id
$$;
revoke execute on function private.order_clear(public.whatsapp_sessions, public.clear_reason) from public;

-- However a row goes (a person, a purge, the cascade of its organisation, plain SQL), what it left is ordered away.
create function private.order_clear_of_deleted() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.order_clear(old, coalesce(nullif(current_setting('latchkey.clear_reason', true), ''), 'delete')::public.clear_reason);
  return null;
end
$$;
revoke execute on function private.order_clear_of_deleted() from public;
create trigger order_clear_of_deleted after delete on public.whatsapp_sessions
  for each row execute function private.order_clear_of_deleted();

create function private.clearing_session_ids() returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select session_id from public.whatsapp_clearances where completed_at is null
$$;
revoke execute on function private.clearing_session_ids() from public;
grant execute on function private.clearing_session_ids() to authenticated, service_role;

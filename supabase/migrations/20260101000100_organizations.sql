-- Who belongs where. Roles live in this table and not in the token, so that a change of role counts at once.

create schema if not exists private;
revoke all on schema private from public, anon, authenticated, service_role;

-- What a later migration makes is nobody's until it says whose it is.
alter default privileges revoke execute on functions from public;
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;

create type public.member_role as enum ('owner', 'admin', 'agent');

create table public.organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null check (char_length(name) between 1 and 80),
  created_at timestamptz not null default now()
);

create table public.organization_members (
  organization_id uuid not null references public.organizations (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role public.member_role not null,
  created_at timestamptz not null default now(),
  primary key (organization_id, user_id)
);
create index organization_members_of_a_user on public.organization_members (user_id, role, organization_id);

-- Policies ask `organization_id in (select private.my_org_ids())`: one call for each query instead of one for each row.
-- These functions see all memberships; a policy that read the table itself would ask that table's own policy for ever.
-- `pg_temp` stands last in the path of every function that runs with other rights: unless it is named, also in an empty path, it is
-- searched first for types, and a temporary type named `uuid` would run its maker's code with these rights.
create function private.my_org_ids() returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select organization_id from public.organization_members where user_id = (select auth.uid())
$$;

create function private.my_admin_org_ids() returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select organization_id from public.organization_members
  where user_id = (select auth.uid()) and role in ('owner', 'admin')
$$;

create function private.my_owned_org_ids() returns setof uuid
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select organization_id from public.organization_members
  where user_id = (select auth.uid()) and role = 'owner'
$$;

revoke execute on function private.my_org_ids(), private.my_admin_org_ids(), private.my_owned_org_ids() from public;
grant execute on function private.my_org_ids(), private.my_admin_org_ids(), private.my_owned_org_ids() to authenticated, service_role;

-- A hosted project grants everything on tables to everybody: take it back, then say who may do what.
revoke all on public.organizations, public.organization_members from anon, authenticated, service_role;
grant select, delete on public.organizations to authenticated;
grant select on public.organization_members to authenticated;
grant select on public.organizations, public.organization_members to service_role;

alter table public.organizations enable row level security;
alter table public.organization_members enable row level security;

create policy "members see their organisations" on public.organizations
  for select to authenticated using (id in (select private.my_org_ids()));
create policy "owners delete their organisations" on public.organizations
  for delete to authenticated using (id in (select private.my_owned_org_ids()));
create policy "members see who else is a member" on public.organization_members
  for select to authenticated using (organization_id in (select private.my_org_ids()));

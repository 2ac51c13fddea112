-- Who is asked to join. An invitation is for an e-mail, whether somebody has an account for it or not: nothing here tells. It is taken up
-- by the person whose confirmed e-mail it is, and by nobody else.

create table public.organization_invitations (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null references public.organizations (id) on delete cascade,
  email text not null check (email = lower(email) and char_length(email) <= 254 and email ~ '^[^\s@]+@[^\s@]+$'),
  role public.member_role not null,
  invited_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '7 days',
  unique (organization_id, email)
);
create index organization_invitations_for_an_email on public.organization_invitations (email);
create index organization_invitations_by_a_person on public.organization_invitations (invited_by);

revoke all on public.organization_invitations from anon, authenticated, service_role;
grant select on public.organization_invitations to authenticated;
alter table public.organization_invitations enable row level security;
create policy "owners see whom they invited" on public.organization_invitations
  for select to authenticated using (organization_id in (select private.my_owned_org_ids()));

insert into private.bounds (what, at_most) values ('invitations', 50);

-- Where the caller can be reached, as far as that was proved.
create function private.my_email() returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select lower(u.email) from auth.users u where u.id = (select auth.uid()) and u.email_confirmed_at is not null
$$;
revoke execute on function private.my_email() from public;

-- Whether somebody asked for this e-mail: who may make an account for it.
create function private.is_invited(email text) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from public.organization_invitations i where i.email = lower(btrim(is_invited.email)) and i.expires_at > now()
  )
$$;
revoke execute on function private.is_invited(text) from public;

-- For Supabase's hook `before user created`: with it an operator may open sign-ups, and strangers get no account all the same. What the
-- operator adds by SQL asks no hook.
create function private.admit_invited(event jsonb) returns jsonb
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select case
    when private.is_invited(admit_invited.event #>> '{user,email}') then '{}'::jsonb
    else '{"error": {"http_code": 403, "message": "An account is for who was invited."}}'::jsonb
  end
$$;
revoke execute on function private.admit_invited(jsonb) from public;
do $$
begin
  if exists (select from pg_roles where rolname = 'supabase_auth_admin') then
    grant usage on schema private to supabase_auth_admin;
    grant execute on function private.admit_invited(jsonb) to supabase_auth_admin;
  end if;
end
$$;

-- Inviting again renews: the role of now, and seven days from now.
create function public.invite_member(organization_id uuid, email text, role public.member_role) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  address text := lower(btrim(invite_member.email));
  invited uuid;
begin
  perform private.lock_owned_organization(invite_member.organization_id);
  if address is null or char_length(address) > 254 or address !~ '^[^\s@]+@[^\s@]+$' then
    perform private.fail(400, 'invalid_input', 'email: this is no e-mail address.');
  end if;
  if invite_member.role is null then
    perform private.fail(400, 'invalid_input', 'role: say what the person may do.');
  end if;
  if exists (
    select from public.organization_members m join auth.users u on u.id = m.user_id
    where m.organization_id = invite_member.organization_id and lower(u.email) = address
  ) then
    perform private.fail(409, 'already_member', 'This person is a member already.');
  end if;
  -- What ran out long ago nobody looks for any more.
  delete from public.organization_invitations i
  where i.organization_id = invite_member.organization_id and i.expires_at < now() - interval '30 days';
  if private.reached('invitations', (
    select count(*) from public.organization_invitations i
    where i.organization_id = invite_member.organization_id and i.email <> address and i.expires_at > now()
  )) then
    perform private.fail(409, 'limit_reached', 'As many invitations as an organisation may have are open.');
  end if;
  insert into public.organization_invitations as i (organization_id, email, role, invited_by)
  values (invite_member.organization_id, address, invite_member.role, auth.uid())
  on conflict on constraint organization_invitations_organization_id_email_key do update
  set role = excluded.role, invited_by = excluded.invited_by, created_at = excluded.created_at, expires_at = excluded.expires_at
  returning i.id into invited;
  return invited;
end
$$;

create function public.revoke_invitation(id uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  delete from public.organization_invitations i
  where i.id = revoke_invitation.id and i.organization_id in (select private.my_owned_org_ids());
  if not found then
    perform private.fail(404, 'not_found', 'There is no such invitation.');
  end if;
end
$$;

create function public.my_invitations()
returns table (
  id uuid, organization_id uuid, organization_name text, role public.member_role, invited_by_email text, expires_at timestamptz
)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select i.id, i.organization_id, o.name, i.role, u.email::text, i.expires_at
  from public.organization_invitations i
  join public.organizations o on o.id = i.organization_id
  left join auth.users u on u.id = i.invited_by
  where i.email = (select private.my_email()) and i.expires_at > now()
  order by i.created_at desc, i.id
$$;

-- Whoever is a member already keeps the role that they have. The organisation's row is held before the invitation's, in the order in
-- which `invite_member` takes them.
create function public.accept_invitation(id uuid) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  invitation public.organization_invitations;
begin
  perform from public.organizations o where o.id = (
    select i.organization_id from public.organization_invitations i
    where i.id = accept_invitation.id and i.email = private.my_email() and i.expires_at > now()
  ) for key share;
  delete from public.organization_invitations i
  where i.id = accept_invitation.id and i.email = private.my_email() and i.expires_at > now()
  returning i.* into invitation;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such invitation, or it has run out.');
  end if;
  insert into public.organization_members (organization_id, user_id, role)
  values (invitation.organization_id, auth.uid(), invitation.role)
  on conflict on constraint organization_members_pkey do nothing;
  return invitation.organization_id;
end
$$;

create function public.decline_invitation(id uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  delete from public.organization_invitations i where i.id = decline_invitation.id and i.email = private.my_email();
  if not found then
    perform private.fail(404, 'not_found', 'There is no such invitation.');
  end if;
end
$$;

revoke execute on function
  public.invite_member(uuid, text, public.member_role),
  public.revoke_invitation(uuid),
  public.my_invitations(),
  public.accept_invitation(uuid),
  public.decline_invitation(uuid)
  from public, anon, authenticated, service_role;
grant execute on function
  public.invite_member(uuid, text, public.member_role),
  public.revoke_invitation(uuid),
  public.my_invitations(),
  public.accept_invitation(uuid),
  public.decline_invitation(uuid)
  to authenticated;

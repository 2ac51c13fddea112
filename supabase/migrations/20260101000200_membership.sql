-- Founding an organisation and changing its members. No role has a right to write `organization_members`, so nobody can
-- promote themselves; these functions are the only way in.

-- Every function answers with a code of domain/errors.ts as the message and a sentence for people as the detail.
-- PostgREST turns the SQLSTATE `PT` + status into the HTTP status.
create function private.fail(status integer, code text, sentence text) returns void
language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using errcode = 'PT' || status, message = code, detail = sentence;
end
$$;
revoke execute on function private.fail(integer, text, text) from public;

-- What one tenant may make the database hold; the operator may change a row. Owned organisations are counted for each person, all else
-- for each organisation. `waiting_links`: sessions that were never linked and wait for a scan. `orders_per_hour`: what is cleared leaves its
-- order as a record; whoever has that many within an hour begins nothing new (stop, cancel and delete are never refused).
create table private.bounds (
  what text primary key,
  at_most integer not null check (at_most > 0)
);
insert into private.bounds (what, at_most) values
  ('owned_organizations', 20),
  ('sessions', 20000),
  ('waiting_links', 50),
  ('orders_per_hour', 5000);

create function private.reached(what text, count bigint) returns boolean
language sql stable set search_path = pg_catalog, pg_temp
as $$
  select count >= (select b.at_most from private.bounds b where b.what = reached.what)
$$;
revoke execute on function private.reached(text, bigint) from public;

create function public.create_organization(name text) returns uuid
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  founder uuid := auth.uid();
  label text := btrim(create_organization.name);
  founded uuid;
begin
  if founder is null then
    perform private.fail(401, 'unauthorized', 'Sign in first.');
  end if;
  if label is null or char_length(label) not between 1 and 80 then
    perform private.fail(400, 'invalid_input', 'name: an organisation needs a name of 1 to 80 characters.');
  end if;
  -- One at a time for each founder, so that two at once cannot both be the last one allowed.
  perform pg_advisory_xact_lock(hashtextextended('latchkey: founder ' || founder, 0));
  if private.reached('owned_organizations', (select count(*) from private.my_owned_org_ids())) then
    perform private.fail(409, 'limit_reached', 'You own as many organisations as one person may.');
  end if;
  insert into public.organizations (name) values (label) returning id into founded;
  insert into public.organization_members (organization_id, user_id, role) values (founded, founder, 'owner');
  return founded;
end
$$;

-- Holds the organisation's row, so that two owners cannot demote each other at the same time, and refuses all but owners: asked
-- once the row is held, for the wait may have been for the caller's own demotion.
create function private.lock_owned_organization(organization_id uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if lock_owned_organization.organization_id is null
    or lock_owned_organization.organization_id not in (select private.my_org_ids()) then
    perform private.fail(404, 'not_found', 'There is no such organisation.');
  end if;
  perform from public.organizations o where o.id = lock_owned_organization.organization_id for update;
  if lock_owned_organization.organization_id not in (select private.my_owned_org_ids()) then
    perform private.fail(403, 'forbidden', 'Only an owner may change the members.');
  end if;
end
$$;
revoke execute on function private.lock_owned_organization(uuid) from public;

-- However an owner goes (a person, plain SQL, the cascade of a deleted account), another one is left, or the organisation itself is gone.
-- The row is held, so that two who go at the same time see each other.
create function private.keep_an_owner() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform from public.organizations o where o.id = old.organization_id for update;
  if found and not exists (
    select from public.organization_members m where m.organization_id = old.organization_id and m.role = 'owner'
  ) then
    perform private.fail(403, 'forbidden', 'An organisation keeps at least one owner.');
  end if;
  return null;
end
$$;
revoke execute on function private.keep_an_owner() from public;
create trigger keep_an_owner after update or delete on public.organization_members
  for each row when (old.role = 'owner') execute function private.keep_an_owner();

create function public.set_member_role(organization_id uuid, user_id uuid, role public.member_role) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.lock_owned_organization(set_member_role.organization_id);
  update public.organization_members m set role = set_member_role.role
  where m.organization_id = set_member_role.organization_id and m.user_id = set_member_role.user_id;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such member.');
  end if;
end
$$;

create function public.remove_member(organization_id uuid, user_id uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.lock_owned_organization(remove_member.organization_id);
  delete from public.organization_members m
  where m.organization_id = remove_member.organization_id and m.user_id = remove_member.user_id;
  if not found then
    perform private.fail(404, 'not_found', 'There is no such member.');
  end if;
end
$$;

revoke execute on function
  public.create_organization(text),
  public.set_member_role(uuid, uuid, public.member_role),
  public.remove_member(uuid, uuid)
  from public, anon, authenticated, service_role;
grant execute on function
  public.create_organization(text),
  public.set_member_role(uuid, uuid, public.member_role),
  public.remove_member(uuid, uuid)
  to authenticated;

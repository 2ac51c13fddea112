-- Who else is in an organisation, by e-mail; and what its members do with it. An e-mail is shown to who shares an organisation with it:
-- whoever may not do something must know whom to ask.

create function public.organization_members_overview(organization_id uuid)
returns table (user_id uuid, email text, role public.member_role, created_at timestamptz, is_you boolean)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select m.user_id, u.email::text, m.role, m.created_at, m.user_id = (select auth.uid())
  from public.organization_members m join auth.users u on u.id = m.user_id
  where m.organization_id = organization_members_overview.organization_id
    and m.organization_id in (select private.my_org_ids())
  order by m.role, m.created_at, m.user_id
$$;

-- The row of the organisation is held first, as everything that changes members does: nobody waits in a circle.
create function public.leave_organization(organization_id uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if leave_organization.organization_id is null or leave_organization.organization_id not in (select private.my_org_ids()) then
    perform private.fail(404, 'not_found', 'There is no such organisation.');
  end if;
  perform from public.organizations o where o.id = leave_organization.organization_id for update;
  delete from public.organization_members m
  where m.organization_id = leave_organization.organization_id and m.user_id = auth.uid();
end
$$;

create function public.rename_organization(organization_id uuid, name text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  label text := btrim(rename_organization.name);
begin
  perform private.lock_owned_organization(rename_organization.organization_id);
  if label is null or char_length(label) not between 1 and 80 then
    perform private.fail(400, 'invalid_input', 'name: an organisation needs a name of 1 to 80 characters.');
  end if;
  update public.organizations o set name = label where o.id = rename_organization.organization_id;
end
$$;

revoke execute on function
  public.organization_members_overview(uuid),
  public.leave_organization(uuid),
  public.rename_organization(uuid, text)
  from public, anon, authenticated, service_role;
grant execute on function
  public.organization_members_overview(uuid),
  public.leave_organization(uuid),
  public.rename_organization(uuid, text)
  to authenticated;

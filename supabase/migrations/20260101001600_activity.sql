-- The record of what was removed, with who asked for it. Who reads it is what the policy of the orders says: owners and admins.

create index whatsapp_clearances_of_a_person on public.whatsapp_clearances (requested_by, organization_id) where requested_by is not null;

-- The e-mail of somebody who asked for an order that the caller may read; of nobody else. Also of one who left since. A set of one row, for
-- joined it is asked once for each person and not for each order.
create function private.requester(organization_id uuid, user_id uuid) returns table (email text)
language sql stable security definer set search_path = pg_catalog, pg_temp rows 1
as $$
  select u.email::text from auth.users u
  where u.id = requester.user_id
    and requester.organization_id in (select private.my_admin_org_ids())
    and exists (
      select from public.whatsapp_clearances c
      where c.requested_by = requester.user_id and c.organization_id = requester.organization_id
    )
$$;
revoke execute on function private.requester(uuid, uuid) from public;
grant execute on function private.requester(uuid, uuid) to authenticated;

-- How a removal went. `gone_here`: WhatsApp did not confirm the unlink, which is to be done on the phone.
create type public.clear_outcome as enum ('open', 'gone', 'gone_here');

-- Nobody stands behind what the worker ordered, and nobody is known where the account is gone.
create view public.whatsapp_clearance_overview with (security_invoker = true) as
select
  c.id, c.organization_id, c.session_id, c.label, c.phone_number, c.worker_id, c.max_generation, c.reason, c.requested_by,
  r.email as requested_by_email,
  c.requested_at, c.attempts, c.last_error, c.completed_at, c.receipt,
  case
    when c.completed_at is null then 'open'::public.clear_outcome
    when c.receipt ->> 'remoteUnlink' = 'unconfirmed' then 'gone_here'
    else 'gone'
  end as outcome
from public.whatsapp_clearances c left join lateral private.requester(c.organization_id, c.requested_by) r on true;

revoke all on public.whatsapp_clearance_overview from anon, authenticated, service_role;
grant select on public.whatsapp_clearance_overview to authenticated;

-- One page, newest first: what comes after the row `(before, before_id)`, or the first page. A page that is asked for while others order
-- more neither repeats a row nor leaves one out. The query finds a part of the session's name or of the requester's e-mail, digits of the
-- phone number, the beginning of the session's id. The period holds `since` and not `until`.
create function public.activity(
  organization_id uuid, query text default '', reasons public.clear_reason[] default null,
  before timestamptz default null, before_id uuid default null, page_size integer default 50,
  outcomes public.clear_outcome[] default null, since timestamptz default null, until timestamptz default null
) returns setof public.whatsapp_clearance_overview
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  asked record := public.search_terms(query);
  wanted public.clear_reason[] := case when cardinality(reasons) > 0 then reasons end;
  ended public.clear_outcome[] := case when cardinality(outcomes) > 0 then outcomes end;
  requesters uuid[] := case when asked.pattern is not null then array(
    -- One order for each person: an e-mail is looked up once and not for each order.
    select o.requested_by from public.whatsapp_clearance_overview o where o.id in (
      select distinct on (c.requested_by) c.id from public.whatsapp_clearances c
      where c.organization_id = activity.organization_id and c.requested_by is not null
      order by c.requested_by
    ) and o.requested_by_email ~* asked.pattern
  ) end;
begin
  return query
  select o.* from public.whatsapp_clearance_overview o
  where o.organization_id = activity.organization_id
    and (wanted is null or o.reason = any (wanted))
    and (ended is null or o.outcome = any (ended))
    and (since is null or o.requested_at >= since)
    and (until is null or o.requested_at < until)
    and (before is null or (o.requested_at, o.id) < (before, coalesce(before_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff')))
    and (
      asked.pattern is null
      or o.label ~* asked.pattern
      or strpos(o.phone_number, asked.digits) > 0
      or asked.beginning is not null and starts_with(o.session_id::text, asked.beginning)
      or o.requested_by = any (requesters)
    )
  order by o.requested_at desc, o.id desc
  limit least(greatest(page_size, 1), 200);
end
$$;

revoke execute on function public.activity(
  uuid, text, public.clear_reason[], timestamptz, uuid, integer, public.clear_outcome[], timestamptz, timestamptz
) from public, anon, authenticated, service_role;
grant execute on function public.activity(
  uuid, text, public.clear_reason[], timestamptz, uuid, integer, public.clear_outcome[], timestamptz, timestamptz
) to authenticated;

-- One page of the list, and how many there are of each kind, all of one moment: thousands of sessions are searched here and not in a browser.
-- Row level security decides what is found. `counts` is of all that the query finds; `total` of those in the wanted states.
-- The query finds a part of a name, whatever its case and accents; digits of the phone number, however they are spaced; the beginning of
-- the id. Accents are what is left of a letter once it is taken apart; the ones of Latin languages are named.
create function public.search_sessions(
  organization_id uuid, query text default '', states public.effective_status[] default null,
  page_offset integer default 0, page_size integer default 50
) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  accents constant text := U&'\0300\0301\0302\0303\0308\030A\0327\030C';
  asked text := btrim(left(coalesce(query, ''), 100));
  part text := lower(translate(normalize(asked, nfd), accents, ''));
  digits text := case when asked ~ '^[-+ ().\d]*\d[-+ ().\d]*$' then regexp_replace(asked, '\D', '', 'g') end;
  beginning text := case when part ~ '^[-0-9a-f]{4,36}$' then part end;
  wanted public.effective_status[] := case when cardinality(states) > 0 then states end;
  found jsonb;
begin
  with matching as materialized (
    select o.id, o.created_at, o.effective_status from public.whatsapp_session_overview o
    where o.organization_id = search_sessions.organization_id and (
      part = ''
      or strpos(lower(translate(normalize(o.display_name, nfd), accents, '')), part) > 0
      or strpos(o.phone_number, digits) > 0
      or starts_with(o.id::text, beginning)
    )
  ),
  page as (
    select m.id from matching m where wanted is null or m.effective_status = any (wanted)
    order by m.created_at desc, m.id
    limit least(greatest(page_size, 1), 200) offset greatest(page_offset, 0)
  )
  select jsonb_build_object(
    'total', (select count(*) from matching m where wanted is null or m.effective_status = any (wanted)),
    'counts', (
      select coalesce(jsonb_object_agg(c.effective_status, c.number), '{}')
      from (select m.effective_status, count(*) as number from matching m group by 1) c
    ),
    'rows', (
      select coalesce(jsonb_agg(to_jsonb(o) order by o.created_at desc, o.id), '[]')
      from public.whatsapp_session_overview o where o.id in (select p.id from page p)
    )
  ) into found;
  return found;
end
$$;

revoke execute on function public.search_sessions(uuid, text, public.effective_status[], integer, integer)
  from public, anon, authenticated, service_role;
grant execute on function public.search_sessions(uuid, text, public.effective_status[], integer, integer) to authenticated;

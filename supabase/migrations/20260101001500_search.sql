-- One page of the list, and how many there are of each kind, all of one moment: thousands of sessions are searched here and not in a browser.

-- What a search looks for: a part of a name, whatever its case and accents; digits of a phone number, however they are spaced; the
-- beginning of an id. What a query cannot mean is null. Names are matched by a pattern, for taking accents off ten thousand names at each
-- key press takes five times as long: each letter of the query stands for itself with and without accents. The ones of Latin languages are
-- written out, because not every collation knows them for letters; loose accents may follow.
create function public.search_terms(query text, out pattern text, out digits text, out beginning text)
language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
  asked constant text := btrim(left(coalesce(query, ''), 100));
  loose constant text := U&'[\0300-\036F]';
  letters text;
begin
  if asked = '' then
    return;
  end if;
  pattern := lower(regexp_replace(normalize(asked, nfd), loose, '', 'g'));
  if pattern ~ '^[-0-9a-f]{4,36}$' then
    beginning := pattern;
  end if;
  if asked ~ '\d' and asked !~ '[^-+ ().\d]' then
    digits := regexp_replace(asked, '\D', '', 'g');
  end if;
  pattern := regexp_replace(pattern, '[].*+?^${}()|\\[-]', '\\\&', 'g');
  foreach letters in array array[
    'aáàâãäåÁÀÂÃÄÅ', 'cçćčÇĆČ', 'eéèêëęěÉÈÊËĘĚ', 'iíìîïÍÌÎÏ', 'nñńňÑŃŇ', 'oóòôõöÓÒÔÕÖ', 'sśšŚŠ', 'uúùûüůÚÙÛÜŮ', 'yýÿÝŸ', 'zźżžŹŻŽ'
  ] loop
    pattern := replace(pattern, left(letters, 1), '[' || letters || ']' || loose || '*');
  end loop;
end
$$;

-- Row level security decides what is found. `counts` is of all that the query finds; `total` of those in the wanted states; `all` of the
-- whole organisation. Whether a worker is there is told too: a row and what is said of its worker cannot contradict each other.
create function public.search_sessions(
  organization_id uuid, query text default '', states public.effective_status[] default null,
  page_offset integer default 0, page_size integer default 50
) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  asked record := public.search_terms(query);
  wanted public.effective_status[] := case when cardinality(states) > 0 then states end;
  found jsonb;
begin
  with sessions as materialized (
    select o.id, o.created_at, o.effective_status, wanted is null or o.effective_status = any (wanted) as is_wanted,
      asked.pattern is null
        or o.display_name ~* asked.pattern
        or strpos(o.phone_number, asked.digits) > 0
        or asked.beginning is not null and starts_with(o.id::text, asked.beginning) as is_found
    from public.whatsapp_session_overview o where o.organization_id = search_sessions.organization_id
  ),
  tally as (
    select s.effective_status, count(*) as existing, count(*) filter (where s.is_found) as found,
      count(*) filter (where s.is_found and s.is_wanted) as listed
    from sessions s group by 1
  ),
  page as (
    select s.id from sessions s where s.is_found and s.is_wanted
    order by s.created_at desc, s.id
    limit least(greatest(page_size, 1), 200) offset greatest(page_offset, 0)
  )
  select jsonb_build_object(
    'worker_online', public.worker_online(),
    'all', coalesce(sum(t.existing), 0),
    'total', coalesce(sum(t.listed), 0),
    'counts', coalesce(jsonb_object_agg(t.effective_status, t.found) filter (where t.found > 0), '{}'),
    'rows', (
      select coalesce(jsonb_agg(to_jsonb(o) order by o.created_at desc, o.id), '[]')
      from public.whatsapp_session_overview o where o.id = any (array(select p.id from page p))
    )
  ) into found
  from tally t;
  return found;
end
$$;

revoke execute on function
  public.search_terms(text),
  public.search_sessions(uuid, text, public.effective_status[], integer, integer)
  from public, anon, authenticated, service_role;
grant execute on function
  public.search_terms(text),
  public.search_sessions(uuid, text, public.effective_status[], integer, integer)
  to authenticated;

import type { Sql } from 'postgres'

/**
 * Every right on Latchkey's schemas, and what is in them, that somebody other than the owner has, read from the catalogue: `who may what`
 * by what it is about. PUBLIC is everybody; a `definer function` runs with its owner's rights.
 */
export async function grantsOf(sql: Sql): Promise<Record<string, string>> {
  const rows = await sql<{ what: string; rights: string }[]>`
    with schemas as (select oid from pg_namespace where nspname in ('public', 'private')),
    things (what, owner, acl) as (
      select 'schema ' || nspname, nspowner, coalesce(nspacl, acldefault('n', nspowner)) from pg_namespace
      where oid in (select oid from schemas)
      union all
      select case relkind when 'S' then 'sequence ' when 'v' then 'view ' else 'table ' end || format('%I.%I', relnamespace::regnamespace, relname),
        relowner, coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))
      from pg_class where relnamespace in (select oid from schemas) and relkind in ('r', 'p', 'v', 'm', 'f', 'S')
      union all
      select format('column %I.%I.%I', c.relnamespace::regnamespace, c.relname, a.attname), c.relowner, a.attacl
      from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace in (select oid from schemas) and a.attacl is not null
      union all
      select case when prosecdef then 'definer function ' else 'function ' end || format('%I.%I', pronamespace::regnamespace, proname),
        proowner, coalesce(proacl, acldefault('f', proowner))
      from pg_proc where pronamespace in (select oid from schemas)
    ),
    rights as (
      select t.what, case a.grantee when 0 then 'PUBLIC' else a.grantee::regrole::text end as who,
        string_agg(a.privilege_type || case when a.is_grantable then ' and pass it on' else '' end, ', ' order by a.privilege_type) as may
      from things t cross join lateral aclexplode(t.acl) a where a.grantee <> t.owner group by t.what, a.grantee
    )
    select what, string_agg(who || ' may ' || may, '; ' order by who) as rights from rights group by what order by what`
  return Object.fromEntries(rows.map(({ what, rights }) => [what, rights]))
}

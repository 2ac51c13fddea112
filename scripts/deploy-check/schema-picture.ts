import type { Sql } from 'postgres'

/** What makes up the two schemas that are ours, one query for each kind of thing; `what` names it, `is` is all that can be said of it. */
const QUERIES: Record<string, string> = {
  schema: `select nspname as what, '' as is from pg_namespace where nspname in ('public', 'private')`,
  column: `select c.oid::regclass || '.' || a.attname as what,
      concat_ws(' ', format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end, a.attidentity, a.attgenerated,
        pg_get_expr(d.adbin, d.adrelid), pg_temp.granted(a.attacl, c.relowner)) as is
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where n.nspname in ('public', 'private') and c.relkind in ('r', 'v', 'p', 'm') and a.attnum > 0 and not a.attisdropped`,
  relation: `select c.oid::regclass::text as what,
      concat_ws(' ', c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.reloptions::text,
        pg_temp.granted(c.relacl, c.relowner), case when c.relkind = 'v' then pg_get_viewdef(c.oid) end) as is
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'private') and c.relkind in ('r', 'v', 'p', 'm', 'S')`,
  constraint: `select conrelid::regclass || '.' || conname as what, pg_get_constraintdef(oid) as is
    from pg_constraint where connamespace in (select oid from pg_namespace where nspname in ('public', 'private'))`,
  index: `select indexrelid::regclass::text as what, pg_get_indexdef(indexrelid) as is
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'private')`,
  function: `select p.oid::regprocedure::text as what, pg_get_functiondef(p.oid) || pg_temp.granted(p.proacl, p.proowner) as is
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('public', 'private')`,
  trigger: `select tgrelid::regclass || '.' || tgname as what, pg_get_triggerdef(t.oid) as is
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where not tgisinternal and n.nspname in ('public', 'private')`,
  policy: `select schemaname || '.' || tablename || '.' || policyname as what,
      concat_ws(' ', permissive, roles::text, cmd, qual, with_check) as is
    from pg_policies where schemaname in ('public', 'private')`,
  type: `select t.oid::regtype::text as what, string_agg(e.enumlabel, ',' order by e.enumsortorder) as is
    from pg_type t join pg_enum e on e.enumtypid = t.oid group by t.oid`,
  published: `select schemaname || '.' || tablename as what, pubname::text as is from pg_publication_tables`,
}

/** Who has which right, without the owner, whose name differs between databases. */
const GRANTED = /* sql */ `
create function pg_temp.granted(acl aclitem[], owner oid) returns text language sql as $$
  select coalesce(string_agg(
    case when grantee = 0 then 'public' else pg_get_userbyid(grantee)::text end || ':' || privilege_type, ' '
    order by grantee = 0, pg_get_userbyid(grantee), privilege_type), '')
  from aclexplode(acl) where grantee <> owner
$$`

/** Every thing of our schemas by its kind and name, with all that can be said of it. */
export async function pictureOf(sql: Sql): Promise<ReadonlyMap<string, string>> {
  return await sql.begin(async (tx) => {
    // Names come out with their schema, wherever they are.
    await tx.unsafe(`set local search_path = pg_catalog`)
    await tx.unsafe(GRANTED)
    const picture = new Map<string, string>()
    for (const [kind, query] of Object.entries(QUERIES)) {
      const rows = await tx.unsafe<{ what: string; is: string | null }[]>(query)
      for (const { what, is } of rows) picture.set(`${kind} ${what}`, is ?? '')
    }
    await tx.unsafe('drop function pg_temp.granted(aclitem[], oid)')
    return picture
  })
}

/** What the first has and the second has not, or has otherwise, in words. */
export function differences(hosted: ReadonlyMap<string, string>, ours: ReadonlyMap<string, string>): string[] {
  const names = [...new Set([...hosted.keys(), ...ours.keys()])].toSorted()
  return names.flatMap((name) => {
    if (!hosted.has(name)) return [`${name} is missing on the hosted side`]
    if (!ours.has(name)) return [`${name} is on the hosted side only`]
    return hosted.get(name) === ours.get(name) ? [] : [`${name} differs on the hosted side`]
  })
}

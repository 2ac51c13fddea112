import type { Sql } from 'postgres'

export type Column = { name: string; type: string }
/** A table, a view, or whatever else rows can be read from. `uniques`: the columns of each unique index; `near`: what a foreign key joins it to. */
export type Relation = { schema: string; name: string; columns: Column[]; uniques: string[][]; near: string[] }
/** `reads`: it says of itself that it changes nothing. `optional`: how many of the last parameters may be left out. */
export type Routine = { name: string; parameters: Column[]; optional: number; reads: boolean }
export type Catalogue = { relations: Relation[]; routines: Routine[]; hiddenSchemas: string[]; hidden: Relation[] }

/** The schemas that the API opens. */
const OPEN = ['public']

/** What there is to attack, as the database itself knows it now. */
export async function readCatalogue(sql: Sql): Promise<Catalogue> {
  const relations = await sql<Relation[]>`
    select n.nspname as schema, c.relname as name,
      coalesce((
        select jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, null)) order by a.attnum)
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      ), '[]') as columns,
      coalesce((
        select jsonb_agg((
          select jsonb_agg(a.attname order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum = any (i.indkey)
        )) from pg_index i where i.indrelid = c.oid and i.indisunique
      ), '[]') as uniques,
      coalesce((
        select jsonb_agg(distinct o.relname) from pg_constraint k join pg_class o on o.oid = case k.conrelid when c.oid then k.confrelid else k.conrelid end
        where k.contype = 'f' and c.oid in (k.conrelid, k.confrelid)
      ), '[]') as near
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'v', 'm', 'p', 'f', 'S') and n.nspname !~ '^pg_(toast|temp)' order by 1, 2`
  const routines = await sql<Routine[]>`
    select p.proname as name, p.provolatile <> 'v' as reads, p.pronargdefaults as optional, coalesce((
      select jsonb_agg(jsonb_build_object('name', p.proargnames[at], 'type', format_type(t, null)) order by at)
      from unnest(p.proargtypes) with ordinality as a (t, at)
    ), '[]') as parameters
    from pg_proc p where p.pronamespace = any (${OPEN}::regnamespace[]) order by 1`
  const schemas = await sql<{ name: string }[]>`select nspname as name from pg_namespace where nspname !~ '^pg_(toast|temp)' order by 1`
  const isOpen = ({ schema }: Relation): boolean => OPEN.includes(schema)
  return {
    relations: relations.filter(isOpen),
    routines: [...routines],
    hiddenSchemas: schemas.map(({ name }) => name).filter((name) => !OPEN.includes(name)),
    hidden: relations.filter((one) => !isOpen(one)),
  }
}

export type Row = Record<string, unknown>

/** Up to three rows of a relation in which something of a tenant's stands, read past all rules. */
export async function rowsOf(sql: Sql, { schema, name }: Relation, values: readonly string[]): Promise<Row[]> {
  const found = await sql.unsafe<{ row: Row }[]>(
    `select to_jsonb(t) as row from (select * from "${schema}"."${name}") t where to_jsonb(t)::text ~ $1 order by to_jsonb(t)::text limit 3`,
    [values.join('|')],
  )
  return found.map(({ row }) => row)
}

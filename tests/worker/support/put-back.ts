import type { Sql } from 'postgres'

type Table = { schema: string; name: string; columns: string[] }

/**
 * Remembers every row of our tables, as a dump does; returns how to put them back, without a trigger or a policy being asked, which is how
 * `pg_restore` writes them.
 */
export async function rememberDatabase(sql: Sql): Promise<() => Promise<void>> {
  const tables = await sql<Table[]>`
    select n.nspname as schema, c.relname as name, array_agg(a.attname order by a.attnum) as columns
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where c.relkind = 'r' and n.nspname in ('public', 'private') group by n.nspname, c.relname`
  if (tables.length === 0) throw new Error('there is nothing to remember')
  await sql`drop schema if exists remembered cascade`
  await sql`create schema remembered`
  for (const { schema, name } of tables) {
    await sql`create table remembered.${sql(`${schema}_${name}`)} as table ${sql(schema)}.${sql(name)}`
  }
  return async () => {
    await sql.begin(async (tx) => {
      await tx`set local session_replication_role = replica`
      for (const { schema, name } of tables) await tx`delete from ${tx(schema)}.${tx(name)}`
      for (const { schema, name, columns } of tables) {
        await tx`insert into ${tx(schema)}.${tx(name)} (${tx(columns)}) overriding system value
          select ${tx(columns)} from remembered.${tx(`${schema}_${name}`)}`
      }
    })
  }
}

import { lstatSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Sql } from 'postgres'
import type { ByteSearch } from './byte-search.ts'

/** Every byte of every file below a folder. Its names are looked through, too. */
export function searchFolder(search: ByteSearch, label: string, root: string): void {
  for (const name of readdirSync(root, { recursive: true }) as string[]) {
    const place = `${label}:${name}`
    search.scan(place, Buffer.from(name))
    try {
      if (lstatSync(join(root, name)).isFile()) search.scan(place, readFileSync(join(root, name)))
    } catch (error) {
      // Files of a running database come and go.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}

/** Every row of every table as text: what the database would tell, however it packs it on disk. */
export async function searchRows(search: ByteSearch, sql: Sql): Promise<void> {
  const tables = await sql<{ schema: string; name: string }[]>`
    select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'm', 'p') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_toast'`
  if (tables.length === 0) throw new Error('a database without tables was to be searched')
  for (const { schema, name } of tables) {
    const rows = await sql<{ text: string }[]>`select t::text as text from ${sql(schema)}.${sql(name)} t`
    for (const { text } of rows) search.scan(`table ${schema}.${name}`, Buffer.from(text))
  }
}

/** The database's own files, its write-ahead log included, with all that it still had in memory. */
export async function searchCluster(search: ByteSearch, sql: Sql): Promise<void> {
  await sql`checkpoint`
  const [row] = await sql<{ data_directory: string }[]>`show data_directory`
  if (!row) throw new Error('the database does not say where it lies')
  searchFolder(search, 'cluster', row.data_directory)
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sql } from 'postgres'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestDatabase, type TestDatabase } from '../support/database.ts'

const MIGRATION = join(import.meta.dirname, '../../supabase/migrations/20260101001100_realtime.sql')

let database: TestDatabase
beforeAll(async () => {
  database = await startTestDatabase()
})
afterAll(() => database?.stop())

/** Tables of ours that are published although no row level security guards them, and publications of everything. */
async function unguarded(sql: Sql): Promise<string[]> {
  const rows = await sql<{ what: string }[]>`
    select format('%s: %s', p.pubname, t.schemaname || '.' || t.tablename) as what
    from pg_publication p join pg_publication_tables t using (pubname)
    join pg_class c on c.oid = format('%I.%I', t.schemaname, t.tablename)::regclass where not c.relrowsecurity
    union all select pubname || ': all tables' from pg_publication where puballtables
    union all select p.pubname || ': all of ' || n.pnnspid::regnamespace from pg_publication_namespace n join pg_publication p on p.oid = n.pnpubid
    order by 1`
  return rows.map(({ what }) => what)
}

it('publishes to Realtime only tables that row level security guards, and never all of a schema', async () => {
  const { sql } = database
  await sql`create publication supabase_realtime`
  await sql.unsafe(readFileSync(MIGRATION, 'utf8'))
  const [published] = await sql`select count(*)::int as tables from pg_publication_tables where pubname = 'supabase_realtime'`
  expect(published?.['tables']).toBeGreaterThan(0)
  expect(await unguarded(sql)).toEqual([])
  await sql`alter publication supabase_realtime add table private.noted`
  await sql`create publication everything for tables in schema public`
  expect(await unguarded(sql)).toEqual(['everything: all of public', 'supabase_realtime: private.noted'])
})

import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import postgres from 'postgres'
import type { Sql } from 'postgres'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Look, Snapshot } from '#domain/snapshot.ts'
import { readMigrations } from '../../scripts/migrate/files.ts'
import { migrateDown, migrateUp, migrationStatus } from '../../scripts/migrate/run.ts'
import { startTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const OURS = join(ROOT, 'supabase')
const run = promisify(execFile)

let database: TestDatabase
let folder: string
beforeAll(async () => {
  database = await startTestDatabase()
})
afterAll(() => database.stop())
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'latchkey-migrate-'))))
afterEach(() => rmSync(folder, { recursive: true }))

/** `npm run migrate`, as people run it. */
async function migrate(...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(ROOT, 'scripts/migrate.ts'), ...args, '--database-url', database.databaseUrl])
  return stdout
}

/** A project's `supabase` folder with these files. */
function plant(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** What a schema is, as far as a dump would tell: columns, rules, functions, policies, triggers, rights. */
async function shapeOf(sql: Sql): Promise<unknown> {
  return sql`
    select 'column' as kind, table_schema || '.' || table_name || '.' || column_name as name,
      concat_ws(' ', data_type, is_nullable, column_default, ordinal_position) as value
    from information_schema.columns where table_schema in ('public', 'private')
    union all select 'rule', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) from pg_constraint where conrelid <> 0
    union all select 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index i
      join pg_class c on c.oid = i.indexrelid where c.relnamespace::regnamespace::text in ('public', 'private')
    union all select 'function', p.oid::regprocedure::text, pg_get_functiondef(p.oid) || coalesce(p.proacl::text, '') from pg_proc p
      where p.pronamespace::regnamespace::text in ('public', 'private') and p.prokind = 'f'
    union all select 'policy', polrelid::regclass || '.' || polname, pg_get_expr(polqual, polrelid) from pg_policy
    union all select 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    union all select 'rights', oid::regclass::text, relacl::text || relrowsecurity from pg_class
      where relnamespace::regnamespace::text in ('public', 'private')
    order by 1, 2, 3`
}

describe('the migrations that are there', () => {
  it('are all applied as they are, which a second run leaves as it is', async () => {
    const files = readMigrations(OURS)
    expect(files.length).toBeGreaterThan(10)
    const status = await migrationStatus(database.sql, files)
    expect(status.filter(({ state }) => state !== 'applied')).toEqual([])
    const before = await shapeOf(database.sql)
    expect(await migrateUp(database.sql, files)).toEqual([])
    expect(await shapeOf(database.sql)).toEqual(before)
    expect(await migrate('up')).toBe('The database is up to date.\n')
    expect((await migrate('status')).trim().split('\n')).toHaveLength(files.length)
  })

  it('cannot be undone: they are of the first release, and what undid them would lose what people stored', async () => {
    const files = readMigrations(OURS)
    const [first] = files
    const before = await shapeOf(database.sql)
    await expect(migrateDown(database.sql, files, first?.version ?? '')).rejects.toThrow(/cannot be undone/)
    await expect(migrate('down', '--to', first?.version ?? '')).rejects.toThrow(/cannot be undone without losing/)
    expect(await shapeOf(database.sql)).toEqual(before)
  })

  it('take one that can be undone up, down and up again, with everybody’s rows where they were', async () => {
    const admin = await database.person('admin@example.org')
    const organization = await database.createOrganization('Lila', { admin })
    const { id } = await database.insertSession(organization, { status: 'connected' })
    cpSync(join(OURS, 'migrations'), join(folder, 'migrations'), { recursive: true })
    plant({
      'migrations/20990101000000_colour.sql': "alter table public.whatsapp_sessions add column colour text not null default 'green';",
      'rollback/20990101000000_colour.sql': 'alter table public.whatsapp_sessions drop column colour;',
    })
    const files = readMigrations(folder)
    const last = readMigrations(OURS).at(-1)?.version ?? ''
    const rows = () => database.sql`select * from public.whatsapp_sessions order by id`
    const [before, rowsBefore] = [await shapeOf(database.sql), await rows()]
    expect(await migrateUp(database.sql, files)).toEqual(['20990101000000_colour'])
    const above = await shapeOf(database.sql)
    expect(above).not.toEqual(before)
    expect(await migrateDown(database.sql, files, last)).toEqual(['20990101000000_colour'])
    expect(await shapeOf(database.sql)).toEqual(before)
    expect(await rows()).toEqual(rowsBefore)
    expect(rowsBefore.map((row) => row['id'])).toContain(id)
    expect(await migrateUp(database.sql, files)).toEqual(['20990101000000_colour'])
    // A column that was dropped keeps its place: the new one stands behind it.
    expect((await migrationStatus(database.sql, files)).every(({ state }) => state === 'applied')).toBe(true)
    expect(await migrateDown(database.sql, files, last)).toHaveLength(1)
  })
})

describe('a database of one’s own', () => {
  let sql: Sql
  let name = 0
  beforeEach(async () => {
    name += 1
    await database.sql`create database ${database.sql(`plain_${name}`)}`
    sql = postgres(database.databaseUrl.replace(/\/[^/]*$/, `/plain_${name}`), { onnotice: () => {} })
    plant({
      'migrations/20260101000000_one.sql': 'create table one (id int);',
      'migrations/20260102000000_two.sql': 'create table two (id int);',
    })
  })
  afterEach(() => sql.end())

  const applied = async (): Promise<string[]> =>
    (await sql`select version from supabase_migrations.schema_migrations order by version`).map((row) => String(row['version']))

  it('gets what it has not, the oldest first, and where one fails keeps what came before it', async () => {
    expect((await migrationStatus(sql, readMigrations(folder))).map(({ state }) => state)).toEqual(['waiting', 'waiting'])
    plant({ 'migrations/20260103000000_three.sql': 'create table three (id int); select 1 / 0;' })
    await expect(migrateUp(sql, readMigrations(folder))).rejects.toThrow(
      '20260103000000_three failed, and nothing of it was done: division by zero',
    )
    expect(await applied()).toEqual(['20260101000000', '20260102000000'])
    expect(await sql`select to_regclass('three') as there`).toEqual([{ there: null }])
    plant({ 'migrations/20260103000000_three.sql': 'create table three (id int);' })
    expect(await migrateUp(sql, readMigrations(folder))).toEqual(['20260103000000_three'])
  })

  it('is left alone where a file is another than it was, one came in between, or it is newer than this checkout', async () => {
    await migrateUp(sql, readMigrations(folder))
    plant({ 'migrations/20260103000000_three.sql': 'create table three (id int);' })
    const three = readMigrations(folder)
    plant({ 'migrations/20260102000000_two.sql': 'create table two (id bigint);' })
    await expect(migrateUp(sql, readMigrations(folder))).rejects.toThrow(/20260102000000_two: its file is another/)
    plant({ 'migrations/20260102000000_two.sql': 'create table two\n  (id int)' })
    plant({ 'migrations/20260101120000_between.sql': 'create table between_them (id int);' })
    await expect(migrateUp(sql, readMigrations(folder))).rejects.toThrow(/20260101120000_between: it is older/)
    rmSync(join(folder, 'migrations/20260101120000_between.sql'))
    expect(await migrateUp(sql, three)).toEqual(['20260103000000_three'])
    await expect(migrateUp(sql, three.slice(0, 2))).rejects.toThrow(/20260103000000_three: the database has it and this checkout does not/)
    expect(await applied()).toHaveLength(3)
  })

  it('that two upgrade at once gets each migration once', async () => {
    plant({ 'migrations/20260103000000_slow.sql': 'select pg_sleep(0.2); create table slow (id int);' })
    const files = readMigrations(folder)
    const both = await Promise.all([migrateUp(sql, files), migrateUp(sql, files)])
    expect(both.flat().toSorted()).toEqual(['20260101000000_one', '20260102000000_two', '20260103000000_slow'])
  })

  it('that the Supabase CLI filled counts as up to date, whatever it made of the statements', async () => {
    await migrateUp(sql, readMigrations(folder))
    const text = `-- Why; and what for.
create table three (id int, word text default 'a;  b'); /* two; */ create table four (id int);

create function five() returns int language plpgsql as $$
begin
  return 1; -- Here, too;
end
$$;
comment on table three is 'it''s there;';
`
    plant({ 'migrations/20260103000000_three.sql': text, 'config.toml': 'project_id = "plain"\n' })
    mkdirSync(join(folder, 'supabase'))
    for (const name of ['migrations', 'config.toml']) cpSync(join(folder, name), join(folder, 'supabase', name), { recursive: true })
    const url = `${database.databaseUrl.replace(/\/[^/]*$/, `/plain_${name}`)}?sslmode=disable`
    await run(join(ROOT, 'node_modules/.bin/supabase'), ['db', 'push', '--db-url', url, '--workdir', folder, '--yes'], {
      env: { ...process.env, HOME: folder },
    })
    const [row] = await sql<{ count: number }[]>`
      select array_length(statements, 1) as count from supabase_migrations.schema_migrations where name = 'three'`
    expect(row?.count).toBeGreaterThan(1)
    expect((await migrationStatus(sql, readMigrations(folder))).map(({ state }) => state)).toEqual(['applied', 'applied', 'applied'])
    plant({ 'migrations/20260103000000_three.sql': text.replace('four', 'fore') })
    expect((await migrationStatus(sql, readMigrations(folder))).at(-1)).toMatchObject({ state: 'changed' })
  })

  it('is undone as far as asked, the newest first, whole or not at all', async () => {
    plant({
      'rollback/20260102000000_two.sql': 'drop table two;',
      'migrations/20260103000000_three.sql': 'create table three as table two;',
      'rollback/20260103000000_three.sql': 'drop table three; drop table nothing;',
    })
    await migrateUp(sql, readMigrations(folder))
    await expect(migrateDown(sql, readMigrations(folder), '20260101000000')).rejects.toThrow(/nothing of it was done/)
    expect(await applied()).toHaveLength(3)
    plant({ 'rollback/20260103000000_three.sql': 'drop table three;' })
    const files = readMigrations(folder)
    await expect(migrateDown(sql, files, '20250101000000')).rejects.toThrow(/no migration that was applied/)
    expect(await migrateDown(sql, files, '20260101000000')).toEqual(['20260103000000_three', '20260102000000_two'])
    expect(await applied()).toEqual(['20260101000000'])
    expect(await migrateUp(sql, files)).toHaveLength(2)
  })
})

describe('a database that is one release ahead', () => {
  /** The same, with a field in every object that this release does not know. */
  const ahead = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(ahead)
    if (value === null || typeof value !== 'object') return value
    return { ...Object.fromEntries(Object.entries(value).map(([key, field]) => [key, ahead(field)])), of_the_next_release: [{ what: 1 }] }
  }

  it('is understood by the worker of this one: what it does not know it ignores', async () => {
    const admin = await database.person('ahead@example.org')
    const session = await database.insertSession(await database.createOrganization('Ahead', { admin }), { status: 'disconnected' })
    await database.sql`select private.order_clear(s, 'reset') from public.whatsapp_sessions s where id = ${session.id}`
    for (const [schema, { data, error }] of [
      [Snapshot, await database.service.rpc('worker_snapshot')],
      [Look, await database.service.rpc('worker_look', { session_id: session.id })],
    ] as const) {
      expect(error).toBeNull()
      const known = schema.parse(data)
      expect(known.orders).toHaveLength(1)
      expect(schema.parse(ahead(data))).toEqual(known)
    }
  })
})

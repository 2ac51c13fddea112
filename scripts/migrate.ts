/** `npm run migrate -- status|up|down --database-url <url>`: the migrations in a Postgres of one's own; the Supabase CLI's table, its way. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import postgres from 'postgres'
import type { Sql } from 'postgres'
import { readMigrations } from './migrate/files.ts'
import { migrateDown, migrateUp, migrationStatus } from './migrate/run.ts'
import { StartError } from './stack/start-error.ts'

const HOW =
  'How to: npm run migrate -- status|up --database-url <url>, or down --to <version> --database-url <url>. DATABASE_URL names it, too.'

type Told = { what: string; to: string; url: string }

function told(args: string[]): Told {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { 'database-url': { type: 'string', default: process.env['DATABASE_URL'] ?? '' }, to: { type: 'string', default: '' } },
    })
    const [what = '', ...others] = positionals
    if (values['database-url'] !== '' && others.length === 0 && (what === 'down') === (values.to !== '')) {
      return { what, to: values.to, url: values['database-url'] }
    }
  } catch {
    // Worded below.
  }
  throw new StartError(HOW)
}

async function run(sql: Sql, { what, to }: Told): Promise<string[]> {
  const files = readMigrations(resolve(import.meta.dirname, '../supabase'))
  switch (what) {
    case 'status':
      return (await migrationStatus(sql, files)).map(({ version, name, state }) => `${state.padEnd(8)} ${version}_${name}`)
    case 'up':
      return [...(await migrateUp(sql, files)).map((name) => `applied  ${name}`), 'The database is up to date.']
    case 'down':
      return (await migrateDown(sql, files, to)).map((name) => `undone   ${name}`)
    default:
      throw new StartError(HOW)
  }
}

try {
  const settings = told(process.argv.slice(2))
  const sql = postgres(settings.url, { max: 1, onnotice: () => {} })
  try {
    for (const line of await run(sql, settings)) console.log(line)
  } finally {
    await sql.end()
  }
} catch (error) {
  console.error(error instanceof StartError ? error.message : error)
  process.exitCode = 1
}

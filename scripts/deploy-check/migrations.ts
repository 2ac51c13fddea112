import { readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applyMigrations } from '../stack/migrations.ts'
import { asSuperuser, startHostedPostgres } from './hosted-postgres.ts'
import { type Check, judged, type Outcome } from './outcome.ts'
import { differences, pictureOf } from './schema-picture.ts'
import { findSupabaseCli } from './supabase-cli.ts'
import { withoutWhere } from './without-where.ts'

/**
 * `supabase db push` of the project in `root` to a plain Postgres, as a role with the rights of a hosted project's. Twice: the second time
 * there is nothing to do. What it made is compared with what our own stack makes.
 */
export function migrationsCheck(root: string): Check {
  return { name: 'migrations', run: () => inFolder((folder) => push(root, folder)) }
}

async function push(root: string, folder: string): Promise<Outcome> {
  const cli = await findSupabaseCli(folder)
  if (cli === null) return { kind: 'untried', why: `npm installed no Supabase CLI for ${process.platform} on ${process.arch}` }
  const postgres = await startHostedPostgres(join(folder, 'postgres'))
  try {
    const args = ['db', 'push', `--remote=${postgres.hosted}`, '--skip-vault']
    const first = await cli.run(args, root)
    if (!first.ok) return { kind: 'failed', findings: [`supabase db push: ${faultOf(first.text)}`] }
    const again = await cli.run(args, root)
    const repeated = again.ok && /up to date/i.test(again.text) ? [] : [`supabase db push, a second time: ${faultOf(again.text)}`]
    const hosted = await asSuperuser(postgres.inspect, async (sql) => {
      const rows = await sql<{ name: string; body: string }[]>`select n.nspname || '.' || p.proname as name, p.prosrc as body from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('public', 'private')`
      const applied = await sql`select version from supabase_migrations.schema_migrations`
      return { picture: await pictureOf(sql), rows, applied: applied.length }
    })
    const ours = await asSuperuser(postgres.ours, async (sql) => {
      await applyMigrations(sql, join(root, 'supabase/migrations'))
      return await pictureOf(sql)
    })
    const files = readdirSync(join(root, 'supabase/migrations')).filter((name) => name.endsWith('.sql'))
    const findings = [
      ...repeated,
      ...(hosted.applied === files.length ? [] : [`${files.length} files, and ${hosted.applied} in supabase_migrations.schema_migrations`]),
      ...differences(hosted.picture, ours).slice(0, 20),
      ...hosted.rows.flatMap(({ name, body }) =>
        withoutWhere(body).map((statement) => `${name}(): Supabase refuses this through its API for want of a "where": ${statement}`),
      ),
    ]
    return judged(
      findings,
      `Supabase CLI ${cli.version} applied ${files.length} as no superuser, twice; ${hosted.picture.size} things as ours`,
    )
  } finally {
    await postgres.stop()
  }
}

/** What the CLI adds to a fault, and is of no help with this database. */
const NOISE = /^(?:│|▲|Try rerunning|At statement|Target:|Confirmed)/

/** The lines that name the migration and the fault, without the list of what went well. */
function faultOf(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !NOISE.test(line))
  return lines
    .slice(
      Math.max(
        0,
        lines.findLastIndex((line) => line.startsWith('Applying migration')),
      ),
    )
    .slice(0, 6)
    .join(' | ')
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-deploy-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

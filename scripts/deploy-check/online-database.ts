import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { judged, type Outcome } from './outcome.ts'

const CONNECT_SECONDS = 10
/** What the page listens to. */
const LIVE_TABLES = ['whatsapp_clearances', 'whatsapp_sessions']

/** What only Postgres itself tells: which migrations are there, what Realtime tells of, and whether pg_cron purges. Reads, and cannot write. */
export async function readDeployed(databaseUrl: string | undefined, root: string): Promise<Outcome> {
  if (databaseUrl === undefined) return { kind: 'untried', why: 'DATABASE_URL is not set: migrations and Realtime were not looked at' }
  const sql = postgres(databaseUrl, { max: 1, connect_timeout: CONNECT_SECONDS, onnotice: () => {} })
  try {
    return await sql.begin('read only', async (tx) => {
      const rows = await tx<{ version: string }[]>`select version from supabase_migrations.schema_migrations`
      const applied = new Set(rows.map(({ version }) => version))
      const files = readdirSync(join(root, 'supabase/migrations')).filter((name) => name.endsWith('.sql'))
      const missing = files.filter((name) => !applied.has(name.slice(0, 14)))
      const unknown = [...applied].filter((version) => !files.some((name) => name.startsWith(version)))
      const publication = await tx`select from pg_publication where pubname = 'supabase_realtime'`
      const published = await tx<{ tablename: string }[]>`select tablename from pg_publication_tables where pubname = 'supabase_realtime'`
      const silent = LIVE_TABLES.filter((table) => !published.some(({ tablename }) => tablename === table))
      const [cron] = await tx<{ there: boolean }[]>`select to_regclass('cron.job') is not null as there`
      const findings = [
        ...missing.map((name) => `${name} is not applied: npx supabase db push`),
        ...unknown.map((version) => `migration ${version} is applied, and not in this folder: an older copy of the project?`),
        ...(publication.length > 0
          ? silent.map((table) => `Realtime does not tell of ${table}: add it to the publication supabase_realtime`)
          : []),
      ]
      const live = publication.length > 0 ? 'Realtime tells of both tables' : 'there is no Realtime'
      return judged(findings, `${files.length} migrations applied; ${live}; pg_cron ${cron?.there === true ? 'is' : 'is not'} there`)
    })
  } catch (error) {
    // The driver's messages name hosts and users, never a password.
    return { kind: 'failed', findings: [`DATABASE_URL: ${(error as Error).message}`] }
  } finally {
    await sql.end({ timeout: 1 })
  }
}

import { randomBytes } from 'node:crypto'
import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { App } from '@supabase/lite'
import postgres, { type Sql } from 'postgres'
import { HOSTED_DEFAULTS } from '../stack/hosted-defaults.ts'
import { createLastingConnection } from '../stack/lasting-connection.ts'
import { freePorts } from '../stack/ports.ts'
import { startPostgres } from '../stack/postgres.ts'

/**
 * What a hosted project has and the embedded stack lacks, as far as a migration meets it: the role that migrations run as is no superuser
 * and owns nothing of Auth, Auth has a role of its own, and Realtime has its publication. The grants are those of a hosted `postgres` role.
 */
const HOSTED_ROLES = /* sql */ `
create role supabase_auth_admin nologin noinherit createrole;
grant usage on schema auth, extensions to deployer;
grant all on all tables in schema auth to deployer;
grant all on all routines in schema auth to deployer;
grant anon, authenticated, service_role to deployer;
`

export type HostedPostgres = {
  /** The project's migrations go here, as the role that a hosted project gives: `postgres://…`. */
  hosted: string
  /** The same server's database that our own stack's migrations go to, as its superuser. */
  ours: string
  /** As the superuser of the first. */
  inspect: string
  stop(): Promise<void>
}

/**
 * Starts a Postgres in `folder` with two databases as they are before the first migration: one as on a hosted project of today, whose new
 * tables are granted to nobody, and one as the embedded stack prepares it, which grants them as older projects do.
 */
export async function startHostedPostgres(folder: string): Promise<HostedPostgres> {
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o711)
  const { port } = await freePorts(['port'])
  const [password, deployer] = [randomBytes(12).toString('hex'), randomBytes(12).toString('hex')]
  const server = await startPostgres({ dataDir: join(folder, 'db'), port, password, durable: false })
  const to = (user: string, secret: string, database: string) => `postgres://${user}:${secret}@127.0.0.1:${port}/${database}`
  try {
    await makeSystemSchema(server.url)
    await asSuperuser(server.url, async (sql) => {
      await sql.unsafe(`create role deployer login createdb createrole replication bypassrls password '${deployer}'`)
      await sql.unsafe(withoutDefaultGrants(HOSTED_DEFAULTS))
      await sql.unsafe(HOSTED_ROLES)
    })
    // A template must have no connection, so the copies are made from elsewhere.
    await asSuperuser(to('postgres', password, 'template1'), async (sql) => {
      await sql.unsafe('create database hosted template postgres owner deployer')
      await sql.unsafe('create database ours template postgres')
    })
    await asSuperuser(to('postgres', password, 'hosted'), async (sql) => {
      // The CLI makes its own.
      await sql.unsafe('drop schema if exists supabase_migrations cascade')
      await sql.unsafe('create publication supabase_realtime')
      await sql.unsafe('alter publication supabase_realtime owner to deployer')
    })
    await asSuperuser(to('postgres', password, 'ours'), async (sql) => {
      await sql.unsafe(HOSTED_DEFAULTS)
      await sql.unsafe('create publication supabase_realtime')
    })
  } catch (error) {
    await server.stop()
    throw error
  }
  return {
    hosted: to('deployer', deployer, 'hosted'),
    ours: to('postgres', password, 'ours'),
    inspect: to('postgres', password, 'hosted'),
    stop: () => server.stop(),
  }
}

/** A connection for a while. */
export async function asSuperuser<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    return await work(sql)
  } finally {
    await sql.end()
  }
}

/** Auth's tables and functions, as the embedded stack has them. */
async function makeSystemSchema(databaseUrl: string): Promise<void> {
  const connection = createLastingConnection({ url: databaseUrl, postgresOptions: { max: 1, onnotice: () => {} } })
  try {
    const app = new App({ connection, api: { schemas: ['public'] }, auth: { enabled: true, jwt_secret: randomBytes(32).toString('hex') } })
    await app.ensureSystemSchema()
  } finally {
    await connection.close()
  }
}

function withoutDefaultGrants(sql: string): string {
  return sql.replaceAll(/^.*alter default privileges.*$/gm, 'null;')
}

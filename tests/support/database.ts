import { rmSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import postgres, { type Sql } from 'postgres'
import type { Database } from '#domain/database.types.ts'
import type { Mail } from '../../scripts/stack/mailbox.ts'
import { freePorts } from '../../scripts/stack/ports.ts'
import { startPostgres, type RunningPostgres } from '../../scripts/stack/postgres.ts'
import { startSupabaseApi, type RunningSupabaseApi } from '../../scripts/stack/supabase-api.ts'
import { seedUser } from '../../scripts/stack/users.ts'
import { CLUSTER_PASSWORD, copyPreparedCluster } from './prepared-cluster.ts'

export type Client = SupabaseClient<Database>
export type SessionRow = Database['public']['Tables']['whatsapp_sessions']['Row']
export type Person = {
  id: string
  email: string
  /** Speaks to the API as this person. */
  client: Client
  /** The access token, as the dashboard sends it to the edge function. */
  token: string
}
export type Role = 'owner' | 'admin' | 'agent'

export type TestDatabase = {
  /** The API for `createClient`. */
  url: string
  anonKey: string
  serviceRoleKey: string
  jwtSecret: string
  /** Postgres itself, as its superuser. */
  databaseUrl: string
  sql: Sql
  postgres: RunningPostgres
  api: RunningSupabaseApi
  /** What Auth sent, oldest first. */
  mails: Mail[]
  /** Speaks with the service key, as the worker does. */
  service: Client
  /** Speaks with the public key and nobody signed in. */
  anon: Client
  createUser(email: string, password?: string): Promise<string>
  signIn(email: string, password?: string): Promise<Person>
  /** A user who exists and is signed in. */
  person(email: string): Promise<Person>
  /** An organisation with its members, by SQL. */
  createOrganization(name: string, members?: Partial<Record<Role, Person | Person[]>>): Promise<string>
  /** A session in whatever state a test needs, by SQL. Linked states get a `linked_at` unless told. */
  insertSession(organizationId: string, columns?: Partial<SessionRow>): Promise<SessionRow>
  stop(): Promise<void>
}

/** Where the links of mails lead. No page is there. */
const PAGE_URL = 'http://127.0.0.1:5180'
const PASSWORD = 'correct horse battery staple'

/**
 * A fresh stack of its own: a real Postgres with all migrations applied and the API over it, on free ports of 127.0.0.1,
 * in a temporary folder. Takes well under a second; one for each test file is meant. `durable`: it waits for the disk as the
 * real one does; tests need not, what measures time must.
 */
export async function startTestDatabase({ durable = false } = {}): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-db-'))
  await chmod(folder, 0o711)
  const jwtSecret = 'a secret of the tests that is long enough for HS256'
  const dataDir = join(folder, 'db')
  await copyPreparedCluster(dataDir)
  const server = await startOnFreePort(dataDir, durable)
  // A test run that is broken off leaves neither a server nor its files behind.
  const end = () => {
    process.kill(server.pid, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  }
  process.once('exit', end)
  void server.exited.then(() => process.off('exit', end))
  const mails: Mail[] = []
  const mailbox = { send: async (mail: Mail) => void mails.push(mail) }
  const api = await startSupabaseApi({ databaseUrl: server.url, jwtSecret, port: 0, mailbox, siteUrl: PAGE_URL })
  const sql = postgres(server.url, { max: 5, onnotice: () => {} })
  // The copies are databases of their own: a worker must be able to tell them apart.
  await sql`update private.instance set id = gen_random_uuid()`
  const connect = (key: string) => createClient<Database>(api.url, key, { auth: { persistSession: false, autoRefreshToken: false } })

  const createUser = (email: string, password = PASSWORD) => seedUser(sql, { email, password, cost: 4 })
  const signIn = async (email: string, password = PASSWORD): Promise<Person> => {
    const client = connect(api.anonKey)
    const { data, error } = await client.auth.signInWithPassword({ email, password })
    if (error) throw error
    return { id: data.user.id, email, client, token: data.session.access_token }
  }

  return {
    url: api.url,
    anonKey: api.anonKey,
    serviceRoleKey: api.serviceRoleKey,
    jwtSecret,
    databaseUrl: server.url,
    sql,
    postgres: server,
    api,
    mails,
    service: connect(api.serviceRoleKey),
    anon: connect(api.anonKey),
    createUser,
    signIn,
    person: async (email) => {
      await createUser(email)
      return await signIn(email)
    },
    createOrganization: async (name, members = {}) => {
      const [row] = await sql<{ id: string }[]>`insert into public.organizations (name) values (${name}) returning id`
      if (!row) throw new Error('no organisation was made')
      for (const [role, people] of Object.entries(members)) {
        for (const person of [people].flat()) {
          await sql`insert into public.organization_members (organization_id, user_id, role)
            values (${row.id}, ${person.id}, ${role}::public.member_role)`
        }
      }
      return row.id
    },
    insertSession: async (organizationId, columns = {}) => {
      const linked = ['connected', 'reconnecting', 'stopped'].includes(columns.status ?? 'connecting')
      const row = { organization_id: organizationId, ...(linked && { linked_at: new Date().toISOString() }), ...columns }
      const [session] = await sql<SessionRow[]>`insert into public.whatsapp_sessions ${sql(row)} returning *`
      if (!session) throw new Error('no session was made')
      return session
    },
    stop: async () => {
      await sql.end()
      await api.stop()
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Another process may take the port between finding it and listening: then the next one will do. */
async function startOnFreePort(dataDir: string, durable: boolean, tries = 3): Promise<RunningPostgres> {
  const port = await freePort()
  try {
    return await startPostgres({ dataDir, port, password: CLUSTER_PASSWORD, durable })
  } catch (error) {
    if (tries <= 1 || !String(error).includes('is taken')) throw error
    return await startOnFreePort(dataDir, durable, tries - 1)
  }
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const { port } = await freePorts(['port'])
  return port
}

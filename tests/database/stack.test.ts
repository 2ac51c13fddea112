import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@supabase/supabase-js'
import postgres from 'postgres'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEMO_EMAIL, foundDemo } from '../../scripts/stack/demo-data.ts'
import { startPostgres, type RunningPostgres } from '../../scripts/stack/postgres.ts'
import { startSupabaseApi } from '../../scripts/stack/supabase-api.ts'
import { freePort } from '../support/database.ts'
import { CLUSTER_PASSWORD, copyPreparedCluster } from '../support/prepared-cluster.ts'

const jwtSecret = 'a secret of the tests that is long enough for HS256'
let folder: string
let dataDir: string
let running: RunningPostgres[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-stack-'))
  await chmod(folder, 0o711)
  dataDir = join(folder, 'db')
  running = []
})
afterEach(async () => {
  for (const server of running) await server.stop()
  await rm(folder, { recursive: true, force: true })
})

type Start = { port?: number; durable?: boolean; from?: 'prepared' | 'nothing' }

/** Starts a server in the test's folder, in a copy of a prepared one unless the first start itself is what matters. */
async function start({ port, durable = false, from = 'prepared' }: Start = {}): Promise<RunningPostgres> {
  if (from === 'prepared' && !existsSync(dataDir)) await copyPreparedCluster(dataDir)
  const server = await startPostgres({ dataDir, port: port ?? (await freePort()), password: CLUSTER_PASSWORD, durable })
  running.push(server)
  return server
}

async function query(server: RunningPostgres, text: string): Promise<Record<string, unknown>[]> {
  const sql = postgres(server.url, { max: 1, onnotice: () => {} })
  try {
    return [...(await sql.unsafe(text))]
  } finally {
    await sql.end()
  }
}

describe('the embedded Postgres', () => {
  it('makes its folder on the first start, listens on loopback only and wants its password', async () => {
    const password = 'p@ss/w:rd?'
    const server = await startPostgres({ dataDir, port: await freePort(), password, durable: false })
    running.push(server)
    const where = "select setting from pg_settings where name in ('listen_addresses', 'unix_socket_directories') order by name"
    expect(await query(server, where)).toEqual([{ setting: '127.0.0.1' }, { setting: '' }])
    const wrong = postgres(server.url.replace(encodeURIComponent(password), 'guess'), { max: 1 })
    await expect(wrong`select 1`).rejects.toThrow('password authentication failed')
    await wrong.end()
    expect(await readdir(folder)).toEqual(['db'])
  })

  it('is durable unless a test says otherwise', async () => {
    const server = await start({ durable: true })
    expect(
      await query(server, "select setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit')"),
    ).toEqual([{ setting: 'on' }, { setting: 'on' }, { setting: 'on' }])
  })

  it('comes back with its data after a crash that left postmaster.pid behind', async () => {
    const first = await start({ durable: true })
    await query(first, 'create table kept (id int); insert into kept values (1)')
    process.kill(first.pid, 'SIGKILL')
    await first.exited
    expect(await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).toContain(String(first.pid))
    expect(await query(await start(), 'select id from kept')).toEqual([{ id: 1 }])
  })

  it('is not held up by a postmaster.pid whose number somebody else has by now', async () => {
    await (await start()).stop()
    // The same user as Postgres has: a process of anybody else's would not hold it up.
    const { uid } = await stat(dataDir)
    const other = spawn('sleep', ['30'], { uid })
    try {
      await writeFile(join(dataDir, 'postmaster.pid'), `${other.pid}\n${dataDir}\n0\n5432\n\n127.0.0.1\n0 0\nready\n`)
      expect(await query(await start(), 'select 1 as one')).toEqual([{ one: 1 }])
      expect(other.exitCode).toBeNull()
    } finally {
      other.kill('SIGKILL')
    }
  })

  it('takes over from a server whose launcher is gone', async () => {
    const orphan = await start()
    const next = await start()
    await orphan.exited
    expect(await query(next, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  it('says which port is taken', async () => {
    const first = await start()
    const port = Number(new URL(first.url).port)
    const other = join(folder, 'other')
    await copyPreparedCluster(other)
    await expect(startPostgres({ dataDir: other, port, password: CLUSTER_PASSWORD, durable: false })).rejects.toThrow(
      `port ${port} is taken`,
    )
  })
})

describe('the API over it', () => {
  it('keeps data, keys and sign-ins over a second start, and applies nothing twice', async () => {
    const server = await start({ from: 'nothing' })
    const first = await startSupabaseApi({ databaseUrl: server.url, jwtSecret, port: 0 })
    expect(first.applied.length).toBeGreaterThan(5)
    await query(server, "insert into public.organizations (name) values ('Kept')")
    await first.stop()
    const second = await startSupabaseApi({ databaseUrl: server.url, jwtSecret, port: 0 })
    expect([second.applied, second.anonKey, second.serviceRoleKey]).toEqual([[], first.anonKey, first.serviceRoleKey])
    const { data } = await createClient(second.url, second.serviceRoleKey).from('organizations').select('name')
    expect(data).toEqual([{ name: 'Kept' }])
    await second.stop()
  })

  it('answers an error while the database is down and is well when it is back', async () => {
    const server = await start()
    const api = await startSupabaseApi({ databaseUrl: server.url, jwtSecret, port: 0 })
    const worker = createClient(api.url, api.serviceRoleKey)
    expect((await worker.rpc('worker_snapshot')).error).toBeNull()
    await server.stop()
    const down = await worker.rpc('worker_snapshot')
    expect([down.data, down.status]).toEqual([null, 500])
    await start({ port: Number(new URL(server.url).port) })
    expect((await worker.rpc('worker_snapshot')).error).toBeNull()
    await api.stop()
  })

  it('answers every request again after a crash in the middle of many, whichever connection they meet', async () => {
    let server = await start()
    const api = await startSupabaseApi({ databaseUrl: server.url, jwtSecret, port: 0 })
    const worker = createClient(api.url, api.serviceRoleKey)
    const ask = async () => (await worker.rpc('worker_snapshot').abortSignal(AbortSignal.timeout(10_000))).status
    for (let crash = 0; crash < 3; crash++) {
      const asked = Array.from({ length: 30 }, ask)
      await Promise.race(asked)
      process.kill(server.pid, 'SIGKILL')
      await server.exited
      const broken = await Promise.all(asked)
      // 0 is no answer at all. Some say 404: the API reads its functions anew and finds none.
      expect(broken).not.toContain(0)
      server = await start({ port: Number(new URL(server.url).port) })
      const again = await Promise.all(Array.from({ length: 30 }, ask))
      expect(again.filter((status) => status !== 200)).toEqual([])
    }
    await api.stop()
  })
})

describe('the migrations', () => {
  it('tell Realtime of the tables that the page watches, where there is Realtime', async () => {
    const server = await start({ from: 'nothing' })
    await query(server, 'create publication supabase_realtime')
    const api = await startSupabaseApi({ databaseUrl: server.url, jwtSecret })
    expect(await query(server, "select tablename from pg_publication_tables where pubname = 'supabase_realtime' order by 1")).toEqual([
      { tablename: 'whatsapp_clearances' },
      { tablename: 'whatsapp_sessions' },
    ])
    await api.stop()
  })

  it('name the file that fails and keep nothing of it', async () => {
    const server = await start({ from: 'nothing' })
    await query(server, 'create table public.organizations (mine text)')
    await expect(startSupabaseApi({ databaseUrl: server.url, jwtSecret })).rejects.toThrow(
      'organizations.sql failed: relation "organizations"',
    )
    expect(
      await query(server, "select to_regtype('public.member_role') as kept, count(*)::int from supabase_migrations.schema_migrations"),
    ).toEqual([{ kept: null, count: 0 }])
  })
})

describe('the demo', () => {
  it('is founded once; what people deleted stays deleted, and the password stays until another is set', async () => {
    const server = await start()
    const api = await startSupabaseApi({ databaseUrl: server.url, jwtSecret, port: 0 })
    const sql = postgres(server.url, { max: 1 })
    const demo = await foundDemo(sql, { password: 'the first password', staleSessions: true })
    const client = createClient(api.url, api.anonKey, { auth: { persistSession: false } })
    const { data } = await client.auth.signInWithPassword({ email: DEMO_EMAIL, password: 'the first password' })
    expect(data.user?.id).toBe(demo.userId)
    const purged = await client.rpc('purge_stale_sessions')
    expect(purged.data.map((id: string) => id.slice(0, 20)).toSorted()).toEqual(
      ['19aec740-1add-4da7-9', '32b178de-c23d-4083-9', 'a08c1e45-4abd-4580-8'].map((id) => expect.stringContaining(id)),
    )
    expect(demo.isPassword).toBe(true)
    const second = { password: 'the second password', staleSessions: true }
    expect(await foundDemo(sql, second)).toEqual({ ...demo, isPassword: false })
    expect((await client.auth.signInWithPassword({ email: DEMO_EMAIL, password: 'the first password' })).error).toBeNull()
    expect(await foundDemo(sql, { ...second, setsPassword: true })).toEqual(demo)
    expect(await sql`select id from public.whatsapp_sessions`).toEqual([])
    expect((await client.auth.signInWithPassword({ email: DEMO_EMAIL, password: 'the first password' })).error?.status).toBe(400)
    expect((await client.auth.signInWithPassword({ email: DEMO_EMAIL, password: 'the second password' })).error).toBeNull()
    await sql.end()
    await api.stop()
  })
})

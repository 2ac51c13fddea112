import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import postgres, { type Sql } from 'postgres'
import * as z from 'zod'
import { SESSION_ROUTES } from '#domain/routes.ts'
import type { SessionRoute } from '#domain/routes.ts'
import { layoutOf } from '../../../scripts/stack/layout.ts'
import { type Stack, startStack } from '../../../scripts/stack/stack.ts'
import { seedUser } from '../../../scripts/stack/users.ts'
import { WITHOUT_LIMITS } from '../../support/without-limits.ts'
import { eventually } from '../../worker/support/eventually.ts'

const PASSWORD = 'correct horse battery staple'
/** The simulated phones: one for each organisation that links one. */
export const PHONE = { ours: '51987654321', bystander: '51912000111' } as const

type Person = { token: string; client: SupabaseClient }
export type World = Awaited<ReturnType<typeof startWorld>>

/** What must be the same at the end as at the beginning. */
export type Kept = { rows: unknown[]; orders: unknown[]; views: unknown[]; outbox: unknown; devices: unknown[] }

/**
 * The whole embedded stack, without the page: function on Deno, worker, Postgres, API and simulator as processes. Our organisation has an
 * admin and an agent; a bystander's has a linked session and a text that waits, and none of our calls may touch those.
 */
export async function startWorld() {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-api-'))
  await chmod(folder, 0o711)
  const stack: Stack = await startStack({
    port: 0,
    dataDir: folder,
    parts: ['edge', 'worker', 'simulator'],
    environment: { worker: WITHOUT_LIMITS },
  })
  const sql: Sql = postgres(stack.databaseUrl, { max: 2, onnotice: () => {} })

  const signIn = async (email: string): Promise<Person> => {
    await seedUser(sql, { email, password: PASSWORD, cost: 4 })
    const client = createClient(stack.url, stack.keys.anon, { auth: { persistSession: false, autoRefreshToken: false } })
    const { data, error } = await client.auth.signInWithPassword({ email, password: PASSWORD })
    if (error) throw error
    return { token: data.session.access_token, client }
  }
  const found = async (name: string, owner: Person): Promise<string> => {
    const { data } = await owner.client.rpc('create_organization', { name }).throwOnError()
    return data as string
  }
  const [admin, agent, stranger, bystander] = await Promise.all(
    ['admin@acme.test', 'agent@acme.test', 'owner@rival.test', 'owner@bystander.test'].map(signIn),
  )
  if (!admin || !agent || !stranger || !bystander) throw new Error('somebody could not sign in')
  const ours = await found('Acme', admin)
  const rival = await found('Rival', stranger)
  const others = await found('Bystander', bystander)
  await sql`insert into public.organization_members (organization_id, user_id, role)
    select ${ours}, id, 'agent' from auth.users where email = 'agent@acme.test'`

  /** Calls the function as a person, by a route's own name. */
  const call = async (person: Person, id: string, route: SessionRoute, body?: object): Promise<Response> =>
    fetch(`${stack.url}/functions/v1/whatsapp-session/${id}${SESSION_ROUTES[route].path}`, {
      method: SESSION_ROUTES[route].method,
      headers: { authorization: `Bearer ${person.token}` },
      ...(body && { body: JSON.stringify(body) }),
    })
  const create = async (person: Person, organizationId: string): Promise<string> => {
    const { data } = await person.client.rpc('create_session', { organization_id: organizationId, display_name: 'Ventas' }).throwOnError()
    return (data as { id: string }).id
  }
  const qr = (person: Person, id: string): Promise<string> =>
    eventually(async () => {
      const answer = await call(person, id, 'qr')
      return z.object({ qr: z.string() }).parse(await answer.json()).qr
    }, 30_000)
  const isConnected = (person: Person, id: string): Promise<void> =>
    eventually(async () => {
      const view = (await (await call(person, id, 'status')).json()) as { status?: string }
      if (view.status !== 'connected') throw new Error(`not connected: ${JSON.stringify(view)}`)
    }, 30_000)
  const link = async (person: Person, id: string, phone: string): Promise<void> => {
    const scanned = await fetch(`${stack.phoneUrl}api/scan`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ qr: await qr(person, id), phone }),
    })
    if (!scanned.ok) throw new Error(`the phone refused: ${await scanned.text()}`)
    await isConnected(person, id)
  }

  const kept = async (): Promise<Kept> => {
    const rows = await sql`select id, organization_id, display_name, status, status_reason, desired, generation, phone_number, linked_at
      from public.whatsapp_sessions where organization_id = ${others} order by id`
    const orders =
      await sql`select id, session_id, reason, receipt from public.whatsapp_clearances where organization_id = ${others} order by id`
    const views = await Promise.all(rows.map(async ({ id }) => (await call(bystander, String(id), 'status')).json()))
    const outbox = await (await call(bystander, waiting, 'outbox')).json()
    const state = (await (await fetch(`${stack.phoneUrl}api/state`)).json()) as { devices?: { phone: string; jid: string }[] }
    const devices = (state.devices ?? []).filter((device) => device.phone === PHONE.bystander).map((device) => device.jid)
    return { rows: [...rows], orders: [...orders], views, outbox, devices: devices.toSorted() }
  }

  const linked = await create(admin, ours)
  const connected = await create(bystander, others)
  await link(admin, linked, PHONE.ours)
  await link(bystander, connected, PHONE.bystander)
  // A second session of theirs, offline on purpose: its text waits, so that it can be missed.
  const waiting = await create(bystander, others)
  await link(bystander, waiting, PHONE.bystander)
  await call(bystander, waiting, 'stop')
  const queued = await call(bystander, waiting, 'messages', { to: '+51987654321', text: 'still here' })
  if (!queued.ok) throw new Error(`no text waits: ${await queued.text()}`)

  return {
    stack,
    people: { admin, agent, stranger },
    organizations: { ours, rival, others },
    sessions: { linked, connected, waiting },
    /** A new session of ours, being linked. */
    create: () => create(admin, ours),
    link: (id: string) => link(admin, id, PHONE.ours),
    qr: (id: string) => qr(admin, id),
    call: (id: string, route: SessionRoute, body?: object) => call(admin, id, route, body),
    kept,
    /** The token that the doctor of this worker has. */
    doctorToken: async () =>
      z.object({ token: z.string() }).parse(JSON.parse(await readFile(join(layoutOf(folder, 'demo').worker, 'doctor.json'), 'utf8'))).token,
    /** Numbers of the processes: another one means that it died. */
    processes: () => [stack.parts.edge.pid, stack.parts.worker.pid],
    /** What worker and function logged as a defect of their own. */
    async defects(): Promise<string[]> {
      const { logs } = layoutOf(folder, 'demo')
      const texts = await Promise.all(['worker', 'edge'].map((name) => readFile(join(logs, `${name}.log`), 'utf8').catch(() => '')))
      return texts
        .join('\n')
        .split('\n')
        .filter((line) => /request failed|unexpected answer/.test(line))
    },
    async stop(): Promise<void> {
      await sql.end()
      await stack.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

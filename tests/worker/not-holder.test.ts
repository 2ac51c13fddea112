import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ErrorBody } from '#domain/errors.ts'
import { SESSION_ROUTES } from '#domain/routes.ts'
import type { SessionRoute } from '#domain/routes.ts'
import { readSettings } from '../../worker/settings.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

const ELSEWHERE = '7f0c1a52-8f5e-4a86-9f3c-111111111111'
const BODIES: Partial<Record<SessionRoute, object>> = {
  pairingCode: { phoneNumber: '+51987654321' },
  messages: { to: '+51912000111', text: 'Hola' },
}

let world: World
let worker: TestWorker
let id: string
beforeAll(async () => {
  world = await startWorld()
  // It looks by itself so seldom that only commands make it look.
  worker = await world.startWorker({ POLL_SECONDS: '600', WORKER_STORE: 'database', MASTER_KEYS: Buffer.alloc(32, 7).toString('base64') })
})
afterAll(() => world.stop())

const ask = (
  route: SessionRoute,
  { organizationId = world.organizationId, content = BODIES[route] }: { organizationId?: string; content?: object } = {},
) => {
  const { method, path } = SESSION_ROUTES[route]
  const body = content && JSON.stringify(content)
  const about = { sessionId: id, organizationId, ...(body !== undefined && { body }) }
  return worker.call(method, `/api/sessions/${id}${path.replace(':message', '3EB0AABBCCDDEEFF00112233')}`, about)
}
const codeOf = ({ body }: { body: unknown }) => ErrorBody.parse(body).error.code
const move = (to: string) =>
  world.database.sql`update private.leases set worker_id = ${to}, token = nextval('private.changes') where session_id = ${id}`

describe('a session that another worker holds by now', () => {
  beforeEach(async () => {
    id = await world.createSession()
    const { status, body } = await ask('status')
    if (status !== 200) throw new Error(`it does not hold the session: ${JSON.stringify(body)}`)
  })

  it.each(Object.keys(SESSION_ROUTES) as SessionRoute[])('is left to that one: %s', async (route) => {
    await move('worker-other')
    expect([await ask(route)].map((answer) => [answer.status, codeOf(answer)])).toEqual([[409, 'not_holder']])
  })

  it('is not cleared here, though its order is open: the holder does it', async () => {
    await move('worker-other')
    const orderId = await world.rpc<string>('reset_session', { session_id: id })
    expect(codeOf(await ask('clear', { content: { orderId } }))).toBe('not_holder')
    const [order] = await world.database.sql`select completed_at, attempts from public.whatsapp_clearances where id = ${orderId}`
    expect(order).toEqual({ completed_at: null, attempts: 0 })
  })

  it('is not there at all for another organisation', async () => {
    await move('worker-other')
    for (const route of ['status', 'clear', 'start'] as const)
      expect(codeOf(await ask(route, { organizationId: ELSEWHERE }))).toBe('not_found')
  })

  it("is that one's, too, where it is lost while it is fetched", async () => {
    await move('worker-other')
    expect(codeOf(await ask('status'))).toBe('not_holder')
    await move('worker-test')
    const { sql } = world.database
    const [known] = await sql<{ body: string }[]>`select pg_get_functiondef('public.worker_unshelve'::regproc) as body`
    await sql.unsafe(`create or replace function public.worker_unshelve(session_id uuid, worker_id text, token bigint, sequence bigint default null) returns jsonb
      language sql set search_path = pg_catalog, pg_temp as 'select null::jsonb'`)
    try {
      for (const route of ['status', 'clear', 'messages'] as const) expect(codeOf(await ask(route))).toBe('not_holder')
    } finally {
      await sql.unsafe(known?.body ?? '')
    }
    await move('worker-test')
    expect((await ask('status')).status).toBe(200)
  })

  it('has its link shown by that one: who watches it here is asked to attach anew (LNK-2)', async () => {
    const watched = await worker.call.raw('GET', `/api/sessions/${id}/link`, { sessionId: id })
    await move('worker-other')
    expect(codeOf(await ask('status'))).toBe('not_holder')
    expect((await watched.text()).trimEnd()).toMatch(/event: retry\ndata: .*$/)
  })

  it('is answered for again once it is back', async () => {
    await move('worker-other')
    expect(codeOf(await ask('status'))).toBe('not_holder')
    await move('worker-test')
    expect(await ask('status')).toMatchObject({ status: 200, body: { sessionId: id } })
  })
})

describe('the id of a worker', () => {
  const read = (WORKER_ID: string, WORKER_STORE: string) => {
    const others = {
      WORKER_PORT: '0',
      WORKER_PUBLIC_URL: 'https://w.example',
      WORKER_DATA: '/d',
      WORKER_REALM: 'demo',
      SUPABASE_URL: 'https://p.example',
      SUPABASE_SERVICE_ROLE_KEY: 'k',
      COMMAND_PUBLIC_KEYS: JSON.stringify({ keys: [world.commandKey.public] }),
    }
    return () => readSettings({ ...others, WORKER_ID, WORKER_STORE })
  }

  it.each(['Worker_1', 'worker.1', 'worker-', 'w'.repeat(64)])('%j is a name for the only one, and no part of an address', (id) => {
    expect(read(id, 'database')).toThrow('WORKER_ID: with WORKER_STORE=database')
    expect(read(id, 'disk')).not.toThrow(/WORKER_ID/)
  })
})

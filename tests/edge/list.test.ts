import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { SessionList } from '#domain/listing.ts'
import { json } from './support/recording-worker.ts'
import { aView } from './support/values.ts'
import { startWorld, type World } from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ workerTimeoutSeconds: 0.5 })
})
afterAll(() => world.stop())
beforeEach(async () => {
  world.worker.calls.length = 0
  world.worker.answer((_, response) => json(response, 200, { sessions: [] }))
  await world.database.sql`delete from public.whatsapp_sessions`
  await world.database.sql`delete from public.whatsapp_workers`
})

async function list(token = world.admin.token, query = '') {
  const answer = await world.edge.call('GET', query, token)
  return { ...answer, sessions: SessionList.parse(answer.body).sessions }
}

it('shows a member all sessions of their organisations, the oldest first, and asks the worker once for each organisation', async () => {
  const second = await world.database.createOrganization('Second', { agent: world.agent })
  const older = await world.database.insertSession(second, { display_name: 'Older', created_at: '2026-01-01T00:00:00Z' })
  const newer = await world.session()
  const { status, sessions, headers } = await list(world.agent.token)
  expect([status, headers.get('cache-control')]).toEqual([200, 'no-store'])
  expect(sessions.map((one) => [one.sessionId, one.organizationId, one.displayName])).toEqual([
    [older.id, second, 'Older'],
    [newer, world.organizationId, 'Ventas'],
  ])
  const asked = world.worker.calls.map(({ path, claims }) => [path, claims.session_id, claims.organization_id, claims.user_id])
  expect(asked).toHaveLength(2)
  for (const organization of [second, world.organizationId])
    expect(asked).toContainEqual(['/api/sessions', null, organization, world.agent.id])
  expect((await list(world.agent.token, `?organization=${second}`)).sessions).toMatchObject([{ sessionId: older.id }])
  expect((await list(world.stranger.token)).sessions).toEqual([])
})

it('shows what the worker holds, not what the row remembers', async () => {
  const id = await world.session('connected')
  const held = {
    ...aView(id),
    status: 'reconnecting' as const,
    reason: 'connection_lost' as const,
    phoneNumber: '+51987654321',
    link: null,
  }
  world.worker.answer((_, response) => json(response, 200, { sessions: [held] }))
  expect((await list()).sessions).toMatchObject([
    { status: 'reconnecting', reason: 'connection_lost', phoneNumber: '+51987654321', link: null },
  ])
  expect((await list()).sessions[0]?.connectedAt).toMatch(/Z$/)
})

it('takes the row when the worker still speaks of an earlier link', async () => {
  const id = await world.session()
  await world.admin.client.rpc('reset_session', { session_id: id }).throwOnError()
  world.worker.answer((_, response) => json(response, 200, { sessions: [{ ...aView(id), status: 'connecting' }] }))
  expect((await list()).sessions).toMatchObject([{ sessionId: id, status: 'disconnected', reason: 'reset' }])
})

it.each<[string, Parameters<World['worker']['answer']>[0]]>([
  ['breaks off', (_, response) => response.destroy()],
  ['hangs', () => {}],
  ['is not ready', (_, response) => json(response, 503, { error: { code: 'not_ready', message: 'Later.' } })],
  ['answers nonsense', (_, response) => json(response, 200, { sessions: [{ sessionId: 7 }] })],
])('answers all the same when the worker %s: the rows say that nobody is there', async (_, how) => {
  const linked = await world.session('connected')
  await world.database.sql`update public.whatsapp_workers set heartbeat_at = now() - interval '1 hour'`
  world.worker.answer(how)
  const { status, sessions } = await list()
  expect(status).toBe(200)
  expect(sessions).toMatchObject([{ sessionId: linked, status: 'worker_offline', link: null, phoneNumber: '+51987654321' }])
})

it('is not cut at the thousand rows that the database gives at once', async () => {
  await world.database.sql`
    insert into public.whatsapp_sessions (organization_id, display_name, created_at)
    select ${world.organizationId}, n::text, '2026-01-01'::timestamptz + n * interval '1 second' from generate_series(1, 2345) n`
  const { sessions } = await list()
  expect(sessions.map((one) => Number(one.displayName))).toEqual(Array.from({ length: 2345 }, (_, index) => index + 1))
})

it('has no writers', async () => {
  for (const method of ['POST', 'DELETE', 'PUT']) {
    const answer = await world.edge.call(method, '', world.admin.token)
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET'])
  }
  expect(await world.edge.call('GET', '', null)).toMatchObject({ status: 401 })
})

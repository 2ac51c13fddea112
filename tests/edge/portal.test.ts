import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ERROR_STATUS } from '#domain/errors.ts'
import { PORTAL_ANSWERS, PortalRefusal } from '#domain/portal.ts'
import { PORTAL_ROUTES, type PortalRoute } from '#domain/routes.ts'
import { json } from './support/recording-worker.ts'
import { aReceipt, aView } from './support/values.ts'
import { startWorld, type World } from './support/world.ts'

const PHONE = '+51987654321'
let world: World
let id: string
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())
beforeEach(async () => {
  await world.database.sql`delete from public.whatsapp_sessions`
  id = await world.session('connected')
  world.worker.calls.length = 0
})

const qr = { qr: '2@abc', expiresAt: '2026-01-01T00:00:00.000Z', number: 1 }
/** What a worker answers at its own routes. */
const WORKER_ANSWERS: Record<string, (body: string) => unknown> = {
  '/status': () => aView(id),
  '/qr': () => qr,
  '/request-pairing-code': () => ({ code: 'ABCD1234', phoneNumber: PHONE, expiresAt: qr.expiresAt }),
  '/clear': (body) => aReceipt(id, (JSON.parse(body) as { orderId: string }).orderId),
  '/groups': () => ({ groups: [{ id: '1@g.us', name: 'Ventas', participants: 3 }], live: true, updatedAt: null }),
  '/contacts': () => ({ contacts: [], updatedAt: null }),
}
beforeEach(() => {
  world.worker.answer(({ path, body }, response) => {
    const answer = WORKER_ANSWERS[path.replace(`/api/sessions/${id}`, '')]
    json(response, 200, answer ? answer(body) : { sessions: [] })
  })
})

const ROUTES = Object.entries(PORTAL_ROUTES) as [PortalRoute, (typeof PORTAL_ROUTES)[PortalRoute]][]
/** A Portal's call of a session, by whatever names it. */
const pathOf = (route: PortalRoute, name: string) => {
  const { path } = PORTAL_ROUTES[route]
  if (path.includes(':phone')) return path.replace(':phone', name)
  return route === 'list' ? path : `${path}?phone=${name}`
}

/** What a refusal says in the Portal's shape. */
function refusalOf({ status, body }: { status: number; body: unknown }) {
  const { code, error, ...rest } = PortalRefusal.parse(body)
  if (ERROR_STATUS[code] !== status || error === '') throw new Error(`${code} came as ${status} "${error}"`)
  return { code, error, ...rest }
}

describe.each(ROUTES)("the Portal's %s", (route, { method }) => {
  it.each([
    ['phone number', () => '51987654321'],
    ['id', () => id],
  ])("answers with success and the operation's own fields, by %s", async (_, name) => {
    // A code is for a phone: the one in the path, else one that is told.
    const told = route === 'pairingCode' && name() === id ? JSON.stringify({ phoneNumber: PHONE }) : undefined
    const { status, body } = await world.edge.call(method, pathOf(route, name()), world.admin.token, told)
    expect(status).toBe(200)
    expect(PORTAL_ANSWERS[route].parse(body)).toEqual(body)
    expect(body).toMatchObject({ success: true })
  })

  it('refuses with a sentence for its page, under the status of every other call', async () => {
    expect(refusalOf(await world.edge.call(method, pathOf(route, PHONE), null))).toEqual({
      success: false,
      code: 'unauthorized',
      error: 'Sign in first.',
    })
    const other = await world.edge.call('PATCH', pathOf(route, PHONE), world.admin.token)
    expect(refusalOf(other)).toMatchObject({ code: 'method_not_allowed' })
    expect(other.headers.get('allow')?.split(', ')).toContain(method)
  })
})

describe.each(ROUTES.filter(([route]) => route !== 'list'))("the Portal's %s of a session", (route, { method }) => {
  it('is not found where the caller sees none', async () => {
    const answer = await world.edge.call(method, pathOf(route, PHONE), world.stranger.token)
    expect(refusalOf(answer)).toMatchObject({ code: 'not_found', error: 'There is no such session.' })
  })

  it('refuses what is no phone number', async () => {
    const answer = await world.edge.call(method, pathOf(route, '12'), world.admin.token)
    expect(refusalOf(answer)).toMatchObject({ code: 'invalid_input', detail: { field: 'phoneNumber' } })
  })
})

// Without a phone the path of a disconnect is that of the list.
it.each(ROUTES.filter(([route]) => route !== 'list' && route !== 'disconnect'))(
  "asks for the phone number that is missing, in the Portal's own words: %s",
  async (route, { method }) => {
    const answer = await world.edge.call(method, pathOf(route, ''), world.admin.token)
    expect(refusalOf(answer)).toMatchObject({ code: 'invalid_input', error: 'phoneNumber is required', detail: { field: 'phoneNumber' } })
  },
)

describe('a reset by the Portal', () => {
  it('says what it did to whom, and that once more when it is asked again', async () => {
    const first = await world.edge.call('DELETE', '/sessions/51987654321/delete', world.admin.token)
    expect(first).toMatchObject({
      status: 200,
      body: { success: true, message: `Session ${PHONE} cleared completely`, verifiedAbsent: true },
    })
    const [row] = await world.database.sql`select status, phone_number from public.whatsapp_sessions where id = ${id}`
    expect(row).toEqual({ status: 'disconnected', phone_number: null })
    expect((await world.edge.call('DELETE', '/sessions/51987654321/delete', world.admin.token)).body).toEqual(first.body)
  })

  it('says that the order waits when the worker is away', async () => {
    world.worker.answer((_, response) => response.destroy())
    const answer = await world.edge.call('DELETE', '/sessions/51987654321', world.admin.token)
    expect(refusalOf(answer)).toMatchObject({ code: 'worker_offline', detail: { queued: true } })
  })

  it('cannot be made to look successful by a worker', async () => {
    world.worker.answer((call, response) =>
      json(response, 200, { ...aReceipt(id, (JSON.parse(call.body) as { orderId: string }).orderId), success: 'no' }),
    )
    expect(await world.edge.call('DELETE', '/sessions/51987654321', world.admin.token)).toMatchObject({ body: { success: true } })
  })
})

it('takes ?session= for groups and contacts, but not a phone as well', async () => {
  expect(await world.edge.call('GET', `/groups?session=${id}`, world.agent.token)).toMatchObject({ status: 200 })
  expect(await world.edge.call('GET', `/contacts?session=+51987654321`, world.agent.token)).toMatchObject({ status: 200 })
  const both = await world.edge.call('GET', `/groups?session=${id}&phone=51987654321`, world.admin.token)
  expect(refusalOf(both)).toMatchObject({ code: 'invalid_input', detail: { field: 'session' } })
})

it('answers in its shape where it knows no such route', async () => {
  for (const path of ['/sessions/1/2/3/4', `/sessions/${id}/link`, '/groups/1', '/contacts/1/status'])
    expect(refusalOf(await world.edge.call('GET', path, world.admin.token))).toMatchObject({ code: 'not_found' })
})

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { EXAMPLE } from '../../scripts/openapi/examples.ts'
import { json } from './support/recording-worker.ts'
import { A_TEXT } from './support/routes.ts'
import { startWorld, type World } from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())
beforeEach(() => {
  world.worker.calls.length = 0
})

const call = (method: string, path: string, body?: object, token = world.admin.token) =>
  world.edge.call(method, path, token, body && JSON.stringify(body))
const rowOf = async (id: string) =>
  (await world.database.sql`select status, desired, generation, link_requested_at from public.whatsapp_sessions where id = ${id}`)[0]

describe('texts', () => {
  const text = { id: A_TEXT, to: '+51912000111', text: 'Hola', queuedAt: '2026-01-01T00:00:00.000Z', state: 'waiting', attempts: 0 }

  it('are handed to the worker with the number made whole, and nothing that nobody asked for', async () => {
    const id = await world.session('connected')
    world.worker.answer((_, response) => json(response, 200, text))
    const answer = await call('POST', `/${id}/messages`, { to: '51 912-000-111', text: 'Hola', id: 'mine', __proto__: { to: 'x' } })
    expect(answer).toMatchObject({ status: 200, body: text })
    expect(world.worker.calls).toMatchObject([
      { method: 'POST', path: `/api/sessions/${id}/messages`, body: '{"to":"+51912000111","text":"Hola"}' },
    ])
  })

  it.each([
    ['to', { to: '12', text: 'Hola' }],
    ['to', { text: 'Hola' }],
    ['text', { to: '+51912000111', text: '' }],
    ['text', { to: '+51912000111', text: 'x'.repeat(4097) }],
    ['text', { to: '+51912000111', text: ['Hola'] }],
    ['body', [] as object],
  ])('whose "%s" is wrong go to nobody', async (field, body) => {
    const id = await world.session('connected')
    expect(await call('POST', `/${id}/messages`, body)).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_input', detail: { field } } },
    })
    expect(world.worker.calls).toEqual([])
  })

  it('are shown to agents, and taken out by admins: one of them or all', async () => {
    const id = await world.session('connected')
    world.worker.answer((_, response) => json(response, 200, { messages: [text] }))
    expect(await call('GET', `/${id}/outbox`, undefined, world.agent.token)).toMatchObject({ status: 200, body: { messages: [text] } })
    world.worker.answer((_, response) => json(response, 200, { removed: 1 }))
    expect(await call('DELETE', `/${id}/outbox/${A_TEXT}`)).toMatchObject({ status: 200, body: { removed: 1 } })
    expect(await call('DELETE', `/${id}/outbox`)).toMatchObject({ status: 200, body: { removed: 1 } })
    expect(world.worker.calls.map(({ method, path }) => `${method} ${path.replace(id, ':id')}`)).toEqual([
      'GET /api/sessions/:id/outbox',
      `DELETE /api/sessions/:id/outbox/${A_TEXT}`,
      'DELETE /api/sessions/:id/outbox',
    ])
  })

  it('have ids of one form', async () => {
    const id = await world.session('connected')
    for (const text of ['1', A_TEXT.toLowerCase(), `${A_TEXT}%2f..`, `${A_TEXT}%00`, 'A'.repeat(33)])
      expect(await call('DELETE', `/${id}/outbox/${text}`)).toMatchObject({
        status: 400,
        body: { error: { detail: { field: 'message' } } },
      })
    expect(world.worker.calls).toEqual([])
  })
})

describe('groups and contacts', () => {
  it.each([
    ['groups', { groups: [{ id: '1@g.us', name: null, participants: null }], live: false, updatedAt: null }],
    ['contacts', { contacts: [{ id: '1@s.whatsapp.net', phoneNumber: '+51912000111', name: 'Ana' }], updatedAt: null }],
  ])('%s are for every member', async (route, list) => {
    const id = await world.session('connected')
    world.worker.answer((_, response) => json(response, 200, list))
    expect(await call('GET', `/${id}/${route}`, undefined, world.agent.token)).toMatchObject({ status: 200, body: list })
    expect(world.worker.calls).toMatchObject([{ path: `/api/sessions/${id}/${route}` }])
  })
})

describe.each([
  ['sent', () => EXAMPLE.sentTexts],
  ['holdings', (sessionId: string) => ({ ...EXAMPLE.holdings, sessionId })],
])('%s', (route, of) => {
  it('is for every member, and for nobody else: to them there is no such session', async () => {
    const id = await world.session('connected')
    world.worker.answer((_, response) => json(response, 200, of(id)))
    expect(await call('GET', `/${id}/${route}`, undefined, world.agent.token)).toMatchObject({ status: 200, body: of(id) })
    expect(world.worker.calls).toMatchObject([{ method: 'GET', path: `/api/sessions/${id}/${route}` }])
    expect(await call('GET', `/${id}/${route}`, undefined, world.stranger.token)).toMatchObject({
      status: 404,
      body: { error: { code: 'not_found' } },
    })
    expect(world.worker.calls).toHaveLength(1)
  })
})

it('hands on no holdings of another session than the one that was asked for', async () => {
  const id = await world.session('connected')
  world.worker.answer((_, response) => json(response, 200, EXAMPLE.holdings))
  const { status, body } = await call('GET', `/${id}/holdings`)
  expect(status).toBeGreaterThanOrEqual(500)
  expect(JSON.stringify(body)).not.toContain(EXAMPLE.holdings.sessionId)
})

describe('a pairing code', () => {
  const code = { code: 'ABCD1234', phoneNumber: '+51987654321', expiresAt: '2026-01-01T00:00:00.000Z' }
  const ask = (id: string, phoneNumber = '+51987654321') => call('POST', `/${id}/request-pairing-code`, { phoneNumber })

  it('is asked for once the wish to link is stored, so that the worker begins where nothing is under way', async () => {
    const id = await world.session()
    await world.database
      .sql`update public.whatsapp_sessions set link_requested_at = now() - interval '10 minutes', last_active_at = now() - interval '4 minutes' where id = ${id}`
    let wished: Date | undefined
    world.worker.answer((_, response) => {
      void rowOf(id).then((row) => {
        wished = row?.['link_requested_at'] as Date
        json(response, 200, code)
      })
    })
    expect(await ask(id, '51 987 654 321')).toMatchObject({ status: 200, body: code })
    expect(Date.now() - (wished?.getTime() ?? 0)).toBeLessThan(60_000)
    expect(world.worker.calls).toMatchObject([
      { method: 'POST', path: `/api/sessions/${id}/request-pairing-code`, body: '{"phoneNumber":"+51987654321"}' },
    ])
  })

  it('begins the next generation of a session that was reset', async () => {
    const id = await world.session('connected')
    await world.admin.client.rpc('reset_session', { session_id: id }).throwOnError()
    world.worker.answer((_, response) => json(response, 200, code))
    expect(await ask(id)).toMatchObject({ status: 200 })
    expect(await rowOf(id)).toMatchObject({ status: 'connecting', generation: 3 })
  })

  it.each(['connected', 'stopped'] as const)('is not for a session that is %s, and changes nothing of it', async (status) => {
    const id = await world.session('connected')
    await world.database.sql`update public.whatsapp_sessions set status = ${status}, desired = 'stopped' where id = ${id}`
    const before = await rowOf(id)
    world.worker.answer((_, response) => json(response, 409, { error: { code: 'already_connected', message: 'Linked.' } }))
    expect(await ask(id)).toMatchObject({ status: 409, body: { error: { code: 'already_connected' } } })
    expect(await rowOf(id)).toEqual(before)
  })

  it('needs a number that a phone can have', async () => {
    const id = await world.session()
    for (const phoneNumber of ['', '12', 'letters', '+999 123 456 789'])
      expect(await ask(id, phoneNumber)).toMatchObject({ status: 400, body: { error: { detail: { field: 'phoneNumber' } } } })
    expect(await call('POST', `/${id}/request-pairing-code`)).toMatchObject({
      status: 400,
      body: { error: { detail: { field: 'phoneNumber' } } },
    })
    expect(world.worker.calls).toEqual([])
  })
})

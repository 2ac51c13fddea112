import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { json as readJson } from 'node:stream/consumers'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ERROR_STATUS, ErrorBody, type ErrorCode } from '#domain/errors.ts'
import { MAX_BODY_BYTES } from '#domain/routes.ts'
import type { Answered } from './support/edge.ts'
import { json } from './support/recording-worker.ts'
import { ROUTES } from './support/routes.ts'
import { aView } from './support/values.ts'
import { startWorld, type World } from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld({ workerTimeoutSeconds: 0.4 })
})
afterAll(() => world.stop())
beforeEach(() => {
  world.worker.calls.length = 0
})

/** What a refusal says; every one has the one shape, a sentence, and the status of its code. */
function refusalOf({ status, body }: Pick<Answered, 'status' | 'body'>): { code: ErrorCode; detail: Record<string, unknown> } {
  const { code, message, detail = {} } = ErrorBody.parse(body).error
  if (ERROR_STATUS[code] !== status || message === '') throw new Error(`${code} came as ${status} "${message}"`)
  return { code, detail }
}

/** A token like those that Auth issues, with `changes` and perhaps another secret. */
async function token(changes: Record<string, unknown> = {}, secret = world.database.jwtSecret): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const claims = { sub: world.admin.id, aud: 'authenticated', role: 'authenticated', email: world.admin.email, session_id: randomUUID() }
  return await new SignJWT({ ...claims, iat: now, exp: now + 600, ...changes })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(secret))
}

describe('who calls', () => {
  it.each(ROUTES)('asks nobody and stores nothing for %s without a user', async (_, { method, path, body }) => {
    const id = await world.session()
    expect(refusalOf(await world.edge.call(method, `/${id}${path}`, null, body))).toMatchObject({ code: 'unauthorized' })
    expect(refusalOf(await world.edge.call(method, `/${id}${path}`, world.database.anonKey, body))).toMatchObject({ code: 'unauthorized' })
    expect(await world.database.sql`select 1 from public.whatsapp_sessions where id = ${id} and generation = 1`).toHaveLength(1)
    expect(world.worker.calls).toEqual([])
  })

  it('refuses a forged, an expired and a cut token', async () => {
    const id = await world.session()
    const past = Math.floor(Date.now() / 1000) - 60
    const good = world.admin.token
    const bad = [await token({}, 'another secret that is long enough, too'), await token({ exp: past }), good.slice(0, -3), 'nonsense']
    for (const each of bad) expect(refusalOf(await world.edge.call('GET', `/${id}/status`, each))).toMatchObject({ code: 'unauthorized' })
    expect(world.worker.calls).toEqual([])
  })

  it('refuses a token that nobody signed', async () => {
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const unsigned = `${encode({ alg: 'none' })}.${encode({ sub: world.admin.id, role: 'service_role', exp: 4e9 })}.`
    expect(refusalOf(await world.edge.call('GET', `/${await world.session()}/status`, unsigned))).toMatchObject({ code: 'unauthorized' })
  })

  it.each(ROUTES)('says 404 for %s of a foreign session, as for one that does not exist', async (_, { method, path, body }) => {
    const id = await world.session()
    const foreign = await world.edge.call(method, `/${id}${path}`, world.stranger.token, body)
    const absent = await world.edge.call(method, `/${randomUUID()}${path}`, world.stranger.token, body)
    expect(refusalOf(foreign)).toMatchObject({ code: 'not_found' })
    expect(foreign.body).toEqual(absent.body)
    expect(world.worker.calls).toEqual([])
    expect(await world.database.sql`select 1 from public.whatsapp_sessions where id = ${id} and generation = 1`).toHaveLength(1)
  })

  it.each(ROUTES.filter(([, { roles }]) => roles === 'admins'))('refuses an agent %s', async (_, { method, path, body }) => {
    const id = await world.session()
    expect(refusalOf(await world.edge.call(method, `/${id}${path}`, world.agent.token, body))).toMatchObject({ code: 'forbidden' })
    expect(world.worker.calls).toEqual([])
  })
})

describe('what is asked', () => {
  it('names the field of a malformed id', async () => {
    for (const id of ['1', 'not-a-uuid', `${randomUUID()}x`, '..%2f', "'or'1"]) {
      expect(refusalOf(await world.edge.call('GET', `/${id}/status`, world.admin.token))).toMatchObject({
        code: 'invalid_input',
        detail: { field: 'session' },
      })
    }
  })

  it('names the field of a malformed body', async () => {
    const id = await world.session()
    const bad: [string, string][] = [
      ['{"orderId": "7"}', 'orderId'],
      ['{"orderId": 7}', 'orderId'],
      ['[]', 'body'],
      ['null', 'body'],
      ['{', 'body'],
    ]
    for (const [body, field] of bad)
      expect(refusalOf(await world.edge.call('POST', `/${id}/clear`, world.admin.token, body))).toMatchObject({
        code: 'invalid_input',
        detail: { field },
      })
    expect(await world.database.sql`select 1 from public.whatsapp_clearances where session_id = ${id}`).toEqual([])
  })

  it('says which method a route takes', async () => {
    const id = await world.session()
    for (const [method, path, allow] of [
      ['GET', '/start', 'POST'],
      ['PUT', '/clear', 'POST'],
      ['POST', '/link', 'GET'],
      ['PATCH', '', 'DELETE'],
      ['PUT', '/outbox', 'GET, DELETE'],
    ] as const) {
      const answer = await world.edge.call(method, `/${id}${path}`, world.admin.token)
      expect(refusalOf(answer)).toMatchObject({ code: 'method_not_allowed' })
      expect(answer.headers.get('allow')).toBe(allow)
    }
  })

  it('knows no other routes', async () => {
    const id = await world.session()
    for (const path of [`/${id}/nothing`, `/${id}/status/more`, `/${id}//status`, `/../whatsapp-other/${id}/status`]) {
      expect(refusalOf(await world.edge.call('GET', path, world.admin.token))).toMatchObject({ code: 'not_found' })
    }
  })

  it('refuses a huge body that says its length, and one that comes in chunks and does not', async () => {
    const id = await world.session()
    expect(refusalOf(await world.edge.call('POST', `/${id}/clear`, world.admin.token, 'x'.repeat(MAX_BODY_BYTES + 1)))).toMatchObject({
      code: 'payload_too_large',
    })
    const endless = request(`${world.edge.url}/${id}/clear`, { method: 'POST', headers: { authorization: `Bearer ${world.admin.token}` } })
    endless.on('error', () => {})
    for (let sent = 0; sent <= MAX_BODY_BYTES; sent += 8192) endless.write('x'.repeat(8192))
    // The request is never ended: the answer comes all the same.
    const [response] = (await once(endless, 'response')) as [IncomingMessage]
    expect(refusalOf({ status: response.statusCode ?? 0, body: await readJson(response) })).toMatchObject({ code: 'payload_too_large' })
    endless.destroy()
    expect(await world.database.sql`select 1 from public.whatsapp_clearances where session_id = ${id}`).toEqual([])
  })
})

describe('browsers of other origins', () => {
  const preflight = (origin: string) => fetch(`${world.edge.url}/${randomUUID()}/start`, { method: 'OPTIONS', headers: { origin } })

  it('lets the allowed ones call', async () => {
    const answer = await preflight('https://console.example')
    expect(answer.status).toBe(204)
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://console.example')
    expect(answer.headers.get('access-control-allow-methods')).toContain('DELETE')
    expect(answer.headers.get('access-control-allow-headers')).toContain('authorization')
  })

  it('lets them read errors, too', async () => {
    const answer = await fetch(`${world.edge.url}/1/status`, { headers: { origin: 'https://other.example' } })
    expect(answer.status).toBe(400)
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://other.example')
  })

  it('says nothing to others', async () => {
    const answer = await preflight('https://evil.example')
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    expect(answer.headers.get('vary')).toBe('origin')
  })
})

describe('a worker in trouble', () => {
  it('gives up on one that is silent, and says that the order is stored', async () => {
    const id = await world.session()
    world.worker.answer(() => {})
    expect(refusalOf(await world.edge.call('GET', `/${id}/status`, world.admin.token))).toMatchObject({ code: 'timeout' })
    expect(refusalOf(await world.edge.call('POST', `/${id}/clear`, world.admin.token))).toMatchObject({
      code: 'timeout',
      detail: { queued: true },
    })
  })

  it('gives up on one that begins to answer and stops', async () => {
    const id = await world.session()
    world.worker.answer((_, response) => void response.writeHead(200).write('{"sessionId":'))
    expect(refusalOf(await world.edge.call('GET', `/${id}/status`, world.admin.token))).toMatchObject({ code: 'timeout' })
  })

  it('calls one that breaks off offline', async () => {
    const id = await world.session()
    world.worker.answer((_, response) => response.destroy())
    expect(refusalOf(await world.edge.call('POST', `/${id}/start`, world.admin.token))).toMatchObject({ code: 'worker_offline' })
  })

  it.each([
    ['HTML', (id: string) => `<p>${id}</p>`],
    ['another shape', () => '{"sessionId": 1}'],
  ])('passes on no answer that is %s', async (_, text) => {
    const id = await world.session()
    world.worker.answer((_call, response) => response.writeHead(200).end(text(id)))
    expect(refusalOf(await world.edge.call('GET', `/${id}/status`, world.admin.token))).toMatchObject({ code: 'internal' })
    world.worker.answer((_call, response) => response.writeHead(500).end(text(id)))
    expect(refusalOf(await world.edge.call('GET', `/${id}/status`, world.admin.token))).toMatchObject({ code: 'internal' })
  })

  it('follows no redirect with its command', async () => {
    const id = await world.session()
    world.worker.answer((_, response) => response.writeHead(307, { location: `${world.worker.url}/elsewhere` }).end())
    expect(refusalOf(await world.edge.call('GET', `/${id}/status`, world.admin.token))).toMatchObject({ code: 'worker_offline' })
  })
})

// These take things away, so they come last.
describe('parts that are away', () => {
  it('says that the worker is offline and that the order waits', async () => {
    const [id, other] = [await world.session(), await world.session()]
    await world.worker.stop()
    expect(refusalOf(await world.edge.call('POST', `/${id}/start`, world.admin.token))).toMatchObject({ code: 'worker_offline' })
    expect(refusalOf(await world.edge.call('GET', `/${id}/link`, world.admin.token))).toMatchObject({ code: 'worker_offline' })
    expect(refusalOf(await world.edge.call('POST', `/${id}/clear`, world.admin.token))).toMatchObject({
      code: 'worker_offline',
      detail: { queued: true },
    })
    expect(refusalOf(await world.edge.call('DELETE', `/${other}`, world.admin.token))).toMatchObject({
      code: 'worker_offline',
      detail: { queued: true },
    })
    const open = await world.database.sql`
      select reason from public.whatsapp_clearances where session_id in ${world.database.sql([id, other])} and completed_at is null order by reason`
    expect(open.map((order) => order['reason'] as string)).toEqual(['delete', 'reset'])
  })

  it('says that the database is unavailable when Postgres is away, and when its API is', async () => {
    const id = await world.session()
    world.worker.answer((_, response) => json(response, 200, aView(id)))
    await world.database.sql.end()
    await world.database.postgres.stop()
    for (const [, { method, path, body }] of ROUTES)
      expect(refusalOf(await world.edge.call(method, `/${id}${path}`, world.admin.token, body))).toMatchObject({
        code: 'database_unavailable',
      })
    await world.database.api.stop()
    for (const [, { method, path, body }] of ROUTES)
      expect(refusalOf(await world.edge.call(method, `/${id}${path}`, world.admin.token, body))).toMatchObject({
        code: 'database_unavailable',
      })
  })
})

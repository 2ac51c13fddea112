import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMAND_SECONDS } from '#domain/command.ts'
import { ErrorBody } from '#domain/errors.ts'
import { MAX_BODY_BYTES } from '#domain/routes.ts'
import { createCaller } from './support/caller.ts'
import type { Answer, Forgery } from './support/caller.ts'
import { startWorld, WORKER_ID } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

let world: World
let worker: TestWorker
let id: string
beforeAll(async () => {
  world = await startWorld()
  worker = await world.startWorker()
  id = (await world.link(worker)).id
})
afterAll(() => world.stop())

const now = () => Math.floor(Date.now() / 1000)
const codeOf = ({ body }: Answer) => ErrorBody.parse(body).error.code
const status = (forgery: Forgery = {}) => worker.call('GET', `/api/sessions/${id}/status`, { sessionId: id, ...forgery })

describe('a signed command', () => {
  it('is carried out, and nobody may keep the answer (CMD-1)', async () => {
    const answer = await status()
    expect(answer).toMatchObject({ status: 200, body: { sessionId: id, status: 'connected', generation: 1 } })
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it.each<[string, () => Forgery, number, string]>([
    ['of another type', () => ({ header: { typ: 'JWT' } }), 401, 'invalid_command'],
    ['for another worker', () => ({ claims: { aud: 'worker-other' } }), 401, 'invalid_command'],
    ['for another session', () => ({ claims: { session_id: '7f0c1a52-8f5e-4a86-9f3c-111111111111' } }), 401, 'invalid_command'],
    ['for no session', () => ({ claims: { session_id: null } }), 401, 'invalid_command'],
    ['for another method', () => ({ claims: { method: 'POST' } }), 401, 'invalid_command'],
    ['for another path', () => ({ claims: { path: '/api/sessions' } }), 401, 'invalid_command'],
    ['for another body', () => ({ claims: { body_sha256: 'x' } }), 401, 'invalid_command'],
    ['that lives too long', () => ({ claims: { exp: now() + COMMAND_SECONDS + 5 } }), 401, 'invalid_command'],
    ['without an organisation', () => ({ claims: { organization_id: undefined } }), 401, 'invalid_command'],
    ['without a user', () => ({ claims: { user_id: undefined } }), 401, 'invalid_command'],
    ['of a user that is none', () => ({ userId: 'somebody' }), 401, 'invalid_command'],
    ['without jti', () => ({ claims: { jti: undefined } }), 401, 'invalid_command'],
    ['of the future, within the skew', () => ({ claims: { iat: now() + 8, exp: now() + 38 } }), 200, ''],
    ['of the future, beyond the skew', () => ({ claims: { iat: now() + 20, exp: now() + 50 } }), 401, 'clock_skew'],
    ['that expired beyond the skew', () => ({ claims: { iat: now() - 60, exp: now() - 30 } }), 401, 'clock_skew'],
    ['older than the worker', () => ({ claims: { iat: now() - 29, exp: now() + 1 } }), 401, 'invalid_command'],
    ['of another organisation', () => ({ organizationId: '7f0c1a52-8f5e-4a86-9f3c-111111111111' }), 404, 'not_found'],
  ])('%s answers as it should (CMD-2 to CMD-6)', async (_what, forge, expected, code) => {
    const answer = await status(forge())
    expect(answer.status).toBe(expected)
    expect(ErrorBody.safeParse(answer.body).data?.error.code ?? '').toBe(code)
  })

  it('of another time is answered with the time of the worker (CMD-4)', async () => {
    const answer = await status({ claims: { iat: now() + 20, exp: now() + 50 } })
    const { workerTime } = ErrorBody.parse(answer.body).error.detail ?? {}
    expect(Math.abs(Date.parse(String(workerTime)) - Date.now())).toBeLessThan(5000)
  })

  it('is taken once (CMD-7)', async () => {
    const path = `/api/sessions/${id}/status`
    const token = await worker.call.token('GET', path, { sessionId: id })
    expect((await worker.call('GET', path, { token })).status).toBe(200)
    const again = await worker.call('GET', path, { token })
    expect([again.status, codeOf(again)]).toEqual([401, 'invalid_command'])
  })

  it('by a key that the worker does not know, by no key, or none at all is refused (CMD-2)', async () => {
    const stranger = await createCaller(WORKER_ID)
    const forged = await stranger.to(worker.url, world.organizationId)('GET', `/api/sessions/${id}/status`, { sessionId: id })
    expect(forged.status).toBe(401)
    const parts = (await worker.call.token('GET', `/api/sessions/${id}/status`, { sessionId: id })).split('.')
    const none = `${Buffer.from('{"alg":"none","typ":"cmd+jwt"}').toString('base64url')}.${parts[1]}.`
    expect((await status({ token: none })).status).toBe(401)
    expect((await status({ token: 'x.y.z' })).status).toBe(401)
    expect((await fetch(`${worker.url}/api/sessions`)).status).toBe(401)
  })
})

describe('bad input (CMD-8)', () => {
  it.each(['1', 'not-a-uuid', '..%2f..%2fetc', '%00', '%zz', 'a'.repeat(300)])(
    'a malformed id (%s) is a 400 that names the field',
    async (bad) => {
      const answer = await worker.call('GET', `/api/sessions/${bad}/status`)
      expect(answer.status).toBe(400)
      expect(ErrorBody.parse(answer.body).error).toMatchObject({ code: 'invalid_input', detail: { field: 'session' } })
    },
  )

  it('an unknown session is a 404', async () => {
    const unknown = '7f0c1a52-8f5e-4a86-9f3c-111111111111'
    for (const [method, route] of [
      ['GET', '/status'],
      ['POST', '/start'],
      ['GET', '/link'],
      ['GET', '/qr'],
      ['POST', '/clear'],
    ] as const) {
      const answer = await worker.call(method, `/api/sessions/${unknown}${route}`, { sessionId: unknown })
      expect([answer.status, codeOf(answer)]).toEqual([404, 'not_found'])
    }
  })

  it('a wrong method is a 405 that says which are right', async () => {
    const answer = await worker.call('POST', `/api/sessions/${id}/status`, { sessionId: id })
    expect([answer.status, codeOf(answer), answer.headers.get('allow')]).toEqual([405, 'method_not_allowed', 'GET'])
    expect((await worker.call('PUT', `/api/sessions/${id}`, { sessionId: id })).headers.get('allow')).toBe('DELETE')
    expect((await worker.call('POST', '/health')).status).toBe(405)
  })

  it('an unknown route is a 404', async () => {
    expect((await worker.call('GET', '/api/nothing')).status).toBe(404)
    expect((await worker.call('GET', '/manager/////../../etc/passwd')).status).toBe(404)
  })

  it('a huge body is a 413', async () => {
    const answer = await worker.call('POST', `/api/sessions/${id}/clear`, { sessionId: id, body: 'x'.repeat(MAX_BODY_BYTES + 1) })
    expect([answer.status, codeOf(answer)]).toEqual([413, 'payload_too_large'])
  })

  it.each([
    ['clear', '{', 'body'],
    ['clear', '[]', 'body'],
    ['clear', '"x"', 'body'],
    ['clear', '{"orderId":"no"}', 'orderId'],
    ['clear', '{"orderId":"7f0c1a52-8f5e-4a86-9f3c-111111111111","orderId":7}', 'orderId'],
    ['messages', '', 'to'],
    ['messages', '{"to":"+51987654321"}', 'text'],
    ['messages', '{"__proto__":{"to":"+51987654321","text":"x"}}', 'to'],
    ['request-pairing-code', '{"phoneNumber":"987"}', 'phoneNumber'],
    ['request-pairing-code', '{"phoneNumber":{}}', 'phoneNumber'],
  ])('of %s the body %s is a 400 that names the field', async (route, body, field) => {
    const answer = await worker.call('POST', `/api/sessions/${id}/${route}`, { sessionId: id, body })
    expect(answer.status).toBe(400)
    expect(ErrorBody.parse(answer.body).error).toMatchObject({ code: 'invalid_input', detail: { field } })
  })

  it('a field that the route does not know is left out', async () => {
    const answer = await worker.call('POST', `/api/sessions/${id}/clear`, { sessionId: id, body: '{"force":true}' })
    expect([answer.status, codeOf(answer)]).toEqual([409, 'order_missing'])
  })

  it('a QR where none is shown is a 409', async () => {
    const answer = await worker.call('GET', `/api/sessions/${id}/qr`, { sessionId: id })
    expect([answer.status, codeOf(answer)]).toEqual([409, 'link_ended'])
  })
})

describe('what everybody may ask', () => {
  it('is whether it lives and whether it is ready, and holds no secret (OPS-3)', async () => {
    const health = await fetch(`${worker.url}/health`)
    expect(Object.keys((await health.json()) as object).toSorted()).toEqual(['ok', 'sessions', 'version', 'worker'])
    expect((await fetch(`${worker.url}/ready`)).status).toBe(200)
  })

  it('lists the sessions of the organisation in the token only (CMD-6)', async () => {
    const mine = await worker.call('GET', '/api/sessions')
    expect(mine).toMatchObject({ status: 200, body: { sessions: [{ sessionId: id, status: 'connected' }] } })
    const other = await worker.call('GET', '/api/sessions', { organizationId: '7f0c1a52-8f5e-4a86-9f3c-111111111111' })
    expect(other.body).toEqual({ sessions: [] })
  })
})

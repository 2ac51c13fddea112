import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATIONS } from '#domain/api.ts'
import { ErrorBody } from '#domain/errors.ts'
import type { QueuedText } from '#domain/message.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

const ANA = '51987654321'
const LUIS = '51912000111'
const ELSEWHERE = '7f0c1a52-8f5e-4a86-9f3c-111111111111'

let world: World
let worker: TestWorker
let id: string
beforeAll(async () => {
  world = await startWorld()
  worker = await world.startWorker({ OUTBOX_GAP_MS: '20' })
  id = (await world.link(worker, ANA)).id
})
afterAll(() => world.stop())

const call = (method: string, phone: string, route: string, extra = {}) => worker.call(method, `/api/sessions/${phone}${route}`, extra)
const codeOf = ({ body }: { body: unknown }) => ErrorBody.parse(body).error.code

describe('a session in a path', () => {
  it.each([ANA, `+${ANA}`, `%2B${ANA}`, '0051987654321', '51-987-654-321'])('may be named by its number, as %s', async (phone) => {
    const answer = await call('GET', phone, '/status')
    expect(answer).toMatchObject({ status: 200, body: { sessionId: id, phoneNumber: `+${ANA}` } })
    expect(OPERATIONS.status.answer.safeParse(answer.body).success).toBe(true)
  })

  it('is nobody’s where no session has the number, and where another organisation has it (CMD-6)', async () => {
    for (const [phone, organizationId] of [
      [LUIS, world.organizationId],
      [ANA, ELSEWHERE],
    ] as const) {
      for (const [method, route] of [
        ['GET', '/status'],
        ['GET', '/groups'],
        ['GET', '/contacts'],
        ['GET', '/outbox'],
        ['POST', '/start'],
        ['POST', '/clear'],
        ['DELETE', ''],
      ] as const) {
        const answer = await call(method, phone, route, { organizationId })
        expect([answer.status, codeOf(answer)]).toEqual([404, 'not_found'])
      }
    }
  })

  it('by its number is not what a command for an id is for (CMD-3)', async () => {
    expect(await call('GET', ANA, '/status', { sessionId: id })).toMatchObject({ status: 401 })
    const path = `/api/sessions/${LUIS}/status`
    expect(await call('GET', ANA, '/status', { claims: { path } })).toMatchObject({ status: 401 })
  })

  it('that no number and no id is says so', async () => {
    const answer = await call('GET', '987', '/status')
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_input', detail: { field: 'session' } } } })
  })

  it('is ambiguous where two sessions have the number, and both are named', async () => {
    const { id: second } = await world.link(worker, ANA)
    const answer = await call('GET', ANA, '/status')
    expect([answer.status, codeOf(answer)]).toEqual([409, 'ambiguous_phone_number'])
    expect(ErrorBody.parse(answer.body).error.detail).toEqual({ sessions: [id, second].toSorted() })
    const order = await world.rpc<string>('reset_session', { session_id: second })
    await world.receipt(second, order)
  })

  it('that carries a mobile digit is found without it, and the other way round', async () => {
    world.simulator.addAccount({ phone: '5215512345678', name: 'Lupe' })
    const { id: mexican } = await world.link(worker, '5215512345678')
    expect(await call('GET', '525512345678', '/status')).toMatchObject({ status: 200, body: { sessionId: mexican } })
    expect(await call('GET', '5215512345678', '/status')).toMatchObject({ status: 200, body: { sessionId: mexican } })
  })

  it('is cleared by its number; after that nobody has the number', async () => {
    const { id: luis } = await world.link(worker, LUIS)
    await world.rpc('reset_session', { session_id: luis })
    const answer = await call('POST', LUIS, '/clear')
    expect([200, 404]).toContain(answer.status)
    await world.receipt(luis)
    expect((await call('POST', LUIS, '/clear')).status).toBe(404)
  })
})

describe('a text that waits', () => {
  it('is taken out by its id, and only that one (OUT-1)', async () => {
    await world.rpc('stop_session', { session_id: id })
    await world.until(id, 'stopped')
    const queue = async (text: string) =>
      (await call('POST', ANA, '/messages', { body: JSON.stringify({ to: `+${LUIS}`, text }) })).body as QueuedText
    const [first, second] = [await queue('first'), await queue('second')]
    expect(await call('DELETE', ANA, `/outbox/${first.id}`)).toMatchObject({ status: 200, body: { removed: 1 } })
    expect(await call('GET', ANA, '/outbox')).toMatchObject({ status: 200, body: { messages: [second] } })
    const again = await call('DELETE', ANA, `/outbox/${first.id}`)
    expect([again.status, codeOf(again)]).toEqual([404, 'not_found'])
  })

  it.each(['x', '3eb0aaaaaaaaaaaaaaaa', '%00', 'A'.repeat(40)])('whose id is none (%s) is a 400 that names the field', async (message) => {
    const answer = await call('DELETE', ANA, `/outbox/${message}`)
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid_input', detail: { field: 'message' } } } })
  })
})

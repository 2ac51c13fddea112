import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { ErrorBody } from '#domain/errors.ts'
import type { Answer, Forgery } from './support/caller.ts'
import { eventually } from './support/eventually.ts'
import { watch } from './support/link-stream.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

let world: World
let running: TestWorker[] = []
beforeAll(async () => {
  world = await startWorld()
})
// Each worker is alone with the sessions of its story: they count for the organisation.
afterEach(async () => {
  vi.useRealTimers()
  await Promise.all(running.map((worker) => worker.stop()))
  running = []
  await world.database.sql`delete from public.whatsapp_sessions`
})
afterAll(() => world.stop())

async function start(limits: Record<string, string> = {}): Promise<TestWorker> {
  const worker = await world.startWorker(limits)
  running.push(worker)
  return worker
}

const OTHERS = '7f0c1a52-8f5e-4a86-9f3c-111111111111'
const list = (worker: TestWorker, userId: string, organizationId?: string) =>
  worker.call('GET', '/api/sessions', { userId, ...(organizationId && { organizationId }) })
const retryAfterOf = (answer: Answer): number => {
  expect(answer.status).toBe(429)
  const { code, detail = {} } = ErrorBody.parse(answer.body).error
  expect(code).toBe('rate_limited')
  expect(answer.headers.get('retry-after')).toBe(String(detail['retryAfterSeconds']))
  return Number(detail['retryAfterSeconds'])
}
const statuses = async (calls: Promise<Answer>[]): Promise<number[]> => (await Promise.all(calls)).map(({ status }) => status)
const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)
const ask = (worker: TestWorker, method: string, id: string, route: string, forgery: Forgery = {}) =>
  worker.call(method, `/api/sessions/${id}/${route}`, { sessionId: id, ...forgery })

describe('how much may be asked', () => {
  it('is counted for each user: who floods is told when to come back, and colleagues are answered', async () => {
    // Twenty at once, then 40 a minute.
    const worker = await start({ USER_COMMANDS_PER_MINUTE: '40' })
    const [flooder, colleague] = [randomUUID(), randomUUID()]
    const flood = await Promise.all(many(60, () => list(worker, flooder)))
    const refused = flood.filter(({ status }) => status !== 200)
    expect(refused.length).toBeGreaterThan(20)
    for (const answer of refused) expect(retryAfterOf(answer)).toBeLessThanOrEqual(2)
    expect(await statuses(many(5, () => list(worker, colleague)))).toEqual(many(5, () => 200))
  })

  it('is counted for each organisation: one that floods, by however many users, keeps no other waiting', async () => {
    const worker = await start({ ORGANIZATION_COMMANDS_PER_MINUTE: '40' })
    const flood = Promise.all(many(300, () => list(worker, randomUUID())))
    const others = await statuses(many(10, () => list(worker, randomUUID(), OTHERS)))
    expect(others).toEqual(many(10, () => 200))
    const answered = (await flood).filter(({ status }) => status === 200)
    expect(answered.length).toBeLessThan(100)
    expect((await flood).filter(({ status }) => status === 429).length + answered.length).toBe(300)
  })

  it('weighs what may change something double', async () => {
    const worker = await start({ USER_COMMANDS_PER_MINUTE: '8' })
    const id = await world.createSession()
    const startIt = () => ask(worker, 'POST', id, 'start')
    expect(await statuses([startIt(), startIt()])).toEqual([200, 200])
    expect(retryAfterOf(await startIt())).toBeGreaterThan(1)
  })

  it('is not spent by commands that nobody signed', async () => {
    const worker = await start({ USER_COMMANDS_PER_MINUTE: '8', ORGANIZATION_COMMANDS_PER_MINUTE: '8' })
    const userId = randomUUID()
    const forged = () => worker.call('GET', '/api/sessions', { userId, header: { typ: 'JWT' } })
    expect(new Set(await statuses(many(30, forged)))).toEqual(new Set([401]))
    expect((await list(worker, userId)).status).toBe(200)
  })

  it('does not keep an order from being carried out, only from being carried out at once', async () => {
    const worker = await start({ ORGANIZATION_COMMANDS_PER_MINUTE: '2' })
    const id = await world.createSession()
    await list(worker, randomUUID())
    const orderId = await world.rpc<string>('reset_session', { session_id: id })
    retryAfterOf(await worker.call('POST', `/api/sessions/${id}/clear`, { sessionId: id, body: JSON.stringify({ orderId }) }))
    expect(await world.receipt(id, orderId)).toMatchObject({ orderId, sessionId: id })
  })
})

describe('how many links may be begun', () => {
  it('is counted for each session, whichever way they were asked for: the next waits, is told so, and begins when it may (LNK-12)', async () => {
    // One at once, and the next in a quarter of an hour.
    const worker = await start({ SESSION_LINKS_PER_HOUR: '4' })
    const [id, other] = [await world.createSession(), await world.createSession()]
    await world.qr(worker, id)
    worker.supervisor.halt(id, 1)
    await world.rpc('start_session', { session_id: id })
    const asked = [ask(worker, 'POST', id, 'start'), ask(worker, 'GET', id, 'link'), ask(worker, 'GET', id, 'qr')]
    for (const answer of await Promise.all(asked)) expect(retryAfterOf(answer)).toBeGreaterThan(800)
    await worker.follower.pass()
    expect(worker.supervisor.isRunning(id)).toBe(false)
    await world.qr(worker, other)

    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 16 * 60_000 })
    await eventually(() => expect(worker.supervisor.isRunning(id)).toBe(true))
    expect((await ask(worker, 'POST', id, 'start')).status).toBe(200)
  })

  it('is counted for each organisation: what one has used up is not missing for another (LNK-12)', async () => {
    const worker = await start({ ORGANIZATION_LINKS_PER_HOUR: '8' })
    const ids = await Promise.all(many(4, () => world.createSession()))
    await eventually(() => expect(ids.filter((id) => worker.supervisor.isHeldBack(id))).toHaveLength(2))
    expect(ids.filter((id) => worker.supervisor.isRunning(id))).toHaveLength(2)

    const stranger = await world.database.person(`${randomUUID()}@example.org`)
    const organizationId = await world.database.createOrganization('Others', { owner: stranger })
    const { data } = await stranger.client.rpc('create_session', { organization_id: organizationId, display_name: 'Theirs' }).throwOnError()
    const { id } = data as { id: string }
    expect((await ask(worker, 'POST', id, 'start', { organizationId })).status).toBe(200)
    await eventually(() => expect(worker.supervisor.isRunning(id)).toBe(true))
  })

  it('counts each pairing code, for each is asked of WhatsApp (LNK-12)', async () => {
    const worker = await start({ SESSION_LINKS_PER_HOUR: '8' })
    const id = await world.createSession()
    const code = () => ask(worker, 'POST', id, 'request-pairing-code', { body: JSON.stringify({ phoneNumber: '+51987654321' }) })
    expect((await code()).status).toBe(200)
    expect(retryAfterOf(await code())).toBeGreaterThan(400)
  })

  it('does not count a reset, a delete, a start of what is linked, nor who attaches to a link under way (LNK-12)', async () => {
    const worker = await start({ SESSION_LINKS_PER_HOUR: '4' })
    const { id } = await world.link(worker)
    for (const route of ['stop', 'start'] as const) {
      await world.rpc(`${route}_session`, { session_id: id })
      expect((await ask(worker, 'POST', id, route)).status).toBe(200)
    }
    const orderId = await world.rpc<string>('reset_session', { session_id: id })
    expect((await ask(worker, 'POST', id, 'clear', { body: JSON.stringify({ orderId }) })).status).toBe(200)

    const fresh = await world.createSession()
    await world.qr(worker, fresh)
    const tabs = await Promise.all(many(5, () => watch(worker, fresh)))
    expect(tabs.map(({ response }) => response.status)).toEqual(many(5, () => 200))
    for (const { leave } of tabs) leave()
  })
})

describe('how many may follow a link', () => {
  it('is bounded for each session: the next is told to wait, and gets the seat of one who leaves', async () => {
    const worker = await start({ SESSION_STREAMS: '3' })
    const [id, other] = [await world.createSession(), await world.createSession()]
    await Promise.all([world.qr(worker, id), world.qr(worker, other)])
    const tabs = await Promise.all(many(3, () => watch(worker, id)))
    retryAfterOf(await ask(worker, 'GET', id, 'link'))
    expect((await watch(worker, other)).response.status).toBe(200)
    tabs[0]?.leave()
    await eventually(() => expect(worker.supervisor.board(id).watchers).toBe(2))
    expect((await watch(worker, id)).response.status).toBe(200)
  })

  it('is bounded for each organisation', async () => {
    const worker = await start({ ORGANIZATION_STREAMS: '2' })
    const ids = await Promise.all(many(3, () => world.createSession()))
    await Promise.all(ids.map((id) => world.qr(worker, id)))
    const [first, second, third] = ids as [string, string, string]
    await Promise.all([watch(worker, first), watch(worker, second)])
    expect(retryAfterOf(await ask(worker, 'GET', third, 'link'))).toBe(10)
  })

  it('drops a reader who does not read, and keeps little for him meanwhile', async () => {
    const worker = await start()
    const id = await world.createSession()
    await world.qr(worker, id)
    const path = `/api/sessions/${id}/link`
    const reader = connect(Number(new URL(worker.url).port), '127.0.0.1').pause()
    const token = await worker.call.token('GET', path, { sessionId: id })
    reader.write(`GET ${path} HTTP/1.1\r\nhost: worker\r\nauthorization: Bearer ${token}\r\n\r\n`)
    const board = worker.supervisor.board(id)
    await eventually(() => expect(board.watchers).toBe(1))
    // Far more than the sockets on the way can hold.
    for (let each = 0; board.watchers > 0 && each < 200; each += 1) {
      for (let event = 0; event < 1000; event += 1) board.showQr(`${'q'.repeat(400)}${event}`, Date.now())
      await setImmediate()
    }
    expect(board.watchers).toBe(0)
    reader.destroy()
  })
})

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { WEBHOOK_DATA, WEBHOOK_RETRY_SECONDS, WebhookPayload } from '#domain/webhook.ts'
import { systemClock } from '../../worker/clock.ts'
import { createDatabase } from '../../worker/database.ts'
import { createLog } from '../../worker/log.ts'
import { createCourier } from '../../worker/webhooks/courier.ts'
import type { Courier } from '../../worker/webhooks/courier.ts'
import type { Claim } from '../../worker/webhooks/port.ts'
import { createPost } from '../../worker/webhooks/post.ts'
import { endOfTry } from '../../worker/webhooks/try-end.ts'
import { startWithCast } from '../database/cast.ts'
import type { Cast } from '../database/cast.ts'
import { webhooksOf } from '../database/webhooks.ts'
import { eventually } from './support/eventually.ts'
import { answer, startReceiver, verified } from './support/receiver.ts'
import type { Receiver } from './support/receiver.ts'

let cast: Cast
let hooks: ReturnType<typeof webhooksOf>
let receiver: Receiver
const open: (Courier | Receiver)[] = []
beforeAll(async () => {
  cast = await startWithCast()
  hooks = webhooksOf(cast)
})
afterAll(() => cast.db.stop())
afterEach(async () => {
  for (const one of open.splice(0)) await ('stop' in one ? one.stop() : one.close())
  await cast.db.sql`delete from public.webhook_endpoints`
})

const aReceiver = async (): Promise<Receiver> => {
  const started = await startReceiver()
  open.unshift(started)
  return started
}
/** A courier of a worker, which asks often. */
function aCourier(more: { tryMs?: number } = {}): Courier {
  const database = createDatabase({
    url: cast.db.url,
    serviceRoleKey: cast.db.serviceRoleKey,
    worker: { id: 'worker-1', url: 'http://127.0.0.1:1', version: 'test', capacity: 1 },
    timeoutMs: 5000,
  })
  const post = createPost({ resolve: () => Promise.reject(new Error('no names here')), allowPrivate: true })
  const courier = createCourier({ database, post, clock: systemClock, log: createLog('silent', 'test'), pollMs: 50, ...more })
  open.unshift(courier)
  courier.run()
  return courier
}
const aWebhook = async (url: string, organization = cast.acme) => await hooks.make(organization, [], url)
/** Waits until no try is under way, and what became of the deliveries is what is expected. */
const settled = (id: string, ...expected: object[]) =>
  eventually(async () => expect(await hooks.deliveries(id)).toMatchObject(expected.map((one) => Object.assign({ claim: null }, one))))

describe('a delivery', () => {
  it('is signed so that a receiver who has the secret can tell, and nobody else', async () => {
    receiver = await aReceiver()
    const { id, secret } = await aWebhook(receiver.url)
    const delivery = await hooks.test(id)
    aCourier()
    await settled(id, { state: 'delivered', attempts: 1, last_status: 204, last_error: null })
    const [one] = receiver.received
    if (!one) throw new Error('nothing came')
    expect(verified(one, secret)).toEqual({ type: 'ping', timestamp: expect.any(String), data: { organizationId: cast.acme } })
    expect([one.id, one.headers['content-type'], one.headers['user-agent']]).toEqual([delivery, 'application/json', 'latchkey'])
    expect(() => verified({ ...one, body: one.body.replace('ping', 'pong') }, secret)).toThrow('No matching signature')
    expect(() => verified({ ...one, headers: { ...one.headers, 'webhook-id': crypto.randomUUID() } }, secret)).toThrow('No matching')
    const stranger = await aWebhook(receiver.url)
    expect(() => verified(one, stranger.secret)).toThrow('No matching signature')
  })

  it('is signed by both secrets while one takes the place of the other', async () => {
    receiver = await aReceiver()
    const { id, secret } = await aWebhook(receiver.url)
    const { data: next } = await cast.admin.client.rpc('rotate_webhook_secret', { id }).throwOnError()
    await hooks.test(id)
    aCourier()
    const one = await eventually(() => receiver.received[0] ?? Promise.reject(new Error('nothing came')))
    expect(verified(one, secret)).toEqual(verified(one, next))
    expect(String(one.headers['webhook-signature']).split(' ')).toHaveLength(2)
  })

  it('that is refused comes again, with the same id and a signature of its own time', async () => {
    receiver = await aReceiver()
    receiver.state.answering = answer(500)
    const { id, secret } = await aWebhook(receiver.url)
    const delivery = await hooks.test(id)
    aCourier()
    await settled(id, { state: 'waiting', attempts: 1, last_status: 500, last_error: 'HTTP 500.' })
    const [row] = await cast.db.sql`select extract(epoch from next_attempt_at - last_attempt_at)::float8 as pause
      from public.webhook_deliveries where id = ${delivery}`
    expect(row?.['pause']).toBeGreaterThan(4.9)
    expect(row?.['pause']).toBeLessThan(60)
    receiver.state.answering = answer(200)
    await hooks.dueNow(id)
    await settled(id, { state: 'delivered', attempts: 2 })
    expect(receiver.received.map((one) => one.id)).toEqual([delivery, delivery])
    expect(receiver.received.map((one) => verified(one, secret))).toHaveLength(2)
  })

  it('that is refused at every try is dead after the last, and comes again when people want it', async () => {
    receiver = await aReceiver()
    receiver.state.answering = answer(503)
    const { id } = await aWebhook(receiver.url)
    const delivery = await hooks.test(id)
    aCourier()
    for (let attempts = 1; attempts <= WEBHOOK_RETRY_SECONDS.length; attempts++) {
      await settled(id, { state: 'waiting', attempts, last_status: 503 })
      await hooks.dueNow(id)
    }
    await settled(id, { state: 'dead', attempts: WEBHOOK_RETRY_SECONDS.length + 1, last_status: 503 })
    receiver.state.answering = answer(204)
    await cast.admin.client.rpc('redeliver_webhook', { delivery_id: delivery }).throwOnError()
    await settled(id, { state: 'delivered', attempts: 1 })
    expect(new Set(receiver.received.map((one) => one.id))).toEqual(new Set([delivery]))
  })

  it('to one that is gone switches the webhook off', async () => {
    receiver = await aReceiver()
    receiver.state.answering = answer(410)
    const { id } = await aWebhook(receiver.url)
    await hooks.test(id)
    aCourier()
    await settled(id, { state: 'dead', attempts: 1, last_status: 410 })
    expect(await hooks.endpoint(id)).toMatchObject({ enabled: false, disabled_reason: 'gone' })
  })

  it('that nobody answers is tried again, and so is one that leads nowhere', async () => {
    receiver = await aReceiver()
    receiver.state.answering = () => {}
    const [silent, absent] = [await aWebhook(receiver.url), await aWebhook('https://hooks.example.com')]
    await hooks.test(silent.id)
    await hooks.test(absent.id)
    aCourier({ tryMs: 100 })
    await settled(silent.id, { state: 'waiting', attempts: 1, last_status: null, last_error: 'There was no answer in time.' })
    await settled(absent.id, { state: 'waiting', attempts: 1, last_status: null, last_error: 'No connection.' })
    expect(receiver.received).toHaveLength(1)
  })
})

describe('many deliveries', () => {
  it('reach everybody else while one receiver answers nothing, who has four of them in hand and no more', async () => {
    const [slow, quick] = [await aReceiver(), await aReceiver()]
    slow.state.answering = () => {}
    const other = await cast.db.createOrganization('Other', { admin: cast.admin })
    const [held, free, same] = [await aWebhook(slow.url), await aWebhook(quick.url, other), await aWebhook(quick.url)]
    const queue = (endpoint: string, organization: string, count: number) =>
      cast.db.sql`insert into public.webhook_deliveries (endpoint_id, organization_id, type, payload, next_attempt_at)
        select ${endpoint}, ${organization}, 'session.stopped', '{}', now() - interval '1 hour' from generate_series(1, ${count})`
    await queue(held.id, cast.acme, 300)
    await queue(free.id, other, 20)
    await queue(same.id, cast.acme, 20)
    aCourier({ tryMs: 60_000 })
    await eventually(() => expect(quick.received).toHaveLength(40))
    expect([slow.received.length, slow.state.hanging]).toEqual([4, 4])
  })

  it('are carried once each by two workers', async () => {
    receiver = await aReceiver()
    const made = await Promise.all([1, 2, 3, 4, 5].map(() => aWebhook(receiver.url)))
    for (const { id } of made) for (let nth = 1; nth <= 6; nth++) await hooks.test(id)
    aCourier()
    aCourier()
    await eventually(() => expect(receiver.received).toHaveLength(30))
    for (const { id } of made)
      await eventually(async () => expect((await hooks.deliveries(id)).map(({ state }) => state)).toEqual(Array(6).fill('delivered')))
    expect(new Set(receiver.received.map((one) => one.id)).size).toBe(30)
  })
})

describe('a worker that stops', () => {
  it('ends what ends soon, gives back at once what does not, and takes nothing more', async () => {
    const [slow, quick] = [await aReceiver(), await aReceiver()]
    const [held, free] = [await aWebhook(slow.url), await aWebhook(quick.url)]
    slow.state.answering = () => {}
    const answers: (() => void)[] = []
    quick.state.answering = (response) => void answers.push(() => response.writeHead(204).end())
    await hooks.test(held.id)
    await hooks.test(free.id)
    const courier = aCourier({ tryMs: 60_000 })
    await eventually(() => expect([slow.received.length, answers.length]).toEqual([1, 1]))
    const closed = courier.close()
    for (const end of answers) end()
    await closed
    expect(await hooks.deliveries(free.id)).toMatchObject([{ state: 'delivered' }])
    expect(await hooks.deliveries(held.id)).toMatchObject([{ state: 'waiting', attempts: 0 }])
    expect(await hooks.deliver()).toMatchObject([{ endpointId: held.id, attempts: 1 }])
  })
})

describe('an answer', () => {
  const outcomes = (status: number, attempt = 1) => endOfTry({ status }, attempt, 0).outcome
  it('means what its status says', () => {
    expect([200, 201, 204, 299].map((status) => outcomes(status))).toEqual(Array(4).fill('delivered'))
    expect([199, 300, 302, 308, 400, 401, 404, 409, 429, 500, 503].map((status) => outcomes(status))).toEqual(Array(11).fill('retry'))
    expect([outcomes(410), outcomes(410, 9)]).toEqual(['gone', 'gone'])
    expect(endOfTry({ status: 302 }, 1, 0).error).toBe('HTTP 302: a redirect is not followed.')
  })

  it('that is no success is followed by ever longer pauses, a fifth longer at most by chance, and then by none', () => {
    const pauses = (chance: number) =>
      Array.from({ length: WEBHOOK_RETRY_SECONDS.length }, (_, nth) => (endOfTry({ failure: 'x' }, nth + 1, chance).retryInMs ?? 0) / 1000)
    expect(pauses(0)).toEqual([...WEBHOOK_RETRY_SECONDS])
    expect(pauses(1)).toEqual(WEBHOOK_RETRY_SECONDS.map((seconds) => seconds * 1.2))
    for (const attempt of [WEBHOOK_RETRY_SECONDS.length + 1, 50]) {
      expect(endOfTry({ status: 500 }, attempt, 0)).toEqual({ outcome: 'dead', status: 500, error: 'HTTP 500.', retryInMs: null })
    }
  })
})

describe('a courier with a clock in hand', () => {
  /** Time passes when it is told to; the database answers what it is told. */
  function surroundings(answers: (() => Promise<Claim[]>)[] = []) {
    const timers: { at: number; run: () => void }[] = []
    const state = { now: 0, told: [] as { ends: number; room: number }[], sent: [] as string[] }
    const clock = {
      ...systemClock,
      now: () => state.now,
      random: () => 0,
      after(ms: number, run: () => void) {
        const timer = { at: state.now + ms, run }
        timers.push(timer)
        return () => void (timers.includes(timer) && timers.splice(timers.indexOf(timer), 1))
      },
    }
    const database = {
      deliver(ends: readonly unknown[], room: number) {
        state.told.push({ ends: ends.length, room })
        return answers.shift()?.() ?? Promise.resolve([])
      },
    }
    const post = async ({ url }: { url: string }) => (state.sent.push(url), { status: 204 })
    const elapse = async (ms: number): Promise<void> => {
      const end = state.now + ms
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve))
        const next = timers.toSorted((a, b) => a.at - b.at)[0]
        if (!next || next.at > end) break
        timers.splice(timers.indexOf(next), 1)
        state.now = next.at
        next.run()
      }
      state.now = end
    }
    return { state, elapse, courier: createCourier({ database, post, clock, log: createLog('silent', 'test'), pollMs: 5000 }) }
  }
  const aClaim = (url: string): Claim => ({
    id: crypto.randomUUID(),
    endpointId: crypto.randomUUID(),
    claim: crypto.randomUUID(),
    attempts: 1,
    url,
    secrets: ['whsec_c2VjcmV0'],
    payload: {},
  })

  it('asks the database once in five seconds while there is nothing to do', async () => {
    const { state, elapse, courier } = surroundings()
    courier.run()
    await elapse(60_000)
    expect(state.told).toEqual(Array.from({ length: 13 }, () => ({ ends: 0, room: 100 })))
  })

  it('says how tries ended in the call that takes the next ones, and says it again where the answer was lost', async () => {
    const lost = () => Promise.reject(new Error('lost'))
    const { state, elapse, courier } = surroundings([async () => [aClaim('a'), aClaim('b')], lost, lost])
    courier.run()
    await elapse(20_000)
    expect(state.sent).toEqual(['a', 'b'])
    expect(state.told.map(({ ends }) => ends)).toEqual([0, 2, 2, 2, 0, 0])
    expect(state.told.at(-1)?.room).toBe(100)
  })

  it('gives back at once what it was given while it stopped', async () => {
    const given = Promise.withResolvers<Claim[]>()
    const { state, courier } = surroundings([() => given.promise])
    courier.run()
    const closed = courier.close()
    given.resolve([aClaim('a')])
    await closed
    expect([state.sent, state.told]).toEqual([
      [],
      [
        { ends: 0, room: 100 },
        { ends: 1, room: 0 },
      ],
    ])
  })
})

it('what is told of a session is what its schema describes, also when it is read from the wire', async () => {
  receiver = await aReceiver()
  const { id, secret } = await aWebhook(receiver.url)
  const session = await cast.db.insertSession(cast.acme, {
    status: 'connected',
    display_name: 'Recepción «1»',
    phone_number: '+51987654321',
  })
  await cast.db.sql`update public.whatsapp_sessions set status = 'stopped', status_reason = 'replaced' where id = ${session.id}`
  aCourier()
  await settled(id, { state: 'delivered' })
  const [one] = receiver.received
  const { type, data } = WebhookPayload.parse(one && verified(one, secret))
  expect([type, WEBHOOK_DATA['session.stopped'].parse(data)]).toEqual([
    'session.stopped',
    {
      organizationId: cast.acme,
      sessionId: session.id,
      displayName: 'Recepción «1»',
      phoneNumber: '+51987654321',
      reason: 'replaced',
    },
  ])
})

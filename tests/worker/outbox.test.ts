import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { QueuedText } from '#domain/message.ts'
import type { Caller } from './support/caller.ts'
import { eventually } from './support/eventually.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

const ANA = '51987654321'
const LUIS = '51912000111'
const FAST = { OUTBOX_GAP_MS: '20', OUTBOX_ANSWER_MS: '1500' }

let world: World
let worker: TestWorker
beforeAll(async () => {
  world = await startWorld()
  worker = await world.startWorker(FAST)
})
afterAll(() => world.stop())
afterEach(() => void world.simulator.configure({ messageReply: 'ack' }))

const path = (id: string, route: string) => `/api/sessions/${id}${route}`
const queue = (by: { call: Caller }, id: string, body: unknown) =>
  by.call('POST', path(id, '/messages'), { sessionId: id, body: JSON.stringify(body) })
const text = async (by: { call: Caller }, id: string, words: string): Promise<QueuedText> => {
  const { status, body } = await queue(by, id, { to: `+${LUIS}`, text: words })
  expect(status).toBe(200)
  return body as QueuedText
}
const listed = async (id: string): Promise<QueuedText[]> =>
  ((await worker.call('GET', path(id, '/outbox'), { sessionId: id })).body as { messages: QueuedText[] }).messages
const received = (phone = LUIS) => world.simulator.texts(phone) ?? []
const arrived = (words: string) => received().filter((one) => one.text === words)
const fileOf = (id: string, data = worker.data) => join(data, 'whatsapp', 'outbox', `${id}.json`)
const stop = async (id: string): Promise<void> => {
  await world.rpc('stop_session', { session_id: id })
  await world.until(id, 'stopped')
}

describe('a text', () => {
  it('that is queued while the session is stopped waits on disk, survives a restart, and is sent in order once it is online (OUT-1, OUT-2)', async () => {
    const { id } = await world.link(worker)
    await stop(id)
    const queued = [await text(worker, id, 'first'), await text(worker, id, 'second')]
    expect(await listed(id)).toEqual(queued)
    await worker.stop()
    expect(JSON.parse(readFileSync(fileOf(id), 'utf8'))).toMatchObject({ generation: 1, account: `+${ANA}` })
    worker = await world.startWorker(FAST, worker.data)
    expect(received()).toEqual([])
    await world.rpc('start_session', { session_id: id })
    await eventually(() => expect(received().map((one) => one.text)).toEqual(['first', 'second']))
    expect(received().map((one) => one.id)).toEqual(queued.map((one) => one.id))
    await eventually(() => expect(existsSync(fileOf(id))).toBe(false))
  })

  it('whose answer is lost is sent again with the same id, arrives once, and is given up in the end (OUT-3)', async () => {
    const { id } = await world.link(worker)
    world.simulator.configure({ messageReply: 'ignored' })
    await text(worker, id, 'lost answer')
    await eventually(async () => expect((await listed(id))[0]).toMatchObject({ attempts: 1, state: 'waiting' }))
    world.simulator.configure({ messageReply: 'ack' })
    await eventually(() => expect(existsSync(fileOf(id))).toBe(false))
    expect(arrived('lost answer')).toHaveLength(1)
    expect(arrived('lost answer')[0]?.doubles).toBeGreaterThan(0)
    await worker.stop()
    worker = await world.startWorker({ ...FAST, OUTBOX_TRIES: '1' }, worker.data)
    await world.until(id, 'connected')
    world.simulator.configure({ messageReply: 'ignored' })
    await text(worker, id, 'never answered')
    await eventually(async () => expect((await listed(id))[0]).toMatchObject({ attempts: 1, state: 'unanswered' }), 20_000)
    await worker.stop()
    worker = await world.startWorker(FAST, worker.data)
  })

  it('that WhatsApp refuses stays to be seen and does not hold up the next (OUT-4)', async () => {
    const { id } = await world.link(worker)
    const { body } = await queue(worker, id, { to: '+4930123456', text: 'nobody there' })
    await text(worker, id, 'somebody there')
    await eventually(() => expect(arrived('somebody there')).toHaveLength(1))
    expect(await listed(id)).toMatchObject([{ id: (body as QueuedText).id, state: 'refused', attempts: 1 }])
    expect(await worker.call('DELETE', path(id, '/outbox'), { sessionId: id })).toMatchObject({ status: 200, body: { removed: 1 } })
    expect(await listed(id)).toEqual([])
    expect(existsSync(fileOf(id))).toBe(false)
  })

  it('is never sent by another link: a clear takes it, and the next phone starts with nothing (OUT-5, CLR-1)', async () => {
    const { id } = await world.link(worker)
    await stop(id)
    await text(worker, id, 'of the old link')
    const order = await world.rpc<string>('reset_session', { session_id: id })
    expect(await world.receipt(id, order)).toMatchObject({ removed: { outbox: { messages: 1 } } })
    expect(existsSync(fileOf(id))).toBe(false)
    await world.rpc('start_session', { session_id: id })
    await world.scan(worker, id, ANA)
    await world.until(id, 'connected')
    await text(worker, id, 'of the new link')
    await eventually(() => expect(arrived('of the new link')).toHaveLength(1))
    expect(arrived('of the old link')).toEqual([])
  })

  it.each([
    ['another account', { generation: 1, account: '+4915112345678' }],
    ['another generation', { generation: 7, account: `+${ANA}` }],
  ])('in a queue of %s is not sent, and does not stand in the way of new ones (OUT-5)', async (_whose, binding) => {
    const { id } = await world.link(worker)
    await stop(id)
    const foreign = { to: `+${LUIS}`, text: 'foreign', id: '3EB0AAAAAAAAAAAAAAAA', queuedAt: '', state: 'waiting', attempts: 0 }
    writeFileSync(fileOf(id), JSON.stringify({ version: 1, ...binding, messages: [foreign] }))
    await world.rpc('start_session', { session_id: id })
    await world.until(id, 'connected')
    await text(worker, id, `own beside ${binding.account}`)
    await eventually(() => expect(arrived(`own beside ${binding.account}`)).toHaveLength(1))
    expect(arrived('foreign')).toEqual([])
  })

  it('is refused where no phone is linked, and where it is no text, by the name of the field (OUT-1)', async () => {
    const unlinked = await world.createSession()
    expect(await queue(worker, unlinked, { to: `+${LUIS}`, text: 'x' })).toMatchObject({
      status: 409,
      body: { error: { code: 'not_linked' } },
    })
    const { id } = await world.link(worker)
    for (const [body, field] of [
      [{ to: '912000111', text: 'x' }, 'to'],
      [{ to: `+${LUIS}`, text: '' }, 'text'],
      [{ to: `+${LUIS}`, text: 'x'.repeat(4097) }, 'text'],
      [['x'], 'body'],
    ] as const) {
      expect(await queue(worker, id, body)).toMatchObject({ status: 400, body: { error: { code: 'invalid_input', detail: { field } } } })
    }
  })

  it('that was under way when the process was killed is sent again, and arrives once (OUT-3)', async () => {
    // Two workers must never follow one database with two folders.
    await worker.stop()
    const first = await world.spawnWorker(FAST)
    const { id } = await world.link(first)
    world.simulator.configure({ messageReply: 'ignored' })
    const { id: message } = await text(first, id, 'killed')
    await eventually(() => expect(arrived('killed')).toHaveLength(1))
    await first.kill()
    world.simulator.configure({ messageReply: 'ack' })
    const second = await world.spawnWorker(FAST, first.data)
    await eventually(() => expect(existsSync(fileOf(id, first.data))).toBe(false))
    expect(arrived('killed')).toMatchObject([{ id: message, doubles: 1 }])
    await second.kill()
  })
})

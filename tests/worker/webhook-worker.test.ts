import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { QueuedText } from '#domain/message.ts'
import type { WebhookPayload } from '#domain/webhook.ts'
import { eventually } from './support/eventually.ts'
import { startReceiver, verified } from './support/receiver.ts'
import type { Receiver } from './support/receiver.ts'
import { startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

const LUIS = '51912000111'
const SETTINGS = { WEBHOOK_ALLOW_PRIVATE: 'true', OUTBOX_GAP_MS: '20', OUTBOX_ANSWER_MS: '500', OUTBOX_TRIES: '1' }

let world: World
let receiver: Receiver
let webhook: { id: string; secret: string }
beforeAll(async () => {
  ;[world, receiver] = await Promise.all([startWorld(), startReceiver()])
  webhook = await world.rpc('create_webhook', { organization_id: world.organizationId, url: receiver.url })
  world.simulator.addAccount({ phone: LUIS, name: 'Luis' })
})
afterAll(async () => {
  await world.stop()
  await receiver.stop()
})
afterEach(() => void world.simulator.configure({ messageReply: 'ack' }))

const heard = () => receiver.received.map((one) => verified(one, webhook.secret) as WebhookPayload)
const hears = (type: string, data: object) =>
  eventually(() => expect(heard()).toContainEqual(expect.objectContaining({ type, data: expect.objectContaining(data) as unknown })))

describe('whoever listens', () => {
  it('hears what happens to a session and to its texts, from the link to the receipt, and no secret of it', async () => {
    const worker = await world.startWorker(SETTINGS)
    const { id } = await world.link(worker)
    await hears('session.connected', { sessionId: id, phoneNumber: '+51987654321', displayName: 'Front desk' })
    const text = async () => {
      const body = JSON.stringify({ to: `+${LUIS}`, text: 'what nobody else reads' })
      return (await worker.call('POST', `/api/sessions/${id}/messages`, { sessionId: id, body })).body as QueuedText
    }
    await hears('message.sent', { sessionId: id, messageId: (await text()).id })
    world.simulator.configure({ messageReply: 'refused' })
    await hears('message.failed', { sessionId: id, messageId: (await text()).id, reason: 'refused' })
    world.simulator.configure({ messageReply: 'ignored' })
    await hears('message.failed', { sessionId: id, messageId: (await text()).id, reason: 'unanswered' })
    const orderId = await world.rpc<string>('reset_session', { session_id: id })
    await hears('session.disconnected', { sessionId: id, reason: 'reset', phoneNumber: '+51987654321' })
    await hears('session.cleared', { sessionId: id, orderId, reason: 'reset', remoteUnlink: 'confirmed' })
    expect(JSON.stringify(receiver.received)).not.toContain('nobody else reads')
    const counts = Map.groupBy(heard(), ({ type }) => type)
    expect(Object.fromEntries(Array.from(counts, ([type, all]) => [type, all.length]))).toEqual({
      'session.connected': 1,
      'message.sent': 1,
      'message.failed': 2,
      'session.disconnected': 1,
      'session.cleared': 1,
    })
    await worker.stop()
  })
})

describe('a worker that is told to stop', () => {
  it('tells first what became of the last texts', async () => {
    const worker = await world.spawnWorker(SETTINGS)
    const { id } = await world.link(worker)
    const body = JSON.stringify({ to: `+${LUIS}`, text: 'on the way out' })
    const { body: queued } = await worker.call('POST', `/api/sessions/${id}/messages`, { sessionId: id, body })
    await eventually(() => expect(worker.output()).toContain('"outcome":"sent"'))
    expect(await worker.kill('SIGTERM')).toBe(0)
    const told = await world.database.sql`select type from public.webhook_deliveries
      where session_id = ${id} and payload #>> '{data,messageId}' = ${(queued as QueuedText).id}`
    expect([...told]).toEqual([{ type: 'message.sent' }])
  })
})

describe('a worker that is killed between sending and saying so', () => {
  it('leaves the delivery to another, which sends it again with the same id', async () => {
    const worker = await world.spawnWorker(SETTINGS)
    const delivery = await world.rpc<string>('test_webhook', { id: webhook.id })
    const mine = () => receiver.received.filter((one) => one.id === delivery)
    receiver.state.answering = (response) => void worker.kill().then(() => response.destroy())
    await eventually(() => expect(mine()).toHaveLength(1))
    expect(await worker.kill()).toBe(null)
    const stateOf = async () =>
      (
        await world.database.sql<{ state: string; attempts: number }[]>`
        select state, attempts from public.webhook_deliveries where id = ${delivery}`
      )[0]
    expect(await stateOf()).toEqual({ state: 'waiting', attempts: 1 })
    receiver.state.answering = (response) => void response.writeHead(204).end()
    // The minute that the dead one had is over.
    await world.database.sql`update public.webhook_deliveries set next_attempt_at = now() where id = ${delivery}`
    const next = await world.startWorker(SETTINGS)
    await eventually(async () => expect(await stateOf()).toEqual({ state: 'delivered', attempts: 2 }))
    expect(mine().map((one) => (verified(one, webhook.secret) as WebhookPayload).type)).toEqual(['ping', 'ping'])
    await next.stop()
  })
})

describe('a worker whose operator allows nothing', () => {
  it('sends nothing to its own machine, whoever asks it to', async () => {
    const before = receiver.state.connections
    const worker = await world.startWorker({})
    const delivery = await world.rpc<string>('test_webhook', { id: webhook.id })
    await eventually(async () => {
      const [row] = await world.database.sql`select last_error from public.webhook_deliveries where id = ${delivery}`
      expect(row?.['last_error']).toBe('The address is not https.')
    })
    expect(receiver.state.connections).toBe(before)
    await worker.stop()
  })
})

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { SentTexts } from '#domain/message.ts'
import type { SentText } from '#domain/message.ts'
import { createByteSearch } from './kill/byte-search.ts'
import { searchFolder } from './kill/places.ts'
import { eventually } from './support/eventually.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

const LUIS = '51912000111'
const WORDS = 'what is said to Luis alone'

let world: World
let worker: TestWorker
beforeAll(async () => {
  world = await startWorld({ behaviour: { receiptDelayMs: 0 } })
  worker = await world.startWorker({ OUTBOX_GAP_MS: '20', OUTBOX_ANSWER_MS: '1500', OUTBOX_TRIES: '1' })
})
afterAll(() => world.stop())
afterEach(() => void world.simulator.configure({ messageReply: 'ack', receiptDelayMs: 0 }))

const ask = (id: string, route: string) => worker.call('GET', `/api/sessions/${id}/${route}`, { sessionId: id })
const sent = async (id: string): Promise<SentText[]> => SentTexts.parse((await ask(id, 'sent')).body).messages
const queue = async (id: string, to = LUIS): Promise<string> => {
  const body = JSON.stringify({ to: `+${to}`, text: WORDS })
  const answer = await worker.call('POST', `/api/sessions/${id}/messages`, { sessionId: id, body })
  expect(answer.status).toBe(200)
  return (answer.body as { id: string }).id
}
const eventuallySent = (id: string, expected: [string, string][]) =>
  eventually(async () => expect((await sent(id)).map((text) => [text.id, text.state])).toEqual(expected))

it('follows a text from the server to the phone and to the eyes of its owner, without what it says (OUT-7)', async () => {
  const { id } = await world.link(worker)
  expect(await sent(id)).toEqual([])
  world.simulator.configure({ receiptDelayMs: 600_000 })
  const first = await queue(id)
  await eventuallySent(id, [[first, 'sent']])
  world.simulator.configure({ receiptDelayMs: 0 })
  const second = await queue(id)
  await eventuallySent(id, [
    [second, 'delivered'],
    [first, 'sent'],
  ])
  world.simulator.readTexts(LUIS)
  await eventuallySent(id, [
    [second, 'read'],
    [first, 'sent'],
  ])
  const [newest] = await sent(id)
  expect(newest).toMatchObject({ to: `+${LUIS}` })
  const times = [newest?.queuedAt, newest?.sentAt, newest?.at].map(String)
  expect(times).toEqual(times.toSorted((a, b) => Date.parse(a) - Date.parse(b)))
  expect(JSON.stringify((await ask(id, 'sent')).body)).not.toContain(WORDS)
})

it('hears after a lost connection what came meanwhile, and forgets all of it with the stop; nothing of it was ever on disk (OUT-7, OUT-8)', async () => {
  const { id, jid } = await world.link(worker)
  const text = await queue(id)
  await eventuallySent(id, [[text, 'delivered']])
  world.simulator.goOffline(jid)
  world.simulator.readTexts(LUIS)
  world.simulator.comeBack(jid)
  await eventuallySent(id, [[text, 'read']])
  await world.until(id, 'connected')

  const search = createByteSearch([{ identity: id, kind: 'sent text', bytes: Buffer.from(text) }])
  searchFolder(search, 'data', worker.data)
  expect(search.scanned()).toBeGreaterThan(10_000)
  expect(search.hits()).toEqual([])

  await world.rpc('stop_session', { session_id: id })
  await world.until(id, 'stopped')
  expect(await sent(id)).toEqual([])
  await world.rpc('start_session', { session_id: id })
  await world.until(id, 'connected')
  expect(await sent(id)).toEqual([])
})

it('leaves what WhatsApp refused or never answered to the queue, and ends with the link (OUT-8)', async () => {
  const { id } = await world.link(worker)
  const refused = await queue(id, '4930123456')
  const taken = await queue(id)
  await eventuallySent(id, [[taken, 'delivered']])
  world.simulator.configure({ messageReply: 'ignored' })
  const unanswered = await queue(id)
  await eventually(async () => {
    expect((await ask(id, 'outbox')).body).toMatchObject({
      messages: [
        { id: refused, state: 'refused' },
        { id: unanswered, state: 'unanswered' },
      ],
    })
  })
  expect((await sent(id)).map((text) => text.id)).toEqual([taken])
  await world.receipt(id, await world.rpc<string>('reset_session', { session_id: id }))
  expect(await ask(id, 'sent')).toMatchObject({ status: 409, body: { error: { code: 'not_linked' } } })
  await world.rpc('start_session', { session_id: id })
  await world.scan(worker, id)
  await world.until(id, 'connected')
  expect(await sent(id)).toEqual([])
})

import type { WAMessage } from 'baileys'
import { expect, it } from 'vitest'
import type { Simulator } from '../../simulator/simulator.ts'
import { client, eventually, linked, simulate } from './support/bench.ts'
import type { Client } from './support/client.ts'

const ANA = '51987654321'
const LUIS = '51912000111'

/** Everything that a device hears of messages. */
function heard({ socket }: Client) {
  const messages: WAMessage[] = []
  const statuses: unknown[] = []
  // A receipt that comes while the client still buffers what it sent is merged into that.
  socket.ev.on('messages.upsert', (upsert) => {
    messages.push(...upsert.messages)
    statuses.push(...upsert.messages.map(({ key, status }) => ({ id: key.id, status })))
  })
  socket.ev.on('messages.update', (updates) => statuses.push(...updates.map(({ key, update }) => ({ id: key.id, status: update.status }))))
  return { messages, statuses, texts: () => messages.flatMap(({ message }) => message?.conversation ?? []) }
}

/** A linked device that has been told what its phone knows; the next thing that it hears is the test's. */
async function ready(simulator: Simulator, phone: string) {
  const told = simulator.counts().histories
  const device = await linked(simulator, phone)
  await eventually(() => expect(simulator.counts().histories).toBe(told + 1))
  return { ...device, ...heard(device) }
}

it('reaches the linked device of the recipient encrypted, with the name of who wrote, and its phone too', async () => {
  const simulator = await simulate()
  const luis = await ready(simulator, LUIS)
  const sent = await simulator.sendText(ANA, LUIS, '¿Cómo estás?')
  expect(sent).toEqual({ ok: true, id: expect.stringMatching(/^3A[0-9A-F]{18}$/), devices: 1 })
  await eventually(() => expect(luis.texts()).toEqual(['¿Cómo estás?']))
  expect(luis.messages[0]).toMatchObject({
    key: { remoteJid: expect.stringMatching(/@lid$/), remoteJidAlt: `${ANA}@s.whatsapp.net`, fromMe: false },
    pushName: 'Ana',
  })
  await eventually(() => expect(simulator.counts()).toMatchObject({ sent: 1, delivered: 1, retries: 0 }))
  expect(simulator.texts(LUIS)).toMatchObject([{ from: ANA, text: '¿Cómo estás?' }])
})

it('goes on in both directions in one conversation', async () => {
  const simulator = await simulate()
  const luis = await ready(simulator, LUIS)
  await simulator.sendText(ANA, LUIS, 'uno')
  await eventually(() => expect(luis.texts()).toEqual(['uno']))
  await luis.socket.sendMessage(`${ANA}@s.whatsapp.net`, { text: 'dos' })
  await eventually(() => expect(simulator.texts(ANA)).toMatchObject([{ from: LUIS, text: 'dos' }]))
  await simulator.sendText(ANA, LUIS, 'tres')
  await eventually(() => expect(luis.texts()).toEqual(['uno', 'tres']))
  expect(simulator.counts()).toMatchObject({ retries: 0, unreadable: 0 })
})

it('comes as a copy to the other device of who wrote it', async () => {
  const simulator = await simulate()
  const ana = await ready(simulator, ANA)
  await simulator.sendText(ANA, LUIS, 'Desde mi teléfono')
  await eventually(() => expect(ana.texts()).toEqual(['Desde mi teléfono']))
  expect(ana.messages[0]?.key).toMatchObject({ fromMe: true })
})

it('waits for a device that is not online', async () => {
  const simulator = await simulate()
  const luis = await ready(simulator, LUIS)
  await luis.socket.end(undefined)
  await eventually(() => expect(simulator.devices(LUIS)).toMatchObject([{ online: false }]))
  await simulator.sendText(ANA, LUIS, 'Mientras dormías')
  const again = client(simulator, luis.auth)
  const later = heard(again)
  await again.opened()
  await eventually(() => expect(later.texts()).toEqual(['Mientras dormías']))
  await eventually(() => expect(simulator.counts().delivered).toBe(1))
})

it('is encrypted anew for a device that could not read it', async () => {
  const simulator = await simulate()
  const luis = await ready(simulator, LUIS)
  await simulator.sendText(ANA, LUIS, 'uno')
  await eventually(() => expect(luis.texts()).toEqual(['uno']))
  // The device answers, so that the phone goes on with short messages; then it loses the conversation.
  await luis.socket.sendMessage(`${ANA}@s.whatsapp.net`, { text: 'sí' })
  await eventually(() => expect(simulator.texts(ANA)).toHaveLength(1))
  const [lid = ''] = luis.messages.map(({ key }) => key.remoteJid ?? '')
  await luis.socket.signalRepository.deleteSession([lid])
  await simulator.sendText(ANA, LUIS, 'dos')
  await eventually(() => expect(luis.texts()).toEqual(['uno', 'dos']))
  expect(simulator.counts().retries).toBeGreaterThan(0)
})

it('writes to the device that took the number of a removed one', async () => {
  const simulator = await simulate()
  const old = await ready(simulator, LUIS)
  await simulator.sendText(ANA, LUIS, 'uno')
  await eventually(() => expect(old.texts()).toEqual(['uno']))
  simulator.unlink(old.jid)
  expect(await old.closed()).toMatchObject({ code: 401 })
  const young = await ready(simulator, LUIS)
  expect(young.jid).toBe(old.jid)
  await simulator.sendText(ANA, LUIS, 'dos')
  await eventually(() => expect(young.texts()).toEqual(['dos']))
  expect(simulator.counts().retries).toBe(0)
  // The old device's credentials are worth nothing, although its address lives.
  expect(await client(simulator, old.auth).closed()).toMatchObject({ code: 401 })
})

it('knows only phones', async () => {
  const simulator = await simulate()
  expect(await simulator.sendText(ANA, '4930123456', 'Hallo')).toEqual({ ok: false, code: 'unknown_phone' })
})

it('tells a device that the recipient has its text, after the acknowledgement; not when the answer is held back', async () => {
  const simulator = await simulate({ behaviour: { receiptDelayMs: 20 } })
  const ana = await ready(simulator, ANA)
  const sent = await ana.socket.sendMessage(`${LUIS}@s.whatsapp.net`, { text: 'Hola' })
  await eventually(() => expect(ana.statuses).toContainEqual({ id: sent?.key.id, status: 3 }))
  simulator.configure({ messageReply: 'ignored' })
  const second = await ana.socket.sendMessage(`${LUIS}@s.whatsapp.net`, { text: '¿Me lees?' })
  await eventually(() => expect(simulator.texts(LUIS)).toHaveLength(2))
  simulator.configure({ messageReply: 'ack' })
  const third = await ana.socket.sendMessage(`${LUIS}@s.whatsapp.net`, { text: 'Bueno' })
  await eventually(() => expect(ana.statuses).toContainEqual({ id: third?.key.id, status: 3 }))
  expect(ana.statuses).not.toContainEqual({ id: second?.key.id, status: 3 })
})

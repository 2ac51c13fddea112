import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { simulate } from './support/bench.ts'
import { linkedDevice } from './support/worker-socket.ts'
import type { MemoryStore } from './support/worker-socket.ts'

const ANA = '51987654321'
const LUIS = '51912000111'
const TO_LUIS = `+${LUIS}`
/** Longer than any answer takes here, milliseconds. */
const PATIENCE_MS = 20_000
/** What a test waits for an answer that will not come. */
const IMPATIENCE_MS = 1_000

/** The same two phones, neither of which knows the other. */
const STRANGERS = [
  { phone: ANA, name: 'Ana' },
  { phone: LUIS, name: 'Luis' },
]

const hello = (id = 'LATCHKEY-1', text = 'Buenos días, Luis') => ({ id, to: TO_LUIS, text })

/** A conversation is stored after the text was written to the connection: waits until that has happened so many times, for any phone. */
const stored = (store: MemoryStore, times: number): Promise<void> =>
  vi.waitFor(() => expect(store.written.filter((key) => key.startsWith('session/'))).toHaveLength(times))

describe('a text', () => {
  it('arrives decrypted, under the id that it was given', async () => {
    const simulator = await simulate()
    const { socket } = await linkedDevice(simulator)
    expect(await socket.sendText(hello(), PATIENCE_MS)).toBe('sent')
    expect(simulator.texts(LUIS)).toEqual([
      { id: 'LATCHKEY-1', from: ANA, text: 'Buenos días, Luis', at: expect.stringMatching(/^\d{4}-/), doubles: 0 },
    ])
    // The copy for the own phone is taken, and is no text that it received.
    expect(simulator.texts(ANA)).toEqual([])
    expect(simulator.counts()).toMatchObject({ texts: 1, doubles: 0, unreadable: 0 })
  })

  it('is followed by others in the same conversation, also after a new login, in both directions', async () => {
    const simulator = await simulate()
    const ana = await linkedDevice(simulator)
    const luis = await linkedDevice(simulator, LUIS)
    for (const number of [1, 2, 3]) expect(await ana.socket.sendText(hello(`A${number}`, `text ${number}`), PATIENCE_MS)).toBe('sent')
    await ana.again()
    expect(await ana.socket.sendText(hello('A4', 'text 4'), PATIENCE_MS)).toBe('sent')
    expect(await luis.socket.sendText({ id: 'B1', to: `+${ANA}`, text: 'Gracias' }, PATIENCE_MS)).toBe('sent')
    expect(simulator.texts(LUIS)?.map(({ text }) => text)).toEqual(['text 1', 'text 2', 'text 3', 'text 4'])
    expect(simulator.texts(ANA)).toMatchObject([{ id: 'B1', from: LUIS, text: 'Gracias' }])
    expect(simulator.counts()).toMatchObject({ unreadable: 0 })
  })

  it('that is sent twice with one id arrives once', async () => {
    const simulator = await simulate()
    const { socket } = await linkedDevice(simulator)
    expect(await socket.sendText(hello(), PATIENCE_MS)).toBe('sent')
    expect(await socket.sendText(hello(), PATIENCE_MS)).toBe('sent')
    expect(simulator.texts(LUIS)).toMatchObject([{ id: 'LATCHKEY-1', doubles: 1 }])
    expect(simulator.counts()).toMatchObject({ texts: 1, doubles: 1 })
  })

  it('to a number that is not on WhatsApp is refused, until somebody has that number', async () => {
    const simulator = await simulate()
    const { socket, store } = await linkedDevice(simulator)
    const stranger = { id: 'S1', to: '+4930123456', text: 'Hallo' }
    expect(await socket.sendText(stranger, PATIENCE_MS)).toBe('refused')
    // Not even the copy for the own phone was encrypted.
    expect(store.written.filter((key) => key.startsWith('session/'))).toEqual([])
    simulator.addAccount({ phone: '4930123456', name: 'Eva' })
    expect(await socket.sendText(stranger, PATIENCE_MS)).toBe('sent')
    expect(simulator.texts('4930123456')).toMatchObject([{ id: 'S1', text: 'Hallo' }])
  })

  it('that the server will never take is refused and reaches nobody', async () => {
    const simulator = await simulate({ behaviour: { messageReply: 'refused' } })
    const { socket } = await linkedDevice(simulator)
    expect(await socket.sendText(hello(), PATIENCE_MS)).toBe('refused')
    expect(simulator.texts(LUIS)).toEqual([])
  })
})

describe('no answer', () => {
  it('is told as unknown when the acknowledgement is lost; a second try with the same id is sent and arrives once', async () => {
    const simulator = await simulate({ behaviour: { messageReply: 'ignored' } })
    const { socket } = await linkedDevice(simulator)
    expect(await socket.sendText(hello(), IMPATIENCE_MS)).toBe('unknown')
    await vi.waitFor(() => expect(simulator.texts(LUIS)).toHaveLength(1))
    simulator.configure({ messageReply: 'ack' })
    expect(await socket.sendText(hello(), PATIENCE_MS)).toBe('sent')
    expect(simulator.texts(LUIS)).toMatchObject([{ id: 'LATCHKEY-1', doubles: 1 }])
  })

  it('is told as unknown at once when the connection is lost, and another login sends it', async () => {
    const simulator = await simulate({ behaviour: { messageReply: 'ignored' } })
    const device = await linkedDevice(simulator)
    const sending = device.socket.sendText(hello(), PATIENCE_MS * 10)
    await vi.waitFor(() => expect(simulator.texts(LUIS)).toHaveLength(1))
    simulator.drop(device.jid)
    expect(await sending).toBe('unknown')
    expect(await device.socket.sendText(hello(), PATIENCE_MS)).toBe('unknown')
    simulator.configure({ messageReply: 'ack' })
    expect(await (await device.again()).sendText(hello(), PATIENCE_MS)).toBe('sent')
    expect(simulator.texts(LUIS)).toMatchObject([{ doubles: 1 }])
  })

  it('is told as unknown when the server falls silent before it says where the recipient is', async () => {
    const simulator = await simulate()
    const { jid, socket } = await linkedDevice(simulator)
    simulator.goOffline(jid)
    expect(await socket.sendText(hello(), IMPATIENCE_MS)).toBe('unknown')
    expect(simulator.texts(LUIS)).toEqual([])
  })

  it('comes at once from a socket that is terminated while it waits for the acknowledgement', async () => {
    const simulator = await simulate({ behaviour: { messageReply: 'ignored' } })
    const { socket, events } = await linkedDevice(simulator)
    const outcomes: string[] = []
    void socket.sendText(hello(), PATIENCE_MS * 10).then((outcome) => outcomes.push(outcome))
    await vi.waitFor(() => expect(simulator.texts(LUIS)).toHaveLength(1))
    const before = events.length
    socket.terminate()
    await Promise.resolve()
    expect(outcomes).toEqual(['unknown'])
    expect(await socket.sendText(hello(), PATIENCE_MS)).toBe('unknown')
    expect(events).toHaveLength(before)
  })

  it('comes from a socket that is terminated while it asks for the recipient, and no timer stays behind', async () => {
    const simulator = await simulate()
    const { jid, socket } = await linkedDevice(simulator)
    simulator.goOffline(jid)
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    const sending = Array.from({ length: 50 }, (_, number) => socket.sendText(hello(`T${number}`), PATIENCE_MS * 10))
    await vi.waitFor(() => expect(timers()).toBeGreaterThan(before + 50))
    socket.terminate()
    expect(new Set(await Promise.all(sending))).toEqual(new Set(['unknown']))
    await vi.waitFor(() => expect(timers()).toBeLessThan(before + 10))
  })
})

describe('what a send writes', () => {
  it('is the conversations, devices and addresses of the two phones, all through the key store', async () => {
    const simulator = await simulate({ seed: STRANGERS })
    const { socket, store } = await linkedDevice(simulator)
    store.written.length = 0
    expect(await socket.sendText(hello(), PATIENCE_MS)).toBe('sent')
    await stored(store, 2)
    const kinds = new Set(store.written.map((key) => key.split('/')[0]))
    expect(kinds).toEqual(new Set(['device-list', 'lid-mapping', 'session']))
  })

  it('may fail: the session is told of its disk, nothing is called refused, and the same id is sent when there is space again', async () => {
    const simulator = await simulate()
    const device = await linkedDevice(simulator)
    device.store.failing = true
    expect(await device.socket.sendText(hello(), PATIENCE_MS)).not.toBe('refused')
    await vi.waitFor(() => expect(device.events).toContainEqual({ type: 'storage_failed', error: new Error('no space left on device') }))
    device.store.failing = false
    expect(await (await device.again()).sendText(hello(), PATIENCE_MS)).toBe('sent')
    expect(simulator.texts(LUIS)).toMatchObject([{ id: 'LATCHKEY-1' }])
  })

  it('ends with the socket: what a terminated one has under way is not written any more (FEN-1)', async () => {
    const simulator = await simulate()
    const device = await linkedDevice(simulator)
    // The client makes keys in one transaction with the credentials that count them; this one is cut between the two.
    device.store.forget('pre-key')
    device.store.onCreds = () => device.socket.terminate()
    const cut = device.again()
    cut.catch(() => {})
    await vi.waitFor(() => expect(device.store.onCreds).toBeNull())
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect([...device.store.keys.keys()].filter((key) => key.startsWith('pre-key/'))).toEqual([])
    await device.again()
    await vi.waitFor(() => expect([...device.store.keys.keys()].filter((key) => key.startsWith('pre-key/'))).not.toEqual([]))
  })
})

describe('a phone', () => {
  it('keeps its conversations and texts when the simulator starts again', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-texts-'))
    try {
      const first = await simulate({ dataDir })
      const device = await linkedDevice(first)
      expect(await device.socket.sendText(hello('P1'), PATIENCE_MS)).toBe('sent')
      await first.stop()
      const second = await simulate({ dataDir, port: first.port })
      expect(await (await device.again()).sendText(hello('P2'), PATIENCE_MS)).toBe('sent')
      expect(second.texts(LUIS)).toMatchObject([{ id: 'P1' }, { id: 'P2' }])
      expect(second.counts()).toMatchObject({ unreadable: 0 })
      // It stores its counters when it stops, so the folder goes after that.
      await second.stop()
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  })

  it('knows a double that it cannot read: the sender died after it wrote a text and before it stored how far its conversation was', async () => {
    const simulator = await simulate()
    const device = await linkedDevice(simulator)
    expect(await device.socket.sendText(hello('D1'), PATIENCE_MS)).toBe('sent')
    await stored(device.store, 2)
    const before = new Map(device.store.keys)
    expect(await device.socket.sendText(hello('D2'), PATIENCE_MS)).toBe('sent')
    await stored(device.store, 4)
    device.store.keys = before
    expect(await (await device.again()).sendText(hello('D2'), PATIENCE_MS)).toBe('sent')
    expect(await device.socket.sendText(hello('D3'), PATIENCE_MS)).toBe('sent')
    expect(simulator.texts(LUIS)).toMatchObject([
      { id: 'D1', doubles: 0 },
      { id: 'D2', doubles: 1 },
      { id: 'D3', doubles: 0 },
    ])
  })

  it('cannot read what a device sends whose keys are from an old backup, until that device begins its conversations anew', async () => {
    const simulator = await simulate()
    const device = await linkedDevice(simulator)
    expect(await device.socket.sendText(hello('C1'), PATIENCE_MS)).toBe('sent')
    await stored(device.store, 2)
    const rewound = new Map(device.store.keys)
    expect(await device.socket.sendText(hello('C2'), PATIENCE_MS)).toBe('sent')
    await stored(device.store, 4)
    device.store.keys = rewound
    expect(await device.socket.sendText(hello('C3'), PATIENCE_MS)).toBe('sent')
    expect(simulator.texts(LUIS)?.map(({ id }) => id)).toEqual(['C1', 'C2'])
    expect(simulator.counts().unreadable).toBeGreaterThan(0)
    device.store.forget('session')
    expect(await device.socket.sendText(hello('C4'), PATIENCE_MS)).toBe('sent')
    expect(simulator.texts(LUIS)?.map(({ id }) => id)).toEqual(['C1', 'C2', 'C4'])
  })
})

import { expect, it } from 'vitest'
import { eventually, simulate } from './support/bench.ts'
import { linkedDevice } from './support/worker-socket.ts'
import type { Device } from './support/worker-socket.ts'

const LUIS = '51912000111'
const PATIENCE_MS = 20_000

const text = (id: string) => ({ id, to: `+${LUIS}`, text: 'Hola' })
/** What a device heard of its texts: `delivered A1`, `read A1+A2`. */
const heardBy = ({ events }: Device) =>
  events.flatMap((event) => (event.type === 'receipt' ? [`${event.state} ${event.ids.join('+')}`] : []))

it('tells a device that its texts are on the phone, and that they were read when its owner opens them, all at once', async () => {
  const simulator = await simulate({ behaviour: { receiptDelayMs: 0 } })
  const device = await linkedDevice(simulator)
  for (const id of ['A1', 'A2']) expect(await device.socket.sendText(text(id), PATIENCE_MS)).toBe('sent')
  await eventually(() => expect(heardBy(device)).toEqual(['delivered A1', 'delivered A2']))
  expect(simulator.readTexts(LUIS)).toBe(2)
  await eventually(() => expect(heardBy(device)).toEqual(['delivered A1', 'delivered A2', 'read A1+A2']))
  // What was opened is opened.
  expect(simulator.readTexts(LUIS)).toBe(0)
  expect(simulator.readTexts('4930123456')).toBeUndefined()
})

it('opens a text by itself where it is told how soon, and never before its sender heard that it is there', async () => {
  const simulator = await simulate({ behaviour: { receiptDelayMs: 20, readDelayMs: 20 } })
  const device = await linkedDevice(simulator)
  expect(await device.socket.sendText(text('B1'), PATIENCE_MS)).toBe('sent')
  expect(simulator.readTexts(LUIS)).toBe(0)
  await eventually(() => expect(heardBy(device)).toEqual(['delivered B1', 'read B1']))
})

it('is opened in a scenario, too', async () => {
  const simulator = await simulate({ behaviour: { receiptDelayMs: 0 } })
  const device = await linkedDevice(simulator)
  const reading = simulator.run({
    name: 'luis-reads',
    about: 'Luis opens what he gets.',
    steps: [
      { do: 'readTexts', phone: '4930123456', expect: 'unknown_phone' },
      { after: 'delivered', do: 'readTexts', phone: LUIS },
    ],
  })
  expect(await device.socket.sendText(text('S1'), PATIENCE_MS)).toBe('sent')
  expect(await reading).toMatchObject({ state: 'done' })
  await eventually(() => expect(heardBy(device)).toEqual(['delivered S1', 'read S1']))
})

it('keeps the receipts for a device that is away: that the phone has the text, and that it was read', async () => {
  const simulator = await simulate({ behaviour: { receiptDelayMs: 400 } })
  const device = await linkedDevice(simulator)
  expect(await device.socket.sendText(text('C1'), PATIENCE_MS)).toBe('sent')
  device.socket.terminate()
  await eventually(() => expect(simulator.readTexts(LUIS)).toBe(1))
  expect(simulator.devices()[0]?.online).toBe(false)
  await device.again()
  await eventually(() => expect(heardBy(device)).toEqual(['delivered C1', 'read C1']))
})

import { expect, it, vi } from 'vitest'
import type { Simulator } from '../../simulator/simulator.ts'
import { client, eventually, simulate } from './support/bench.ts'
import type { Client } from './support/client.ts'
import { connect } from './support/client.ts'

const ANA = '51987654321'
const LUIS = '51912000111'

/** A device that has asked for a code, and the code. */
async function asking(simulator: Simulator, phone = ANA): Promise<Client & { code: string }> {
  const device = client(simulator)
  await device.qr()
  const before = simulator.counts().codes
  const code = await device.socket.requestPairingCode(phone)
  await eventually(() => expect(simulator.counts().codes).toBe(before + 1))
  return { ...device, code }
}

/** Another code than that one, of the same alphabet. */
const other = (code: string): string => (code.startsWith('A') ? 'B' : 'A') + code.slice(1)

it('links the device whose code the phone types, and the device is one like any other: restart, login, a text', async () => {
  const simulator = await simulate()
  const device = await asking(simulator)
  expect(device.code).toMatch(/^[1-9A-HJ-NP-TV-Z]{8}$/)
  expect(simulator.waiting()).toMatchObject([{ codeFor: ANA }])
  expect(await simulator.enterCode(ANA, device.code)).toEqual({ ok: true, jid: `${ANA}:1@s.whatsapp.net` })
  expect(await device.closed()).toMatchObject({ code: 515 })
  const again = client(simulator, device.auth)
  await again.opened()
  expect(simulator.devices()).toMatchObject([{ phone: ANA, online: true, logins: 1 }])
  await again.socket.sendMessage(`${LUIS}@s.whatsapp.net`, { text: 'Hola' })
  await eventually(() => expect(simulator.texts(LUIS)).toMatchObject([{ from: ANA, text: 'Hola' }]))
})

it('takes a code as people type it', async () => {
  const simulator = await simulate()
  const { code } = await asking(simulator)
  const typed = ` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)} `
  expect(await simulator.enterCode(ANA, typed)).toMatchObject({ ok: true })
})

it('finds a wrong code on the phone, and takes the right one afterwards', async () => {
  const simulator = await simulate()
  const device = await asking(simulator)
  expect(await simulator.enterCode(ANA, other(device.code))).toEqual({ ok: false, code: 'wrong_code' })
  expect(simulator.devices()).toEqual([])
  expect(await simulator.enterCode(ANA, 'ÑANDU')).toEqual({ ok: false, code: 'malformed_code' })
  expect(await simulator.enterCode(ANA, device.code)).toMatchObject({ ok: true })
  expect(await device.closed()).toMatchObject({ code: 515 })
})

it('takes only the last code when a device asks again', async () => {
  const simulator = await simulate()
  const device = await asking(simulator)
  const second = await device.socket.requestPairingCode(ANA)
  await eventually(() => expect(simulator.counts().codes).toBe(2))
  expect(await simulator.enterCode(ANA, device.code)).toEqual({ ok: false, code: 'wrong_code' })
  expect(await simulator.enterCode(ANA, second)).toMatchObject({ ok: true })
})

it('is for the number that it was asked for: another phone knows of no code', async () => {
  const simulator = await simulate()
  const { code } = await asking(simulator)
  expect(await simulator.enterCode(LUIS, code)).toEqual({ ok: false, code: 'no_code_asked' })
  expect(await simulator.enterCode('4930123456', code)).toEqual({ ok: false, code: 'unknown_phone' })
  expect(await simulator.enterCode(ANA, code)).toMatchObject({ ok: true })
})

it('is refused by the server for a number without a phone', async () => {
  const simulator = await simulate()
  const device = client(simulator)
  await device.qr()
  const refused = Promise.withResolvers<string | undefined>()
  device.socket.ws.on('CB:iq,type:error', ({ content }: { content: { attrs: { code: string } }[] }) =>
    refused.resolve(content[0]?.attrs.code),
  )
  await device.socket.requestPairingCode('4930123456')
  expect(await refused.promise).toBe('400')
  expect(simulator.waiting()).toMatchObject([{ codeFor: null }])
})

it('dies with its connection, and with the last ref', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    const simulator = await simulate({ refSeconds: { count: 2, first: 60, next: 20 } })
    const device = await asking(simulator)
    vi.setSystemTime(Date.now() + 81_000)
    expect(simulator.waiting()).toMatchObject([{ codeFor: null }])
    expect(await simulator.enterCode(ANA, device.code)).toEqual({ ok: false, code: 'expired_code' })
    await device.socket.end(undefined)
    await eventually(() => expect(simulator.waiting()).toEqual([]))
    expect(await simulator.enterCode(ANA, device.code)).toEqual({ ok: false, code: 'no_code_asked' })
  } finally {
    vi.useRealTimers()
  }
})

it('goes to the device that asked last when two ask the same phone', async () => {
  const simulator = await simulate()
  const [older, newer] = [await asking(simulator), await asking(simulator)]
  expect(await simulator.enterCode(ANA, older.code)).toEqual({ ok: false, code: 'wrong_code' })
  expect(await simulator.enterCode(ANA, newer.code)).toMatchObject({ ok: true })
  expect(await newer.closed()).toMatchObject({ code: 515 })
  expect(await simulator.enterCode(ANA, older.code)).toMatchObject({ ok: true, jid: `${ANA}:2@s.whatsapp.net` })
})

it('tells when the device is gone before it answers', async () => {
  const simulator = await simulate()
  const device = connect(simulator.webSocketUrl)
  await device.qr()
  const code = await device.socket.requestPairingCode(ANA)
  await eventually(() => expect(simulator.counts().codes).toBe(1))
  device.socket.ws.off('CB:notification', device.socket.ws.listeners('CB:notification')[0] as never)
  const entering = simulator.enterCode(ANA, code)
  await device.socket.end(undefined)
  // Long before the phone would have given up by itself.
  const early = await Promise.race([entering, new Promise((resolve) => setTimeout(resolve, 6_000, 'still waiting'))])
  expect(early).toEqual({ ok: false, code: 'no_answer' })
})

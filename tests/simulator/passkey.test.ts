import type { BinaryNode } from 'baileys'
import { expect, it } from 'vitest'
import { client, eventually, simulate } from './support/bench.ts'
import type { Client } from './support/client.ts'

const ANA = '51987654321'

/** The demand as the device hears it; its library does nothing about it. */
function demand({ socket }: Client): Promise<unknown> {
  return new Promise((resolve) => {
    socket.ws.on('CB:notification,type:passkey_prologue_request', ({ attrs, content }: BinaryNode) => {
      const [options] = content as BinaryNode[]
      resolve({ attrs, tag: options?.tag, options: JSON.parse(Buffer.from(options?.content as Uint8Array).toString()) })
    })
  })
}

const DEMAND = {
  attrs: { from: 's.whatsapp.net', type: 'passkey_prologue_request' },
  tag: 'passkey_request_options',
  options: { rpId: 'whatsapp.com', userVerification: 'required', challenge: expect.stringMatching(/^[\w-]{43}$/) },
}

it('asks for a passkey instead of linking, and the link hangs there until the codes run out', async () => {
  const simulator = await simulate({ refSeconds: { count: 2 } })
  simulator.demandPasskey(ANA, true)
  const device = client(simulator, undefined, { qrTimeout: 1_000 })
  const demanded = demand(device)
  expect(await simulator.scan(await device.qr())).toEqual({ ok: false, code: 'passkey_required' })
  expect(await demanded).toMatchObject(DEMAND)
  expect(simulator.waiting()).toHaveLength(1)
  expect(await device.closed()).toMatchObject({ code: 408, message: 'QR refs attempts ended' })
  expect(simulator.devices()).toEqual([])
})

it('asks for it after a typed code too', async () => {
  const simulator = await simulate({ seed: [{ phone: ANA, name: 'Ana', passkey: true }] })
  const device = client(simulator)
  await device.qr()
  const demanded = demand(device)
  const code = await device.socket.requestPairingCode(ANA)
  await eventually(() => expect(simulator.counts().codes).toBe(1))
  expect(await simulator.enterCode(ANA, code)).toEqual({ ok: false, code: 'passkey_required' })
  expect(await demanded).toMatchObject(DEMAND)
  expect(simulator.devices()).toEqual([])
})

it('links when the account demands none any more', async () => {
  const simulator = await simulate()
  simulator.demandPasskey(ANA, true)
  const device = client(simulator)
  const qr = await device.qr()
  expect(await simulator.scan(qr)).toMatchObject({ ok: false })
  simulator.demandPasskey(ANA, false)
  expect(await simulator.scan(qr)).toMatchObject({ ok: true })
  expect(await device.closed()).toMatchObject({ code: 515 })
  expect(simulator.demandPasskey('4930123456', true)).toBe(false)
})

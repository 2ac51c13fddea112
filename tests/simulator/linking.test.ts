import { randomBytes } from 'node:crypto'
import { Curve } from 'baileys'
import { expect, it, vi } from 'vitest'
import { readQr, writeQr } from '../../simulator/phone/qr.ts'
import { client, linked, simulate } from './support/bench.ts'
import { memoryAuth } from './support/client.ts'

it('links the real client: QR, scan, restart with 515, open', async () => {
  const simulator = await simulate()
  const first = client(simulator)
  const qr = await first.qr()
  expect(qr).toMatch(/^https:\/\/wa\.me\/settings\/linked_devices#2@/)
  expect(simulator.waiting()).toMatchObject([{ platform: 'Chrome (Mac OS)', ref: readQr(qr)?.ref }])
  expect(simulator.devices()).toEqual([])

  expect(await simulator.scan(qr)).toEqual({ ok: true, jid: '51987654321:1@s.whatsapp.net' })
  expect(await first.closed()).toMatchObject({ code: 515 })
  expect(simulator.waiting()).toEqual([])
  expect(simulator.devices()).toMatchObject([{ phone: '51987654321', online: false, logins: 0 }])

  const second = client(simulator, first.auth)
  await second.opened()
  expect(second.auth.creds.me).toMatchObject({ id: '51987654321:1@s.whatsapp.net', lid: expect.stringMatching(/:1@lid$/) })
  const identity = Buffer.from(first.auth.creds.signedIdentityKey.public).toString('base64')
  expect(simulator.devices()).toMatchObject([{ online: true, logins: 1, preKeys: 812, identityPublicKey: identity }])
})

it('lets a linked device log in again and asks for no keys twice', async () => {
  const simulator = await simulate()
  const { auth, socket } = await linked(simulator)
  await socket.end(undefined)
  await vi.waitFor(() => expect(simulator.devices()).toMatchObject([{ online: false }]))
  await client(simulator, auth).opened()
  expect(simulator.devices()).toMatchObject([{ online: true, logins: 2, preKeys: 812 }])
  expect(simulator.counts()).toMatchObject({ registrations: 1, logins: 2, links: 1, refused: 0 })
})

it('takes a client that sends routing information first', async () => {
  const auth = memoryAuth()
  auth.creds.routingInfo = Buffer.from('0802080c', 'hex')
  await expect(client(await simulate(), auth).qr()).resolves.toContain('#2@')
})

it('links to the phone that scans, and numbers its devices', async () => {
  const simulator = await simulate()
  const [one, two, three] = [await linked(simulator, '51912000111'), await linked(simulator, '51912000111'), await linked(simulator)]
  expect([one.jid, two.jid, three.jid]).toEqual([
    '51912000111:1@s.whatsapp.net',
    '51912000111:2@s.whatsapp.net',
    '51987654321:1@s.whatsapp.net',
  ])
  expect(simulator.devices('51912000111')).toHaveLength(2)
})

it('scans with one click what a waiting device shows, through the camera of the preload', async () => {
  const simulator = await simulate()
  const first = client(simulator)
  const qr = await first.qr()
  const [waiting] = await vi.waitUntil(() => simulator.waiting().filter((one) => one.qr !== null).length > 0 && simulator.waiting())
  expect(waiting?.qr).toBe(qr)
  expect(await simulator.scanWaiting(waiting?.id ?? '', '51912000111')).toEqual({ ok: true, jid: '51912000111:1@s.whatsapp.net' })
})

it('ends with 408 and "QR refs attempts ended" when nobody scans any of the six codes', async () => {
  const simulator = await simulate()
  const idle = client(simulator, undefined, { qrTimeout: 40 })
  expect(await idle.closed()).toEqual({ code: 408, message: 'QR refs attempts ended' })
  expect(idle.qrs).toHaveLength(6)
  expect(new Set(idle.qrs).size).toBe(6)
  await vi.waitFor(() => expect(simulator.waiting()).toEqual([]))
})

it('can hand out fewer refs, so that running out is quick', async () => {
  const idle = client(await simulate({ refSeconds: { count: 1 } }), undefined, { qrTimeout: 20 })
  expect(await idle.closed()).toMatchObject({ code: 408, message: 'QR refs attempts ended' })
  expect(idle.qrs).toHaveLength(1)
})

it('refuses a code that has expired, is unknown, or was scanned with an unknown phone', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    const simulator = await simulate({ refSeconds: { count: 2, first: 60, next: 20 } })
    const qr = await client(simulator).qr()
    expect(await simulator.scan('https://example.org/')).toEqual({ ok: false, code: 'malformed_qr' })
    expect(await simulator.scan(qr, '49301234567')).toEqual({ ok: false, code: 'unknown_phone' })
    expect(await simulator.scan(qr.replace('#2@', '#3@'))).toEqual({ ok: false, code: 'unknown_ref' })
    vi.setSystemTime(Date.now() + 66_000)
    expect(await simulator.scan(qr)).toEqual({ ok: false, code: 'expired_ref' })
    expect(simulator.devices()).toEqual([])
  } finally {
    vi.useRealTimers()
  }
})

it('refuses a code whose keys are not those of the device that asked', async () => {
  const simulator = await simulate()
  const read = readQr(await client(simulator).qr())
  if (!read) throw new Error('the client shows no QR code')
  const withOther = { ...read, identityPublicKey: Curve.generateKeyPair().public as Buffer }
  expect(await simulator.scan(writeQr(withOther, '1'))).toEqual({ ok: false, code: 'wrong_keys' })
})

it('links nothing when the device rejects the secret of the code', async () => {
  const simulator = await simulate()
  const first = client(simulator)
  const read = readQr(await first.qr())
  if (!read) throw new Error('the client shows no QR code')
  expect(await simulator.scan(writeQr({ ...read, advSecret: randomBytes(32) }, '1'))).toEqual({ ok: false, code: 'no_answer' })
  expect(await first.closed()).toMatchObject({ message: 'Invalid account signature' })
  expect(simulator.devices()).toEqual([])
})

it('refuses a registration whose pre-key is not signed by its identity', async () => {
  const simulator = await simulate()
  const auth = memoryAuth()
  auth.creds.signedPreKey.signature = auth.creds.signedPreKey.signature.map((byte, index) => (index === 5 ? byte ^ 1 : byte))
  expect(await client(simulator, auth).closed()).toMatchObject({ code: 400, message: 'Connection Failure' })
  expect(simulator.waiting()).toEqual([])
})

it('refuses a device that countersigns with another key than the one it registered', async () => {
  const simulator = await simulate()
  const auth = memoryAuth()
  Object.assign(auth.creds.signedIdentityKey, { private: Curve.generateKeyPair().private })
  const forger = client(simulator, auth)
  expect(await simulator.scan(await forger.qr())).toEqual({ ok: false, code: 'forged_signature' })
  expect(await forger.closed()).toMatchObject({ code: 400 })
  expect(simulator.devices()).toEqual([])
})

it('scans a code once', async () => {
  const simulator = await simulate()
  const qr = await client(simulator).qr()
  const results = await Promise.all([simulator.scan(qr), simulator.scan(qr)])
  expect(results).toEqual([
    { ok: true, jid: '51987654321:1@s.whatsapp.net' },
    { ok: false, code: 'already_scanned' },
  ])
  expect(simulator.devices()).toHaveLength(1)
})

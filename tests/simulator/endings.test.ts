import { expect, it, vi } from 'vitest'
import type { BinaryNode } from 'baileys'
import { client, linked, simulate } from './support/bench.ts'
import type { Client } from './support/client.ts'

/** Asks as the worker does; `undefined` when no answer came in time, which the client reports in either of two ways. */
async function askToUnlink({ socket }: Client, jid: string, timeoutMs: number): Promise<BinaryNode | undefined> {
  const removal = { tag: 'remove-companion-device', attrs: { jid, reason: 'user_initiated' } }
  const request = { tag: 'iq', attrs: { to: '@s.whatsapp.net', type: 'set', xmlns: 'md' }, content: [removal] }
  try {
    return (await socket.query(request, timeoutMs)) as BinaryNode | undefined
  } catch (error) {
    if (error instanceof Error && error.message === 'Timed Out') return undefined
    throw error
  }
}

it('removes a device that logs out, and refuses its next login', async () => {
  const simulator = await simulate()
  const device = await linked(simulator)
  await device.socket.logout()
  expect(await device.closed()).toEqual({ code: 401, message: 'Intentional Logout' })
  await vi.waitFor(() => expect(simulator.devices()).toEqual([]))
  expect(await client(simulator, device.auth).closed()).toMatchObject({ code: 401, message: 'Connection Failure' })
})

it('acknowledges an unlink after the set delay, then ends the stream', async () => {
  const simulator = await simulate({ behaviour: { unlinkDelayMs: 300 } })
  const device = await linked(simulator)
  const asked = Date.now()
  const answer = askToUnlink(device, device.jid, 5_000)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(simulator.devices()).toHaveLength(1)
  expect((await answer)?.attrs).toMatchObject({ type: 'result' })
  expect(Date.now() - asked).toBeGreaterThanOrEqual(295)
  expect(simulator.devices()).toEqual([])
  expect(await device.closed()).toEqual({ code: 401, message: 'Stream Errored (conflict)' })
})

it('carries out a delayed unlink even when the device is gone before the answer', async () => {
  const simulator = await simulate({ behaviour: { unlinkDelayMs: 200 } })
  const device = await linked(simulator)
  await device.socket.logout()
  await vi.waitFor(() => expect(simulator.devices()).toMatchObject([{ online: false }]), { timeout: 150, interval: 10 })
  await vi.waitFor(() => expect(simulator.devices()).toEqual([]))
})

it('can leave an unlink without an answer: lost (the device is removed) or ignored (it stays)', async () => {
  const simulator = await simulate({ behaviour: { unlinkReply: 'ignored' } })
  const device = await linked(simulator)
  expect(await askToUnlink(device, device.jid, 300)).toBeUndefined()
  expect(simulator.devices()).toMatchObject([{ jid: device.jid, online: true }])

  simulator.configure({ unlinkReply: 'lost' })
  expect(await askToUnlink(device, device.jid, 300)).toBeUndefined()
  expect(simulator.devices()).toEqual([])
})

it('lets a device remove itself only', async () => {
  const simulator = await simulate()
  const [one, two] = [await linked(simulator), await linked(simulator)]
  await expect(askToUnlink(one, two.jid, 5_000)).rejects.toThrow('a device can only remove itself')
  expect(simulator.devices()).toHaveLength(2)
})

it('tells a device that the phone unlinked it, and refuses its next login', async () => {
  const simulator = await simulate()
  const device = await linked(simulator)
  expect(simulator.unlink(device.jid)).toBe(true)
  expect(simulator.devices()).toEqual([])
  expect(await device.closed()).toEqual({ code: 401, message: 'Stream Errored (conflict)' })
  expect(await client(simulator, device.auth).closed()).toMatchObject({ code: 401, message: 'Connection Failure' })
  expect(simulator.unlink(device.jid)).toBe(false)
})

it('refuses a login with the keys of another device', async () => {
  const simulator = await simulate()
  const [one, two] = [await linked(simulator), await linked(simulator)]
  await one.socket.end(undefined)
  await two.socket.end(undefined)
  two.auth.creds.me = { ...two.auth.creds.me, id: one.jid }
  expect(await client(simulator, two.auth).closed()).toMatchObject({ code: 401 })
})

it('drops a connection: 428, and the device may come back', async () => {
  const simulator = await simulate()
  const device = await linked(simulator)
  expect(simulator.drop(device.jid)).toBe(true)
  expect(await device.closed()).toMatchObject({ code: 428 })
  await vi.waitFor(() => expect(simulator.devices()).toMatchObject([{ online: false }]))
  expect(simulator.drop(device.jid)).toBe(false)
  await client(simulator, device.auth).opened()
})

it('replaces a connection: 440, on demand and by a second login of the same device', async () => {
  const simulator = await simulate()
  const device = await linked(simulator)
  expect(simulator.replace(device.jid)).toBe(true)
  expect(await device.closed()).toEqual({ code: 440, message: 'Stream Errored (conflict)' })

  const second = client(simulator, device.auth)
  await second.opened()
  const third = client(simulator, device.auth)
  await third.opened()
  expect(await second.closed()).toMatchObject({ code: 440 })
  await vi.waitFor(() => expect(simulator.devices()).toMatchObject([{ online: true, logins: 3 }]))
})

it.each([403, 405, 411, 500, 503])('refuses logins with %i, as often as told', async (reason) => {
  const simulator = await simulate()
  const device = await linked(simulator)
  await device.socket.end(undefined)
  simulator.refuse({ reason, jid: device.jid, times: 2 })
  for (const _ of [1, 2]) expect(await client(simulator, device.auth).closed()).toMatchObject({ code: reason })
  await client(simulator, device.auth).opened()
})

it('refuses registrations until it is told to allow them', async () => {
  const simulator = await simulate()
  simulator.refuse({ reason: 405, times: 100 })
  expect(await client(simulator).closed()).toMatchObject({ code: 405 })
  simulator.allow()
  await expect(client(simulator).qr()).resolves.toContain('#2@')
})

it('fails a connection that is open', async () => {
  const simulator = await simulate()
  const device = await linked(simulator)
  expect(simulator.fail(device.jid, 403)).toBe(true)
  expect(await device.closed()).toMatchObject({ code: 403 })
  expect(simulator.devices()).toHaveLength(1)
})

it('falls silent: the client gives up with 408, and is answered again after the server is back', async () => {
  const simulator = await simulate()
  const { auth, jid, socket } = await linked(simulator)
  await socket.end(undefined)
  // The client waits five seconds more than its interval.
  const device = client(simulator, auth, { keepAliveIntervalMs: 500 })
  await device.opened()
  expect(simulator.goOffline(jid)).toBe(true)
  expect(simulator.devices()).toMatchObject([{ online: false, silent: true }])
  expect(await device.closed()).toEqual({ code: 408, message: 'Connection was lost' })

  const next = client(simulator, auth)
  let opened = false
  void next.opened().then(
    () => (opened = true),
    () => {},
  )
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(opened).toBe(false)
  expect(simulator.comeBack(jid)).toBe(true)
  expect(await next.closed()).toMatchObject({ code: 428 })
  await client(simulator, auth).opened()
})

it('keeps a quiet connection alive by answering its pings', async () => {
  const simulator = await simulate()
  const { auth, socket } = await linked(simulator)
  await socket.end(undefined)
  const device = client(simulator, auth, { keepAliveIntervalMs: 300 })
  await device.opened()
  const ended = device.closed().then(() => 'closed')
  const waited = new Promise((resolve) => setTimeout(() => resolve('still open'), 6_500))
  expect(await Promise.race([ended, waited])).toBe('still open')
})

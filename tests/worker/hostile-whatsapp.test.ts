import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { trustSimulator } from '../../simulator/trust-root.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

let world: World
let worker: TestWorker
let road: WebSocketServer
/** The worker's ends of the connections that are open, in the order in which they came. */
const toWorker: WebSocket[] = []
beforeAll(async () => {
  world = await startWorld()
  road = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(road, 'listening')
  const path = new URL(world.simulator.webSocketUrl).pathname
  road.on('connection', (near) => {
    const far = new WebSocket(world.simulator.webSocketUrl)
    toWorker.push(near)
    const opened = once(far, 'open')
    near.on('message', (data, isBinary) => void opened.then(() => far.send(data as Buffer, { binary: isBinary })))
    far.on('message', (data, isBinary) => near.send(data as Buffer, { binary: isBinary }))
    near.on('close', () => far.terminate())
    far.on('close', () => near.terminate())
    for (const one of [near, far]) one.on('error', () => {})
  })
  const url = `ws://127.0.0.1:${(road.address() as AddressInfo).port}${path}`
  trustSimulator(url)
  worker = await world.startWorker({ WA_WEB_SOCKET_URL: url })
})
afterAll(async () => {
  await world.stop()
  for (const client of road.clients) client.terminate()
  road.close()
})

/** What no server sends: frames that announce more than comes, or nothing, or that no key ever sealed. */
const HOSTILE: Record<string, Buffer | string> = {
  'a frame that nobody sealed': Buffer.concat([Buffer.from([0, 0, 64]), Buffer.alloc(64, 7)]),
  'an empty frame': Buffer.from([0, 0, 0]),
  'many empty frames': Buffer.alloc(3 * 1000),
  'a frame shorter than its seal': Buffer.from([0, 0, 1, 9]),
  'a frame that announces 16 MiB, and less': Buffer.concat([Buffer.from([255, 255, 255]), Buffer.alloc(100)]),
  'half a length': Buffer.from([0]),
  nothing: Buffer.alloc(0),
  'a text instead of bytes': '{"__proto__":{}}',
  ...Object.fromEntries(
    fc.sample(fc.uint8Array({ maxLength: 300 }), { seed: 5, numRuns: 4 }).map((bytes, at) => [`random bytes, ${at}`, Buffer.from(bytes)]),
  ),
}

it('frames that no server sends end at most the connection that they came by: other sessions stay, and the same device comes back', async () => {
  const first = await world.link(worker)
  const calm = toWorker.at(-1)
  const second = await world.link(worker)
  for (const bytes of Object.values(HOSTILE)) {
    const near = toWorker.at(-1)
    expect(near).not.toBe(calm)
    near?.send(bytes)
    // Behind the bytes, in order: a stream that they did not break ends all the same.
    const count = toWorker.length
    near?.close()
    await expect.poll(() => toWorker.length, { timeout: 20_000 }).toBeGreaterThan(count)
    await world.until(second.id, 'connected')
    expect(calm?.readyState).toBe(WebSocket.OPEN)
  }
  expect(await world.row(first.id)).toMatchObject({ status: 'connected', generation: 1 })
  expect([world.isLinked(first.jid), world.isLinked(second.jid)]).toEqual([true, true])
  expect(await worker.call('GET', `/api/sessions/${first.id}/status`, { sessionId: first.id })).toMatchObject({ status: 200 })
})

it('hostile frames before the handshake are an attempt that failed, not a worker that did', async () => {
  const before = toWorker.length
  road.once('connection', (near) => near.send(HOSTILE['a frame that nobody sealed'] ?? ''))
  const id = await world.createSession()
  expect(await world.qr(worker, id)).toContain('@')
  expect(toWorker.length).toBeGreaterThan(before)
})

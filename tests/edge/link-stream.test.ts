import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeLinkEvent, type LinkEvent } from '#domain/link.ts'
import { watchLink } from './support/watch-link.ts'
import { startWorld, type World } from './support/world.ts'

const STREAM_SECONDS = 1.5
let world: World
beforeAll(async () => {
  world = await startWorld({ linkStreamSeconds: STREAM_SECONDS })
})
afterAll(() => world.stop())
beforeEach(() => {
  world.worker.calls.length = 0
})

const qr = (number: number): LinkEvent => ({ type: 'qr', qr: `2@${number}`, expiresAt: '2026-01-01T00:00:00.000Z', number })
const connected: LinkEvent = { type: 'status', step: 'connected', status: 'connected', reason: null, phoneNumber: '51987654321' }

/** Lets the worker stream; resolves to its open answer. */
function streaming(): Promise<ServerResponse> {
  return new Promise((done) => {
    world.worker.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      done(response)
    })
  })
}

const watch = (id: string) => watchLink(world.edge.url, id, world.admin.token)

describe('the link stream', () => {
  it('passes each event on at once, and ends when the worker ends', async () => {
    const id = await world.session()
    const worker = streaming()
    const page = await watch(id)
    expect(page.response.status).toBe(200)
    expect(page.response.headers.get('content-type')).toBe('text/event-stream')
    expect(page.response.headers.get('cache-control')).toBe('no-store')
    const answer = await worker
    answer.write(encodeLinkEvent(qr(1)))
    expect(await page.next()).toEqual(qr(1))
    answer.write(encodeLinkEvent(qr(2)))
    expect(await page.next()).toEqual(qr(2))
    answer.end(encodeLinkEvent(connected))
    expect(await page.next()).toEqual(connected)
    expect(await page.next()).toBeNull()
    expect(world.worker.calls).toMatchObject([{ method: 'GET', path: `/api/sessions/${id}/link` }])
  })

  it('asks the page to attach anew when its time is over, and leaves the worker', async () => {
    const worker = streaming()
    const begun = performance.now()
    const page = await watch(await world.session())
    const answer = await worker
    const closed = once(answer, 'close')
    answer.write(encodeLinkEvent(qr(1)))
    expect(await page.next()).toEqual(qr(1))
    expect(await page.next()).toEqual({ type: 'retry' })
    expect(performance.now() - begun).toBeGreaterThan(STREAM_SECONDS * 900)
    expect(await page.next()).toBeNull()
    await closed
  })

  it('says retry between events, never inside one', async () => {
    const worker = streaming()
    const page = await watch(await world.session())
    const half = encodeLinkEvent(qr(1)).slice(0, 20)
    ;(await worker).write(half)
    expect(await page.next()).toEqual({ type: 'retry' })
    expect(await page.next()).toBeNull()
  })

  it('joins events that come in pieces, whose ends are not theirs', async () => {
    const worker = streaming()
    const page = await watch(await world.session())
    const answer = await worker
    const sent = [qr(7), qr(8), connected]
    for (const piece of sent
      .map(encodeLinkEvent)
      .join('')
      .match(/.{1,7}/gs) ?? []) {
      answer.write(piece)
      await sleep(3)
    }
    for (const event of sent) expect(await page.next()).toEqual(event)
    page.leave()
  })

  it('leaves the worker as soon as the page leaves, though no event comes', async () => {
    const worker = streaming()
    const page = await watch(await world.session())
    const closed = once(await worker, 'close')
    const left = performance.now()
    page.leave()
    await closed
    expect(performance.now() - left).toBeLessThan(1000)
  })

  it('says that the worker is offline when it breaks off', async () => {
    const worker = streaming()
    const page = await watch(await world.session())
    const answer = await worker
    answer.write(encodeLinkEvent(qr(1)))
    expect(await page.next()).toEqual(qr(1))
    answer.destroy()
    expect(await page.next()).toMatchObject({ type: 'error', code: 'worker_offline' })
    expect(await page.next()).toBeNull()
  })

  it('slows a worker down whose page does not read', async () => {
    const worker = streaming()
    const page = await watch(await world.session())
    const answer = await worker
    const event = `: ${'x'.repeat(60_000)}\n\n`
    let sent = 0
    const until = Date.now() + 1000
    while (sent < 1000 && Date.now() < until) {
      sent++
      if (!answer.write(event)) await Promise.race([once(answer, 'drain'), sleep(until - Date.now())])
    }
    page.leave()
    expect(sent).toBeLessThan(1000)
  })

  it('ends a worker that never completes an event', async () => {
    const worker = streaming()
    const page = await watch(await world.session())
    const answer = await worker
    answer.on('error', () => {})
    answer.write(`data: ${'x'.repeat(100_000)}`)
    expect(await page.next()).toMatchObject({ type: 'error' })
    expect(await page.next()).toBeNull()
  })

  it('relays a refusal as one, not as a stream', async () => {
    const id = await world.session()
    world.worker.answer((_, response) => {
      response
        .writeHead(409, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: { code: 'already_connected', message: 'Linked.' } }))
    })
    expect(await world.edge.call('GET', `/${id}/link`, world.admin.token)).toMatchObject({
      status: 409,
      body: { error: { code: 'already_connected' } },
    })
  })

  it('passes on no stream that is none', async () => {
    world.worker.answer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'))
    expect(await world.edge.call('GET', `/${await world.session()}/link`, world.admin.token)).toMatchObject({ status: 500 })
  })
})

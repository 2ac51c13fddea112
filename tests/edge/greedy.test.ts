import { once } from 'node:events'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { json } from './support/recording-worker.ts'
import { startWorld, type World } from './support/world.ts'

let world: World
let id: string
beforeAll(async () => {
  world = await startWorld()
  id = await world.session()
})
afterAll(() => world.stop())

/** Sends for as long as somebody reads. Returns how much that was, bytes. */
async function sendWithoutEnd(response: ServerResponse, piece: Buffer): Promise<number> {
  let sent = 0
  const closed = once(response, 'close')
  while (!response.destroyed) {
    sent += piece.byteLength
    if (!response.write(piece)) await Promise.race([once(response, 'drain'), closed])
  }
  return sent
}

describe('a worker that answers without end', () => {
  it.each([
    ['an answer', 200, 64],
    ['a refusal', 409, 8],
  ])('is left after so much of %s as could be one', async (_what, status, megabytes) => {
    let sent = Promise.resolve(0)
    world.worker.answer((_call, response) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      sent = sendWithoutEnd(response, Buffer.alloc(64 * 1024, 'x'))
    })
    const { body } = await world.edge.call('GET', `/${id}/status`, world.admin.token)
    expect(body).toMatchObject({ error: { code: 'internal' } })
    expect(await sent).toBeLessThan(megabytes * 1024 * 1024)
  })
})

describe('a worker of whom too much was asked', () => {
  it('is passed on with the time after which to come back', async () => {
    world.worker.answer((_, response) =>
      json(response, 429, { error: { code: 'rate_limited', message: 'Too many calls at once.', detail: { retryAfterSeconds: 7 } } }),
    )
    const answer = await world.edge.call('GET', `/${id}/status`, world.admin.token)
    expect(answer).toMatchObject({ status: 429, body: { error: { code: 'rate_limited', detail: { retryAfterSeconds: 7 } } } })
    expect(answer.headers.get('retry-after')).toBe('7')
    const portal = await world.edge.call('GET', `/sessions/${id}/status`, world.admin.token)
    expect(portal).toMatchObject({ status: 429, body: { success: false, code: 'rate_limited' } })
    expect(portal.headers.get('retry-after')).toBe('7')
  })

  it('does not lose an order: the answer says that it is stored, and will be carried out', async () => {
    world.worker.answer((_, response) =>
      json(response, 429, { error: { code: 'rate_limited', message: 'Too many calls at once.', detail: { retryAfterSeconds: 7 } } }),
    )
    const { body } = await world.edge.call('POST', `/${id}/clear`, world.admin.token)
    expect(body).toMatchObject({
      error: {
        message: 'Too many calls at once. The order is stored and will be carried out.',
        detail: { queued: true, retryAfterSeconds: 7 },
      },
    })
    expect(
      await world.database.sql`select 1 from public.whatsapp_clearances where session_id = ${id} and completed_at is null`,
    ).toHaveLength(1)
  })
})

describe('a caller', () => {
  it('whose body drips is refused, and nobody is asked', async () => {
    world.worker.calls.length = 0
    const slow = request(`${world.edge.url}/${id}/clear`, { method: 'POST', headers: { authorization: `Bearer ${world.admin.token}` } })
    slow.on('error', () => {})
    const dripping = setInterval(() => slow.write(' '), 200)
    const [response] = (await once(slow, 'response')) as [IncomingMessage]
    clearInterval(dripping)
    expect(response.statusCode).toBe(400)
    slow.destroy()
    expect(world.worker.calls).toEqual([])
  })

  it.each([
    ['a path', () => ({ path: `/${id}/status?x=${'x'.repeat(1024 * 1024)}`, headers: {} })],
    ['a header', () => ({ path: `/${id}/status`, headers: { 'x-much': 'x'.repeat(1024 * 1024) } })],
  ])('with a megabyte of %s is refused, and the next is answered', async (_what, ask) => {
    world.worker.calls.length = 0
    const { path, headers } = ask()
    const status = await fetch(world.edge.url + path, { headers: { ...headers, authorization: `Bearer ${world.admin.token}` } }).then(
      (response) => response.status,
      () => 'closed',
    )
    expect([400, 414, 431, 'closed']).toContain(status)
    expect(world.worker.calls).toEqual([])
    expect((await world.edge.call('GET', '/openapi.json')).status).toBe(200)
  })
})

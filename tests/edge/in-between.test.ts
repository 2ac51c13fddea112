import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startEdge } from './support/edge.ts'
import { json } from './support/recording-worker.ts'
import { aReceipt, aView } from './support/values.ts'
import { startWorld, type World } from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())
beforeEach(() => {
  world.worker.calls.length = 0
})

const orderIdOf = (body: string) => (JSON.parse(body) as { orderId: string }).orderId

describe('a proxy in front of a worker that is away', () => {
  it.each([
    [502, 'worker_offline', 503],
    [503, 'worker_offline', 503],
    [504, 'timeout', 504],
  ])('says %i in its own words, which means %s', async (status, code, answered) => {
    const id = await world.session()
    world.worker.answer((_, response) => response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>'))
    const answer = { status: answered, body: { error: { code } } }
    expect(await world.edge.call('GET', `/${id}/status`, world.admin.token)).toMatchObject(answer)
    expect(await world.edge.call('POST', `/${id}/clear`, world.admin.token)).toMatchObject({
      ...answer,
      body: { error: { code, detail: { queued: true } } },
    })
  })
})

describe('a worker that cannot carry an order out yet', () => {
  it.each([
    [503, 'not_ready'],
    [507, 'storage_failed'],
    [500, 'internal'],
  ])('answers %i %s, and the caller learns that the order waits', async (status, code) => {
    const id = await world.session()
    world.worker.answer((_, response) => json(response, status, { error: { code, message: 'Later.', detail: { since: 1 } } }))
    const { body } = await world.edge.call('DELETE', `/${id}`, world.admin.token)
    const [order] = await world.database.sql`select id from public.whatsapp_clearances where session_id = ${id} and completed_at is null`
    expect(body).toMatchObject({ error: { code, detail: { since: 1, queued: true, orderId: order?.['id'] as string } } })
    const without = await world.edge.call('POST', `/${await world.session()}/start`, world.admin.token)
    expect(without).toMatchObject({ status, body: { error: { code, detail: { since: 1 } } } })
    expect(JSON.stringify(without.body)).not.toContain('queued')
  })

  it.each(['order_missing', 'not_found'] as const)(
    'answers %s of an order that it has carried out by itself: there is the receipt',
    async (code) => {
      const id = await world.session()
      let receipt: object = {}
      world.worker.answer((call, response) => {
        const orderId = orderIdOf(call.body)
        receipt = aReceipt(id, orderId)
        void world.database.sql`
        update public.whatsapp_clearances set completed_at = now(), receipt = ${world.database.sql.json(receipt as never)} where id = ${orderId}`.then(
          () => json(response, code === 'not_found' ? 404 : 409, { error: { code, message: 'There is no such order.' } }),
        )
      })
      expect(await world.edge.call('POST', `/${id}/clear`, world.admin.token)).toMatchObject({ status: 200, body: receipt })
    },
  )

  it('answers that there is no such order: then nothing waits', async () => {
    world.worker.answer((_, response) => json(response, 409, { error: { code: 'order_missing', message: 'There is no such order.' } }))
    const { status, body } = await world.edge.call('POST', `/${await world.session()}/clear`, world.admin.token)
    expect([status, body]).toEqual([409, { error: { code: 'order_missing', message: 'There is no such order.' } }])
  })
})

describe('an answer of the worker', () => {
  it.each(['another order', 'another session'])('is no proof when it is the receipt of %s', async (which) => {
    const id = await world.session()
    world.worker.answer((call, response) => {
      const orderId = orderIdOf(call.body)
      json(response, 200, which === 'another order' ? aReceipt(id) : aReceipt(randomUUID(), orderId))
    })
    expect(await world.edge.call('POST', `/${id}/clear`, world.admin.token)).toMatchObject({
      status: 500,
      body: { error: { code: 'internal', detail: { queued: true } } },
    })
  })

  it('is not passed on when it is about another session', async () => {
    world.worker.answer((_, response) => json(response, 200, aView(randomUUID())))
    const id = await world.session()
    expect(await world.edge.call('GET', `/${id}/status`, world.admin.token)).toMatchObject({ status: 500 })
  })

  it('is never written to the log, whatever is wrong with it', async () => {
    const id = await world.session()
    world.worker.answer((_, response) => json(response, 200, { qr: '2@secret-of-a-link', expiresAt: 7 }))
    await world.edge.call('GET', `/${id}/qr`, world.admin.token)
    world.worker.answer((_, response) => json(response, 400, { pairingCode: '2@secret-of-a-link' }))
    await world.edge.call('GET', `/${id}/qr`, world.admin.token)
    expect(world.edge.output()).toContain('unexpected answer of the worker')
    expect(world.edge.output()).not.toContain('secret-of-a-link')
    expect(world.edge.output()).not.toContain(world.admin.token)
  })
})

describe('several orders of one session', () => {
  it('are told apart by generation: the newest is the one that is carried out', async () => {
    const id = await world.session()
    await world.admin.client.rpc('reset_session', { session_id: id }).throwOnError()
    await world.admin.client.from('whatsapp_sessions').delete().eq('id', id).throwOnError()
    // A transaction that began first may order last.
    await world.database.sql`
      update public.whatsapp_clearances set requested_at = requested_at - interval '1 minute' where session_id = ${id} and reason = 'delete'`
    world.worker.answer((call, response) => json(response, 200, aReceipt(id, orderIdOf(call.body))))
    const { body } = await world.edge.call('DELETE', `/${id}`, world.admin.token)
    const [last] = await world.database.sql`select id from public.whatsapp_clearances where session_id = ${id} and reason = 'delete'`
    expect(body).toMatchObject({ orderId: last?.['id'] as string })
  })
})

describe('Auth', () => {
  // The real one cannot be made to say these.
  it.each([
    [429, 'rate_limited', 429],
    [500, 'database_unavailable', 503],
    [503, 'database_unavailable', 503],
    [404, 'database_unavailable', 503],
    [401, 'unauthorized', 401],
    [403, 'unauthorized', 401],
  ])('that answers %i says %s, so that nobody is signed out by a server in trouble', async (status, code, answered) => {
    const auth = createServer((_, response) => json(response, status, { code: status, error_code: 'some_code', msg: 'Some words.' }))
    auth.listen(0, '127.0.0.1')
    await once(auth, 'listening')
    const edge = await startEdge({
      supabaseUrl: `http://127.0.0.1:${(auth.address() as AddressInfo).port}`,
      anonKey: 'k',
      workerUrl: world.worker.url,
      commandKey: world.worker.commandKey,
    })
    try {
      expect(await edge.call('GET', `/${randomUUID()}/status`, world.admin.token)).toMatchObject({
        status: answered,
        body: { error: { code } },
      })
    } finally {
      await edge.stop()
      auth.closeAllConnections()
      auth.close()
    }
  })
})

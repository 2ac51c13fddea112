import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { COMMAND_SECONDS } from '#domain/command.ts'
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

const row = async (id: string) => {
  const [found] = await world.database
    .sql`select desired, status, generation, link_requested_at from public.whatsapp_sessions where id = ${id}`
  return found
}
const orders = (id: string) => world.database.sql`select id, reason, requested_by from public.whatsapp_clearances where session_id = ${id}`

/** The worker carries out the order that it is told. */
const answerWithReceipts = (sessionId: string) =>
  world.worker.answer((call, response) => json(response, 200, aReceipt(sessionId, (JSON.parse(call.body) as { orderId: string }).orderId)))

describe('start and stop', () => {
  it('stores the wish to start, tells the worker, and relays its view', async () => {
    const id = await world.session()
    const before = await row(id)
    world.worker.answer((_, response) => json(response, 200, aView(id)))
    const answer = await world.edge.call('POST', `/${id}/start`, world.admin.token)
    expect(answer).toMatchObject({ status: 200, body: aView(id) })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect((await row(id))?.['link_requested_at']).not.toEqual(before?.['link_requested_at'])
    expect(world.worker.calls).toMatchObject([{ method: 'POST', path: `/api/sessions/${id}/start`, body: '' }])
  })

  it('binds the command to user, organisation, session and thirty seconds', async () => {
    const id = await world.session()
    world.worker.answer((_, response) => json(response, 200, aView(id)))
    const begun = Math.floor(Date.now() / 1000)
    await world.edge.call('GET', `/${id}/status`, world.agent.token)
    await world.edge.call('GET', `/${id}/status`, world.agent.token)
    const [first, second] = world.worker.calls.map((call) => call.claims)
    expect(first).toMatchObject({ user_id: world.agent.id, organization_id: world.organizationId, session_id: id })
    expect(first?.exp).toBe((first?.iat ?? 0) + COMMAND_SECONDS)
    expect(first?.iat).toBeGreaterThanOrEqual(begun)
    expect(first?.jti).not.toBe(second?.jti)
  })

  it('stores the wish to stop before anybody is told', async () => {
    const id = await world.session('connected')
    let wished: unknown
    world.worker.answer((_, response) => {
      void row(id).then((found) => {
        wished = found?.['desired']
        json(response, 200, { ...aView(id), status: 'stopped', link: null })
      })
    })
    expect(await world.edge.call('POST', `/${id}/stop`, world.owner.token)).toMatchObject({ status: 200, body: { status: 'stopped' } })
    expect(wished).toBe('stopped')
  })

  it('says that a session that was never linked cannot be stopped, and tells nobody', async () => {
    const id = await world.session()
    expect(await world.edge.call('POST', `/${id}/stop`, world.admin.token)).toMatchObject({
      status: 409,
      body: { error: { code: 'not_linked' } },
    })
    expect(world.worker.calls).toEqual([])
  })
})

describe('status and qr', () => {
  it('shows the status to agents, under both of the addresses that a gateway may pass on', async () => {
    const id = await world.session()
    world.worker.answer((_, response) => json(response, 200, aView(id)))
    expect(await world.edge.call('GET', `/${id}/status`, world.agent.token)).toMatchObject({ status: 200, body: aView(id) })
    const whole = world.edge.url.replace('/whatsapp-session', '/functions/v1/whatsapp-session')
    const answer = await fetch(`${whole}/${id}/status`, { headers: { authorization: `Bearer ${world.agent.token}` } })
    expect(await answer.json()).toEqual(aView(id))
  })

  it('relays the current QR to an admin, and keeps it from an agent', async () => {
    const id = await world.session()
    const qr = { qr: '2@abc', expiresAt: '2026-01-01T00:00:00.000Z', number: 2 }
    world.worker.answer((_, response) => json(response, 200, qr))
    expect(await world.edge.call('GET', `/${id}/qr`, world.admin.token)).toMatchObject({ status: 200, body: qr })
    world.worker.calls.length = 0
    expect(await world.edge.call('GET', `/${id}/qr`, world.agent.token)).toMatchObject({
      status: 403,
      body: { error: { code: 'forbidden' } },
    })
    expect(world.worker.calls).toEqual([])
  })

  it("relays the worker's own refusals", async () => {
    const id = await world.session()
    world.worker.answer((_, response) =>
      json(response, 409, { error: { code: 'link_ended', message: 'No link is under way.', detail: { since: 1 } } }),
    )
    expect(await world.edge.call('GET', `/${id}/qr`, world.admin.token)).toMatchObject({
      status: 409,
      body: { error: { code: 'link_ended', message: 'No link is under way.', detail: { since: 1 } } },
    })
  })
})

describe('clear', () => {
  it('resets a session when no order is named: the order is stored as the caller, then carried out', async () => {
    const id = await world.session('connected')
    answerWithReceipts(id)
    const answer = await world.edge.call('POST', `/${id}/clear`, world.admin.token)
    const [order] = await orders(id)
    expect(answer).toMatchObject({ status: 200, body: { orderId: order?.['id'], sessionId: id } })
    expect(order).toMatchObject({ reason: 'reset', requested_by: world.admin.id })
    expect(await row(id)).toMatchObject({ status: 'disconnected', desired: 'stopped', generation: 2 })
    expect(world.worker.calls).toMatchObject([
      { method: 'POST', path: `/api/sessions/${id}/clear`, body: JSON.stringify({ orderId: order?.['id'] }) },
    ])
  })

  it('looks up the order that is named and stores nothing', async () => {
    const id = await world.session()
    const { data } = await world.admin.client.rpc('cancel_link', { session_id: id }).throwOnError()
    const orderId = (data as { order_id: string }).order_id
    answerWithReceipts(id)
    const answer = await world.edge.call('POST', `/${id}/clear`, world.admin.token, JSON.stringify({ orderId }))
    expect(answer).toMatchObject({ status: 200, body: { orderId } })
    expect(await orders(id)).toHaveLength(1)
  })

  it('answers with the stored receipt of an order that is completed, without the worker', async () => {
    const id = await world.session()
    const { data: orderId } = await world.admin.client.rpc('reset_session', { session_id: id }).throwOnError()
    const receipt = aReceipt(id, orderId)
    const { sql } = world.database
    await sql`update public.whatsapp_clearances set completed_at = now(), receipt = ${sql.json(receipt)} where id = ${orderId}`
    const answer = await world.edge.call('POST', `/${id}/clear`, world.admin.token, JSON.stringify({ orderId }))
    expect(answer).toMatchObject({ status: 200, body: receipt })
    expect(world.worker.calls).toEqual([])
  })

  it('finds the order of a session whose row is gone', async () => {
    const id = await world.session()
    await world.admin.client.from('whatsapp_sessions').delete().eq('id', id).throwOnError()
    answerWithReceipts(id)
    const [order] = await orders(id)
    expect(await world.edge.call('POST', `/${id}/clear`, world.admin.token)).toMatchObject({
      status: 200,
      body: { orderId: order?.['id'] },
    })
    expect(await orders(id)).toHaveLength(1)
  })

  it("does not find another session's order, nor another organisation's", async () => {
    const [mine, other] = [await world.session(), await world.session()]
    const { data: orderId } = await world.admin.client.rpc('reset_session', { session_id: other }).throwOnError()
    const body = JSON.stringify({ orderId })
    expect(await world.edge.call('POST', `/${mine}/clear`, world.admin.token, body)).toMatchObject({ status: 404 })
    expect(await world.edge.call('POST', `/${other}/clear`, world.stranger.token, body)).toMatchObject({ status: 404 })
    expect(world.worker.calls).toEqual([])
  })
})

describe('delete', () => {
  it('deletes the row and has its order carried out', async () => {
    const id = await world.session()
    answerWithReceipts(id)
    const answer = await world.edge.call('DELETE', `/${id}`, world.admin.token)
    const [order] = await orders(id)
    expect(answer).toMatchObject({ status: 200, body: { orderId: order?.['id'] } })
    expect(order).toMatchObject({ reason: 'delete' })
    expect(await row(id)).toBeUndefined()
    expect(world.worker.calls).toMatchObject([{ method: 'POST', path: `/api/sessions/${id}/clear` }])
  })

  it('finds the order again when it is asked twice', async () => {
    const id = await world.session()
    answerWithReceipts(id)
    const first = await world.edge.call('DELETE', `/${id}`, world.admin.token)
    expect(await world.edge.call('DELETE', `/${id}`, world.admin.token)).toMatchObject({ status: 200, body: first.body })
  })

  it('leaves a session that is online, and says why', async () => {
    const id = await world.session('connected')
    expect(await world.edge.call('DELETE', `/${id}`, world.admin.token)).toMatchObject({
      status: 409,
      body: { error: { code: 'session_online' } },
    })
    expect(await row(id)).toMatchObject({ status: 'connected' })
    expect(world.worker.calls).toEqual([])
  })
})

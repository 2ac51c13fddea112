import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { json } from './support/recording-worker.ts'
import { aReceipt, aView } from './support/values.ts'
import { startWorld, type World } from './support/world.ts'

let world: World
/** Each test has a number of its own. */
let phone: string
let numbers = 0
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())
beforeEach(() => {
  world.worker.calls.length = 0
  phone = `+5198765${String(4000 + ++numbers)}`
  world.worker.answer((call, response) => {
    const id = call.claims.session_id ?? ''
    json(response, 200, call.body ? aReceipt(id, (JSON.parse(call.body) as { orderId: string }).orderId) : aView(id))
  })
})

/** A session with that number, linked but offline, so that it may be deleted. */
async function linked(number = phone, organizationId = world.organizationId): Promise<string> {
  return (await world.database.insertSession(organizationId, { status: 'stopped', phone_number: number })).id
}
const call = (method: string, path: string, token = world.admin.token) => world.edge.call(method, path, token)
const rowOf = async (id: string) =>
  (await world.database.sql`select status, phone_number from public.whatsapp_sessions where id = ${id}`)[0]
const ordersOf = (id: string) => world.database.sql`select id from public.whatsapp_clearances where session_id = ${id}`

/** The worker has carried the order out and said so. */
async function complete(id: string): Promise<void> {
  const { sql } = world.database
  for (const order of await sql<
    { id: string }[]
  >`select id from public.whatsapp_clearances where session_id = ${id} and completed_at is null`)
    await sql`update public.whatsapp_clearances set completed_at = now(), receipt = ${sql.json(aReceipt(id, order.id))} where id = ${order.id}`
}

describe('a phone number in a path', () => {
  it.each([
    ['digits alone', (e164: string) => e164.slice(1)],
    ['a plus', (e164: string) => e164],
    ['an encoded plus', (e164: string) => encodeURIComponent(e164)],
    ['two zeros', (e164: string) => `00${e164.slice(1)}`],
    ['spaces and dashes', (e164: string) => encodeURIComponent(`+51 987-65${e164.slice(-4)}`)],
  ])('means its session, written with %s; the worker is told the id', async (_, written) => {
    const id = await linked()
    expect(await call('GET', `/${written(phone)}/status`)).toMatchObject({ status: 200, body: aView(id) })
    expect(world.worker.calls).toMatchObject([{ path: `/api/sessions/${id}/status`, claims: { session_id: id } }])
  })

  it('means the same phone with and without the mobile digit that its country gave up', async () => {
    const id = await linked('+5215512345678')
    expect(await call('GET', '/525512345678/status')).toMatchObject({ status: 200, body: { sessionId: id } })
  })

  it('is 404 where no session has it, and where only another organisation has', async () => {
    await linked()
    const foreign = await call('GET', `/${phone}/status`, world.stranger.token)
    expect(foreign).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
    expect((await call('GET', '/+51987000000/status', world.stranger.token)).body).toEqual(foreign.body)
    expect(world.worker.calls).toEqual([])
  })

  it('shows agents what ids show them, and no more', async () => {
    const id = await linked()
    expect(await call('GET', `/${phone}/status`, world.agent.token)).toMatchObject({ status: 200 })
    expect(await call('POST', `/${phone}/clear`, world.agent.token)).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
    expect(await rowOf(id)).toMatchObject({ status: 'stopped' })
  })

  it('of several sessions means none of them: their ids are told, and nothing is erased', async () => {
    const ids = [await linked(), await linked()].toSorted()
    for (const [method, path] of [
      ['GET', '/status'],
      ['POST', '/clear'],
      ['DELETE', ''],
    ] as const) {
      expect(await call(method, `/${phone}${path}`)).toMatchObject({
        status: 409,
        body: { error: { code: 'ambiguous_phone_number', detail: { sessions: ids } } },
      })
    }
    expect(world.worker.calls).toEqual([])
    for (const id of ids) expect(await ordersOf(id)).toHaveLength(0)
  })

  it('is narrowed by an organisation, and so is an id', async () => {
    const other = await world.database.createOrganization('Second', { admin: world.admin })
    const [mine, theirs] = [await linked(), await linked(phone, other)]
    expect(await call('GET', `/${phone}/status`)).toMatchObject({ status: 409 })
    expect(await call('GET', `/${phone}/status?organization=${other}`)).toMatchObject({ body: { sessionId: theirs } })
    expect(await call('GET', `/${mine}/status?organization=${world.organizationId.toUpperCase()}`)).toMatchObject({ status: 200 })
    for (const [method, path] of [
      ['GET', '/status'],
      ['POST', '/clear'],
      ['DELETE', ''],
    ] as const)
      expect(await call(method, `/${mine}${path}?organization=${other}`)).toMatchObject({ status: 404 })
    expect(await rowOf(mine)).toMatchObject({ status: 'stopped' })
    await call('DELETE', `/${mine}`)
    expect(await call('DELETE', `/${mine}?organization=${other}`)).toMatchObject({ status: 404 })
  })
})

describe('a number that was forgotten', () => {
  it('still finds the order that reset its session: asked twice, a clear is one clear', async () => {
    const id = await linked()
    const first = await call('POST', `/${phone}/clear`)
    expect(first).toMatchObject({ status: 200, body: { sessionId: id } })
    expect(await rowOf(id)).toMatchObject({ status: 'disconnected', phone_number: null })
    expect(await call('POST', `/${phone}/clear`)).toMatchObject({ status: 200, body: first.body })
    await complete(id)
    world.worker.calls.length = 0
    expect(await call('POST', `/${phone}/clear`)).toMatchObject({ status: 200, body: first.body })
    expect(world.worker.calls).toEqual([])
    expect(await ordersOf(id)).toHaveLength(1)
  })

  it('is found by the id of the order, too', async () => {
    const id = await linked()
    const { data: orderId } = await world.admin.client.rpc('reset_session', { session_id: id }).throwOnError()
    const answer = await world.edge.call('POST', `/${phone}/clear`, world.admin.token, JSON.stringify({ orderId }))
    expect(answer).toMatchObject({ status: 200, body: { orderId } })
    expect(await ordersOf(id)).toHaveLength(1)
  })

  it('is deleted once: a repeated delete tells of the same order', async () => {
    const id = await linked()
    const first = await call('DELETE', `/${phone}`)
    expect(first).toMatchObject({ status: 200, body: { sessionId: id } })
    expect(await call('DELETE', `/${phone}`)).toMatchObject({ status: 200, body: first.body })
    expect(await call('GET', `/${phone}/status`)).toMatchObject({ status: 404 })
    expect(await ordersOf(id)).toHaveLength(1)
  })

  it('names the session that was reset while that has no other, so that it can be linked anew or deleted under its old name', async () => {
    const id = await linked()
    await call('POST', `/${phone}/clear`)
    expect(await call('POST', `/${phone}/start`)).toMatchObject({ status: 200, body: { sessionId: id } })
    expect(await rowOf(id)).toMatchObject({ status: 'connecting' })
    // A new link is under way, so this is a new clear and no memory of the old one.
    await call('POST', `/${phone}/clear`)
    expect(await rowOf(id)).toMatchObject({ status: 'disconnected' })
    expect(await call('DELETE', `/${phone}`)).toMatchObject({ status: 200 })
    expect(await rowOf(id)).toBeUndefined()
  })

  it('does not lead to a session that has another number by now', async () => {
    const id = await linked()
    const cleared = await call('POST', `/${phone}/clear`)
    await world.database.sql`
      update public.whatsapp_sessions set status = 'stopped', phone_number = '+51911222333' where id = ${id}`
    expect(await call('GET', `/${phone}/status`)).toMatchObject({ status: 404 })
    expect(await call('POST', `/${phone}/stop`)).toMatchObject({ status: 404 })
    for (const [method, path] of [
      ['POST', '/clear'],
      ['DELETE', ''],
    ] as const)
      expect(await call(method, `/${phone}${path}`)).toMatchObject({ status: 200, body: cleared.body })
    expect(await rowOf(id)).toMatchObject({ status: 'stopped', phone_number: '+51911222333' })
  })

  it('is no secret that leaks: who may not see the order gets 404', async () => {
    await linked()
    await call('POST', `/${phone}/clear`)
    world.worker.calls.length = 0
    for (const token of [world.agent.token, world.stranger.token])
      expect(await call('POST', `/${phone}/clear`, token)).toMatchObject({ status: 404 })
    expect(world.worker.calls).toEqual([])
  })

  it('of one organisation is not found in another', async () => {
    const other = await world.database.createOrganization('Third', { admin: world.admin })
    await linked()
    await call('DELETE', `/${phone}`)
    expect(await call('DELETE', `/${phone}?organization=${other}`)).toMatchObject({ status: 404 })
    expect(await call('DELETE', `/${phone}?organization=${world.organizationId}`)).toMatchObject({ status: 200 })
    // Where both have forgotten it, each finds its own.
    const theirs = await linked(phone, other)
    await call('DELETE', `/${theirs}`)
    const mine = await call('DELETE', `/${phone}?organization=${world.organizationId}`)
    expect(mine).toMatchObject({ status: 200 })
    expect(mine.body).not.toMatchObject({ sessionId: theirs })
  })
})

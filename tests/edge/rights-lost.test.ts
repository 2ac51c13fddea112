import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeLinkEvent, type LinkEvent } from '#domain/link.ts'
import type { Person } from '../support/database.ts'
import { type FaultyRoad, startFaultyRoad } from '../worker/support/faulty-road.ts'
import { type Edge, startEdge } from './support/edge.ts'
import { watchLink } from './support/watch-link.ts'
import { startWorld, type World } from './support/world.ts'

let world: World
/** Between the function and its database, to hold a call back while a right is taken. */
let road: FaultyRoad
let edge: Edge
let id: string
/** An admin whom each test may take rights from. */
let person: Person
let people = 0
beforeAll(async () => {
  world = await startWorld()
  road = await startFaultyRoad(world.database.url)
  edge = await startEdge({
    supabaseUrl: road.url,
    anonKey: world.database.anonKey,
    workerUrl: world.worker.url,
    commandKey: world.worker.commandKey,
    linkRightsSeconds: 0.3,
    linkStreamSeconds: 3,
  })
})
afterAll(async () => {
  await edge.stop()
  await road.close()
  await world.stop()
})
beforeEach(async () => {
  road.faults.hold = null
  world.worker.calls.length = 0
  id = await world.session()
  person = await world.database.person(`one-${++people}@acme.test`)
  await world.database.sql`insert into public.organization_members values (${world.organizationId}, ${person.id}, 'admin')`
})

const role = (to: 'owner' | 'admin' | 'agent') =>
  world.database.sql`update public.organization_members set role = ${to} where user_id = ${person.id}`
const noMember = () => world.database.sql`delete from public.organization_members where user_id = ${person.id}`
const qr = (number: number): LinkEvent => ({ type: 'qr', qr: '2@1', expiresAt: '2026-01-01T00:00:00.000Z', number })

/** Lets the worker's streams wait to be written to. */
function streaming(): Promise<ServerResponse> {
  return new Promise((done) => {
    world.worker.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      done(response)
    })
  })
}
async function watched() {
  const stream = streaming()
  const page = await watchLink(edge.url, id, person.token)
  const worker = await stream
  worker.write(encodeLinkEvent(qr(1)))
  expect(await page.next()).toEqual(qr(1))
  return { page, worker }
}
const rowOf = async () => (await world.database.sql`select desired, link_requested_at from public.whatsapp_sessions where id = ${id}`)[0]
const ordersOf = () => world.database.sql`select id from public.whatsapp_clearances where session_id = ${id}`

describe('a link that is watched', () => {
  it('ends when its organisation is deleted, and when its session is moved to another', async () => {
    const rival = await world.database.createOrganization('Moved to', { owner: world.stranger })
    const first = await watched()
    await world.database.sql`update public.whatsapp_sessions set organization_id = ${rival} where id = ${id}`
    expect(await first.page.next()).toMatchObject({ type: 'error', code: 'not_found' })
    expect(await first.page.next()).toBeNull()

    const organization = await world.database.createOrganization('Short lived', { owner: person })
    const { data } = await person.client.rpc('create_session', { organization_id: organization, display_name: 'Ventas' }).throwOnError()
    id = (data as { id: string }).id
    const second = await watched()
    await world.database.sql`delete from public.organizations where id = ${organization}`
    expect(await second.page.next()).toMatchObject({ type: 'error', code: 'not_found' })
    expect(await second.page.next()).toBeNull()
  })

  it('goes on for an owner who becomes an admin: the right is the same', async () => {
    await role('owner')
    const { page, worker } = await watched()
    await role('admin')
    const asked = road.faults.calls.length
    while (road.faults.calls.length < asked + 9) await new Promise((resolve) => setTimeout(resolve, 20))
    worker.write(encodeLinkEvent(qr(2)))
    expect(await page.next()).toEqual(qr(2))
    page.leave()
  })

  it('is not attached to again by whoever lost the right before the function asked to: the worker hears nothing', async () => {
    const { page } = await watched()
    const { calls } = world.worker
    // The right is lost in the moment in which the stream asks for a new one, so the stream cannot say so.
    road.faults.hold = () => new Promise(() => {})
    expect(await page.next()).toEqual({ type: 'retry' })
    await role('agent')
    road.faults.hold = null
    expect(await edge.call('GET', `/${id}/link`, person.token)).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
    await noMember()
    expect(await edge.call('GET', `/${id}/link`, person.token)).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
    expect(calls).toHaveLength(1)
  })

  it('that was lost while the worker was asked ends after the first question', async () => {
    let answer: (() => void) | undefined
    const arrived = new Promise<void>((done) => {
      world.worker.answer((_, response) => {
        answer = () => response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
        done()
      })
    })
    const page = watchLink(edge.url, id, person.token)
    await arrived
    await noMember()
    answer?.()
    expect(await (await page).next()).toMatchObject({ type: 'error', code: 'not_found' })
  })
})

describe('what somebody wants is not stored when their right is lost on the way', () => {
  it.each<[string, method: string, path: string, held: string, body?: string]>([
    ['start', 'POST', '/start', 'start_session'],
    ['stop', 'POST', '/stop', 'stop_session'],
    ['a pairing code', 'POST', '/request-pairing-code', 'start_session', '{"phoneNumber":"+51987654321"}'],
    ['clear', 'POST', '/clear', 'reset_session'],
    ['delete', 'DELETE', '', 'whatsapp_sessions'],
  ])('%s: the database decides in the transaction that stores', async (_, method, path, held, body) => {
    const before = await rowOf()
    for (const [lose, status] of [
      [() => role('agent'), 403],
      [noMember, 404],
    ] as const) {
      await world.database.sql`insert into public.organization_members values (${world.organizationId}, ${person.id}, 'admin')
        on conflict (organization_id, user_id) do update set role = 'admin'`
      let isLost = false
      // Who they are is known by now; the call that stores is on its way.
      road.faults.hold = async (name) => {
        if (name !== held || isLost) return
        isLost = true
        await lose()
      }
      expect((await edge.call(method, `/${id}${path}`, person.token, body)).status).toBe(status)
      expect(isLost).toBe(true)
    }
    expect(await rowOf()).toEqual(before)
    expect(await ordersOf()).toEqual([])
    expect(world.worker.calls).toEqual([])
  })
})

it('an agent reads how a session is, and nothing that links an account', async () => {
  await role('agent')
  const view = { sessionId: id, status: 'connecting', reason: null, phoneNumber: null, generation: 1, link: null }
  world.worker.answer((_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(view)))
  expect(await edge.call('GET', `/${id}/status`, person.token)).toMatchObject({ status: 200, body: view })
  for (const path of ['link', 'qr']) expect((await edge.call('GET', `/${id}/${path}`, person.token)).status).toBe(403)
  expect(world.worker.calls.map(({ path }) => path)).toEqual([`/api/sessions/${id}/status`])
})

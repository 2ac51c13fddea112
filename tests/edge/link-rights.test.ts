import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeLinkEvent, type LinkEvent } from '#domain/link.ts'
import type { Person } from '../support/database.ts'
import { type FaultyRoad, startFaultyRoad } from '../worker/support/faulty-road.ts'
import { type Edge, startEdge } from './support/edge.ts'
import { watchLink } from './support/watch-link.ts'
import { startWorld, type World } from './support/world.ts'

const RIGHTS_SECONDS = 0.3
let world: World
/** Between the function and its database, to be blocked. */
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
    linkRightsSeconds: RIGHTS_SECONDS,
  })
})
afterAll(async () => {
  await edge.stop()
  await road.close()
  await world.stop()
})
beforeEach(async () => {
  road.faults.down = false
  road.faults.hold = null
  id = await world.session()
  person = await world.database.person(`admin-${++people}@acme.test`)
  await world.database.sql`insert into public.organization_members values (${world.organizationId}, ${person.id}, 'admin')`
})

const qr: LinkEvent = { type: 'qr', qr: '2@1', expiresAt: '2026-01-01T00:00:00.000Z', number: 1 }

/** A link that is being watched, with the worker's end of it. */
async function watched(token = person.token) {
  const streaming = new Promise<ServerResponse>((done) => {
    world.worker.answer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      done(response)
    })
  })
  const page = await watchLink(edge.url, id, token)
  const worker = await streaming
  worker.write(encodeLinkEvent(qr))
  expect(await page.next()).toEqual(qr)
  return { page, worker, closed: once(worker, 'close') }
}

/** How often the function has asked for the session since. */
const asked = () => road.faults.calls.filter((name) => name === 'whatsapp_sessions').length
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20))
}

describe('a link that is watched ends by itself when its watcher', () => {
  it.each<[string, string, () => Promise<unknown>]>([
    [
      'is no admin any more',
      'forbidden',
      () => world.database.sql`update public.organization_members set role = 'agent' where user_id = ${person.id}`,
    ],
    ['is no member any more', 'not_found', () => world.database.sql`delete from public.organization_members where user_id = ${person.id}`],
    ['has nothing left to watch', 'not_found', () => world.database.sql`delete from public.whatsapp_sessions where id = ${id}`],
    ['is removed', 'unauthorized', () => world.database.sql`delete from auth.users where id = ${person.id}`],
    ['signs out', 'unauthorized', () => person.client.auth.signOut()],
  ])('%s: %s', async (_, code, lose) => {
    const { page, closed } = await watched()
    await lose()
    expect(await page.next()).toMatchObject({ type: 'error', code })
    expect(await page.next()).toBeNull()
    await closed
  })
})

it('goes on while the right stands, however often it is asked', async () => {
  const { page, worker } = await watched()
  const before = asked()
  await until(() => asked() > before + 4)
  worker.end(encodeLinkEvent({ ...qr, number: 2 }))
  expect(await page.next()).toMatchObject({ type: 'qr', number: 2 })
  expect(await page.next()).toBeNull()
  const after = asked()
  await new Promise((resolve) => setTimeout(resolve, RIGHTS_SECONDS * 3000))
  // Nobody watches any more, so nobody asks.
  expect(asked()).toBe(after)
})

it('outlives a database that stumbles, again and again', async () => {
  const { page, worker } = await watched()
  let questions = 0
  // Two of three fail: never three in a row.
  road.faults.hold = async (name) => {
    if (name === 'user' && ++questions % 3 !== 0) throw new Error('stumbled')
  }
  await until(() => questions > 9)
  road.faults.hold = null
  worker.write(encodeLinkEvent({ ...qr, number: 2 }))
  expect(await page.next()).toMatchObject({ type: 'qr', number: 2 })
  page.leave()
})

it('asks to attach anew when the database stays away: nobody watches on a right that was seen long ago', async () => {
  const { page, closed } = await watched()
  road.faults.down = true
  expect(await page.next()).toEqual({ type: 'retry' })
  expect(await page.next()).toBeNull()
  await closed
})

it('asks to attach anew when only the token ran out, for its holder may have a newer one', async () => {
  const now = Math.floor(Date.now() / 1000)
  const session = JSON.parse(atob(person.token.split('.')[1] ?? '')) as Record<string, unknown>
  const short = await new SignJWT({ ...session, iat: now, exp: now + 6 })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(world.database.jwtSecret))
  const { page } = await watched(short)
  expect(await page.next()).toEqual({ type: 'retry' })
  expect(await page.next()).toBeNull()
})

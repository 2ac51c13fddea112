import { afterAll, beforeAll, expect, it } from 'vitest'
import type { QueuedText } from '#domain/message.ts'
import type { SessionView } from '#domain/observation.ts'
import { operationsOf, readDocument } from '../api/support/resolve.ts'
import { WITHOUT_LIMITS } from '../support/without-limits.ts'
import { startWorld, type TestWorker, type World } from '../worker/support/world.ts'
import type { Ask, Attack } from './support/attack.ts'
import { createJudge, type Outcome } from './support/judge.ts'
import { say } from './support/say.ts'
import { SPELLINGS, tracesOf } from './support/traces.ts'

const ROUTES = operationsOf(readDocument('worker')).filter(({ path }) => path.startsWith('/api/'))
const BODIES: Record<string, object> = {
  'POST /api/sessions/{session}/messages': { to: '+51912000111', text: 'Hola' },
  'POST /api/sessions/{session}/request-pairing-code': { phoneNumber: '+51912000111' },
}
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i
const THEIR_PHONE = '51987222100'
const OUR_PHONE = '51912000111'

let world: World
let worker: TestWorker
let theirs: { id: string; jid: string }
let ours: { id: string; organization: string; userId: string }
let text: string
let order: string
beforeAll(async () => {
  world = await startWorld()
  for (const phone of [THEIR_PHONE, OUR_PHONE]) world.simulator.addAccount({ phone, name: 'Somebody' })
  worker = await world.startWorker(WITHOUT_LIMITS)
  theirs = await world.link(worker, THEIR_PHONE)
  // A text of theirs that waits, and an order of theirs that is done.
  const waiting = await world.link(worker, THEIR_PHONE)
  const cleared = await world.createSession()
  order = await world.rpc<string>('reset_session', { session_id: cleared })
  await world.receipt(cleared, order)
  await world.rpc('stop_session', { session_id: waiting.id })
  await world.until(waiting.id, 'stopped')
  const queued = await worker.call('POST', `/api/sessions/${waiting.id}/messages`, {
    sessionId: waiting.id,
    body: JSON.stringify({ to: `+${OUR_PHONE}`, text: 'the magenta text' }),
  })
  text = (queued.body as QueuedText).id

  const us = await world.database.person('admin@saffron.test')
  const organization = await world.database.createOrganization('Saffron', { admin: us })
  const { id } = await world.database.insertSession(organization, { status: 'disconnected' })
  ours = { id, organization, userId: us.id }
})
afterAll(() => world?.stop())

const bodyOf = (method: string, path: string): string | null => {
  const body = BODIES[`${method} ${path}`]
  return body ? JSON.stringify(body) : null
}

/** Asks with a command that is right in everything, but of our organisation. */
const asUs: Ask = async ({ method, path, body }) => {
  const sessionId = UUID.exec(decodeURIComponent(path))?.[0]?.toLowerCase() ?? null
  const forgery = { organizationId: ours.organization, userId: ours.userId, sessionId, ...(body === null ? {} : { body }) }
  const answer = await worker.call.raw(method, path, forgery)
  return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() }
}

async function whatIsTheirs(): Promise<unknown> {
  const list = await worker.call('GET', '/api/sessions')
  const { sessions } = list.body as { sessions: SessionView[] }
  const outboxes = await Promise.all(
    sessions.map(async ({ sessionId }) => (await worker.call('GET', `/api/sessions/${sessionId}/outbox`, { sessionId })).body),
  )
  const orders = await world.database.sql`select id, session_id, reason, receipt from public.whatsapp_clearances
    where organization_id = ${world.organizationId} order by id`
  return { sessions, outboxes, orders: [...orders], linked: world.isLinked(theirs.jid) }
}

it('takes no call without a command, on any route that is not for everybody', async () => {
  const closed = operationsOf(readDocument('worker')).filter(({ security }) => security.length > 0)
  const { anonKey, serviceRoleKey } = world.database
  let attacks = 0
  for (const { method, path } of closed) {
    for (const authorization of [
      null,
      'Bearer',
      `Bearer ${anonKey}`,
      `Bearer ${serviceRoleKey}`,
      `Bearer ${world.admin.token}`,
      'Basic YTpi',
    ]) {
      const filled = path.replace('{session}', theirs.id).replace('{message}', text)
      const answer = await fetch(worker.url + filled, { method, headers: authorization === null ? {} : { authorization } })
      expect([path, answer.status, (await answer.text()).includes(theirs.id)]).toEqual([path, 401, false])
      attacks++
    }
  }
  say(`routes of the worker without a command: ${attacks} attacks`)
})

it('tells a command of another organisation nothing but what it tells of a session that does not exist', async () => {
  const before = await whatIsTheirs()
  const traces = tracesOf(
    [JSON.stringify([before, world.organizationId, order, text, THEIR_PHONE])],
    ours.id + ours.organization,
    'magenta',
  )
  const outcome: Outcome = { attacks: 0, leaks: [] }
  const judged = createJudge(asUs, 'another organisation', { traces, house: [] }, outcome)
  for (const operation of ROUTES) {
    const method = operation.method.toUpperCase()
    const { path } = operation
    const attack = (what: string, session: string, more: Partial<Attack> = {}, message = text): Attack => ({
      what,
      method,
      path: path.replace('{session}', session).replace('{message}', message),
      headers: [],
      body: bodyOf(method, path),
      ...more,
    })
    const ids = traces.values.filter((value) => value.length === 36)
    const attacks = ids.map((id) => attack('an id of theirs', id))
    for (const spell of Object.values(SPELLINGS)) {
      attacks.push(attack('their id', spell(theirs.id)), attack('their number', spell(THEIR_PHONE)))
    }
    attacks.push(attack('their text below our session', ours.id))
    attacks.push(attack('their organisation in the query', `${ours.id}?organization=${world.organizationId}`, {}, '3EB0C767D82B6A1F4E90'))
    if (method !== 'GET') {
      attacks.push(
        attack('their order for our session', ours.id, { body: JSON.stringify({ ...BODIES[`${method} ${path}`], orderId: order }) }),
      )
      attacks.push(attack('their order for their session', theirs.id, { body: JSON.stringify({ orderId: order }) }))
    }
    for (const one of attacks) await judged(one)
  }
  expect(outcome.leaks).toEqual([])
  expect(await whatIsTheirs()).toEqual(before)
  expect(outcome.attacks).toBeGreaterThan(ROUTES.length * 10)
  say(`routes of the worker with a command of another organisation: ${outcome.attacks} attacks`)
})

it('refuses a command that names a session of ours for a path that names theirs', async () => {
  for (const { method, path } of ROUTES.filter((one) => one.path.includes('{session}'))) {
    const filled = path.replace('{session}', theirs.id).replace('{message}', text)
    const answer = await worker.call(method.toUpperCase(), filled, { organizationId: ours.organization, sessionId: ours.id })
    expect([path, answer.status]).toEqual([path, 401])
  }
})

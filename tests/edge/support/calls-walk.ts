import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import * as z from 'zod'
import { Receipt } from '#domain/clearance.ts'
import { Holdings } from '#domain/holdings.ts'
import { ask, codeOf, type Device, type Walker, type Way } from './calls-ask.ts'
import type { CallRow } from './calls-table.ts'
import type { Called, CallsWorld } from './calls-world.ts'
import { A_TEXT } from './routes.ts'

/** Asks until it holds; a test's own time limit ends it. */
async function until<T>(ask: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await ask()
    if (holds(value)) return value
    await sleep(50)
  }
}

/** Stores what is wanted: past the edge function nobody else does. */
async function want({ world, way, device }: Walker, change: 'start_session' | 'stop_session' | 'reset_session'): Promise<void> {
  if (way.names === 'worker') await world.person.rpc(change, { session_id: device.id }).throwOnError()
}

const online = ({ world, device }: Walker) =>
  until(
    () => world.edge('GET', `/${device.id}/status`),
    ({ body }) => (body as { status?: string }).status === 'connected',
  )

/** Links a session that waits to be linked by a code, which its phone types. */
async function link(walker: Walker): Promise<void> {
  const { world, device } = walker
  const { body } = await world.edge('POST', `/${device.id}/request-pairing-code`, { phoneNumber: device.phone })
  await world.typeCode(z.object({ code: z.string() }).parse(body).code, device.phone)
  await online(walker)
}

/** At the worker a number is known from when its phone is linked; at the edge function, since it was linked last. */
const isLinkedFirst = ({ names, by }: Way) => names === 'worker' && by === 'phone'

/** A session with a phone of its own: as the first row of the table needs it. */
let phonesAdded = 0
export async function newDevice(world: CallsWorld, way: Way): Promise<Device> {
  const number = ++phonesAdded
  const [phone, friend] = [`519870001${String(number).padStart(2, '0')}`, `519880001${String(number).padStart(2, '0')}`]
  await world.addPhone({ phone: friend, name: 'Luis' })
  const group = { subject: 'Ventas', participants: [friend] }
  await world.addPhone({ phone, name: 'Ana', contacts: [{ phone: friend, name: 'Luis Quispe' }], groups: [group] })
  const { data } = await world.person.rpc('create_session', { organization_id: world.organizationId }).throwOnError()
  const device = { id: (data as { id: string }).id, phone, friend, queued: [] }
  if (way.by === 'id') return device
  await link({ world, way, device })
  if (isLinkedFirst(way)) return device
  // Reset, so that it can be linked again under the name that it had.
  await world.edge('POST', `/${device.phone}/clear`)
  await world.edge('POST', `/${device.phone}/start`)
  return device
}

/** What became of a device that was cleared: gone at WhatsApp, nothing on disk, and the receipt says so. */
async function expectGone({ world, device: { id, phone } }: Walker, receipt: unknown): Promise<Receipt> {
  const proof = Receipt.parse(receipt)
  expect(proof).toMatchObject({ sessionId: id, remoteUnlink: 'confirmed', verifiedAbsent: true })
  expect(proof.removed.credentials.files).toBeGreaterThan(0)
  expect(await world.devicesOf(phone)).toEqual([])
  expect(world.filesOf(id)).toEqual([])
  return proof
}

/** A reset, by either of the Portal's names. */
async function clears(row: CallRow, walker: Walker): Promise<void> {
  const { world, way, device } = walker
  expect(await world.devicesOf(device.phone)).toHaveLength(1)
  expect(world.filesOf(device.id)).not.toEqual([])
  await want(walker, 'reset_session')
  const first = await ask(row, walker)
  expect(first.status).toBe(200)
  const { orderId } = await expectGone(walker, first.body)
  expect(await world.rowOf(device.id)).toEqual({ status: 'disconnected', phone_number: null })
  if (way.names !== 'worker') {
    // Asked again, it is the same clear by a number that is forgotten, and one more of nothing by an id.
    const again = Receipt.parse((await ask(row, walker)).body)
    if (way.by === 'phone') expect(again.orderId).toBe(orderId)
    expect(again.removed.credentials.files).toBe(way.by === 'phone' ? Receipt.parse(first.body).removed.credentials.files : 0)
  }
}

const textsIn = ({ body }: Called) => z.object({ messages: z.array(z.object({ id: z.string(), text: z.string() })) }).parse(body).messages

/** What each row of the table does, in its order: one session goes through all of them. */
export const WALK: Record<string, (row: CallRow, walker: Walker) => Promise<void>> = {
  async list(row, walker) {
    const { world, device } = walker
    // The worker holds what it has looked at.
    await world.edge('GET', `/${device.id}/status`)
    const answer = await ask(row, walker)
    const ids = z
      .object({ sessions: z.array(z.object({ sessionId: z.string() })) })
      .parse(answer.body)
      .sessions.map((one) => one.sessionId)
    expect(ids).toContain(device.id)
    expect(new Set(ids).size).toBe(ids.length)
  },

  async 'link stream'(_row, walker) {
    const { world, way, device } = walker
    const named = way.by === 'id' ? device.id : device.phone
    const { response, next, leave } = await (way.names === 'worker'
      ? world.watchWorker(named, way.by === 'id' ? device.id : null)
      : world.watch(named))
    expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/event-stream')])
    const last = isLinkedFirst(way) ? 'connected' : 'qr'
    for (let event = await next(); ; event = await next()) {
      expect(event).not.toBeNull()
      if (event?.type === last || (event?.type === 'status' && event.step === last)) break
    }
    leave()
  },

  async QR(row, walker) {
    const { world, way, device } = walker
    const answer = await ask(row, walker)
    if (isLinkedFirst(way)) {
      expect([answer.status, codeOf(answer)]).toEqual([409, 'link_ended'])
      return
    }
    expect(answer.status).toBe(200)
    await world.scan(z.object({ qr: z.string() }).parse(answer.body).qr, device.phone)
    await online(walker)
    expect(await world.devicesOf(device.phone)).toMatchObject([{ online: true }])
  },

  async 'pairing code'(row, walker) {
    const { world, way, device } = walker
    const body = { phoneNumber: device.phone }
    const linked = await ask(row, walker, { body })
    expect([linked.status, codeOf(linked)]).toEqual([409, 'already_connected'])
    if (isLinkedFirst(way)) return
    await world.edge('POST', `/${device.id}/clear`)
    await want(walker, 'start_session')
    // Nobody began a link: asking for the code does.
    const answer = await ask(row, walker, way.by === 'phone' && way.names === 'portal' ? {} : { body })
    expect(answer).toMatchObject({ status: 200, body: { phoneNumber: `+${device.phone}` } })
    await world.typeCode(z.object({ code: z.string() }).parse(answer.body).code, device.phone)
    await online(walker)
  },

  async status(row, walker) {
    const { device } = walker
    expect(await ask(row, walker)).toMatchObject({
      status: 200,
      body: { sessionId: device.id, status: 'connected', phoneNumber: `+${device.phone}`, link: null },
    })
  },

  async groups(row, walker) {
    expect(await ask(row, walker)).toMatchObject({ status: 200, body: { live: true, groups: [{ name: 'Ventas', participants: 2 }] } })
  },

  async contacts(row, walker) {
    const { device } = walker
    const luis = expect.objectContaining({ phoneNumber: `+${device.friend}`, name: 'Luis Quispe' })
    const answer = await until(
      () => ask(row, walker),
      ({ body }) => JSON.stringify(body).includes('Luis Quispe'),
    )
    expect(answer).toMatchObject({ status: 200, body: { contacts: expect.arrayContaining([luis]) } })
  },

  async 'queue a text'(row, walker) {
    const { world, way, device } = walker
    const text = `Hola de ${way.names}, por ${way.by} ✓`
    expect(await ask(row, walker, { body: { to: device.friend, text } })).toMatchObject({
      status: 200,
      body: { to: `+${device.friend}`, text, state: 'waiting' },
    })
    await until(
      () => world.textsOf(device.friend),
      (texts) => texts.includes(text),
    )
    expect(await world.textsOf(device.friend)).toEqual([text])
  },

  async 'sent texts'(row, walker) {
    const { device } = walker
    const answer = await until(
      () => ask(row, walker),
      ({ body }) => JSON.stringify(body).includes('"delivered"'),
    )
    expect(answer).toMatchObject({ status: 200, body: { messages: [{ to: `+${device.friend}`, state: 'delivered' }] } })
    expect(JSON.stringify(answer.body)).not.toContain('Hola')
  },

  async stop(row, walker) {
    const { world, device } = walker
    await want(walker, 'stop_session')
    expect(await ask(row, walker)).toMatchObject({ status: 200, body: { sessionId: device.id, status: 'stopped' } })
    await until(
      () => world.rowOf(device.id),
      (found) => found?.status === 'stopped',
    )
    await until(
      () => world.devicesOf(device.phone),
      (devices) => devices.length === 1 && devices[0]?.online === false,
    )
  },

  async 'texts that wait'(row, walker) {
    const { world, device } = walker
    for (const text of ['one', 'two', 'three']) {
      const { body } = await world.edge('POST', `/${device.id}/messages`, { to: device.friend, text })
      device.queued.push(z.object({ id: z.string() }).parse(body).id)
    }
    const waiting = textsIn(await ask(row, walker))
    expect(waiting.map(({ id, text }) => [id, text])).toEqual(['one', 'two', 'three'].map((text, index) => [device.queued[index], text]))
  },

  async holdings(row, walker) {
    const { world, device } = walker
    const { status, body } = await ask(row, walker)
    const holdings = Holdings.parse(body)
    expect([status, holdings.sessionId, holdings.outbox.messages]).toEqual([200, device.id, 3])
    const files = world.filesOf(device.id).filter((path) => path.includes('auth.sqlite'))
    expect(holdings.credentials.files + holdings.backups.files).toBe(files.length)
  },

  async 'remove a text'(row, walker) {
    const { world, device } = walker
    const message = device.queued[1] ?? ''
    expect(await ask(row, walker, { message })).toMatchObject({ status: 200, body: { removed: 1 } })
    expect(textsIn(await world.edge('GET', `/${device.id}/outbox`)).map(({ text }) => text)).toEqual(['one', 'three'])
    const again = await ask(row, walker, { message: A_TEXT })
    expect([again.status, codeOf(again)]).toEqual([404, 'not_found'])
  },

  async 'remove all texts'(row, walker) {
    const { world, device } = walker
    expect(await ask(row, walker)).toMatchObject({ status: 200, body: { removed: 2 } })
    expect(textsIn(await world.edge('GET', `/${device.id}/outbox`))).toEqual([])
  },

  async start(row, walker) {
    const { world, device } = walker
    const before = (await world.textsOf(device.friend)).length
    await world.edge('POST', `/${device.id}/messages`, { to: device.friend, text: 'waited' })
    await want(walker, 'start_session')
    const answer = await ask(row, walker)
    expect(answer.status).toBe(200)
    expect(['reconnecting', 'connected']).toContain((answer.body as { status: string }).status)
    await online(walker)
    const texts = await until(
      () => world.textsOf(device.friend),
      (texts) => texts.length > before,
    )
    // What was removed is not sent.
    expect(texts.slice(before)).toEqual(['waited'])
  },

  reset: clears,
  async disconnect(row, walker) {
    await link(walker)
    await clears(row, walker)
  },

  async delete(row, walker) {
    const { world, way, device } = walker
    await link(walker)
    if (way.names !== 'worker') {
      const refused = await ask(row, walker)
      expect([refused.status, codeOf(refused)]).toEqual([409, 'session_online'])
    }
    await world.edge('POST', `/${device.id}/stop`)
    await until(
      () => world.rowOf(device.id),
      (found) => found?.status === 'stopped',
    )
    if (way.names === 'worker') await world.person.from('whatsapp_sessions').delete().eq('id', device.id).throwOnError()
    const answer = await ask(row, walker)
    expect(answer.status).toBe(200)
    await expectGone(walker, answer.body)
    expect(await world.rowOf(device.id)).toBeNull()
    if (way.names !== 'worker') expect((await ask(row, walker)).body).toEqual(answer.body)
  },
}

import { LINK_CONNECTION_SECONDS } from '#domain/link.ts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { askForCode, askForLink, deviceOf, onlineOf, scan } from './commands/sessions.ts'
import { checkAtRest } from './invariants/at-rest.ts'
import type { SessionRow } from './model/state.ts'
import { quiesce } from './support/quiesce.ts'
import { typeCode } from './support/whatsapp/codes.ts'
import { createWorld } from './support/world.ts'
import type { World } from './support/world.ts'

const PHONE = '+51900000001'
const PATIENCE_MS = 11_000

let world: World
beforeEach(async () => {
  world = createWorld(1)
  world.start()
  await world.clock.advance(500)
})
afterEach(async () => {
  await quiesce(world)
  checkAtRest(world)
  const violations = world.violations.all()
  world.dispose()
  if (violations.length > 0) throw new Error(JSON.stringify(violations))
})

const row = (id: string): SessionRow | undefined => world.rows().find((one) => one.id === id)
const board = (id: string) => world.worker()?.engine.supervisor.board(id)
/** A link that is under way, and followed by nobody. */
async function begin(): Promise<string> {
  const { id } = world.people.createSession()
  world.worker()?.look(id)
  await world.clock.advance(300)
  return id
}
async function code(id: string): Promise<string> {
  const asked = await askForCode(world, id, PHONE, PATIENCE_MS)
  if (asked === null) throw new Error('no code')
  return asked
}

describe('a pairing code', () => {
  it('is asked for while the socket is starting, and comes with its first QR (LNK-9)', async () => {
    const { id } = world.people.createSession()
    world.worker()?.look(id)
    await world.clock.advance(100)
    expect(board(id)?.step()).toBe('starting')
    expect(typeCode(world.service, PHONE, await code(id))).toBe(true)
    await world.clock.advance(5000)
    expect(row(id)).toMatchObject({ status: 'connected', phone_number: PHONE })
  })

  it('that is asked for after the first QR was replaced gets a connection of its own, and its full time (LNK-9)', async () => {
    const id = await begin()
    await world.clock.advance(70_000)
    const [before] = [...world.service.waiting.values()]
    const asked = await code(id)
    expect([...world.service.waiting.values()]).toHaveLength(1)
    expect(world.service.waiting.values().next().value).not.toBe(before)
    expect(board(id)?.codeMs(world.clock.now())).toBeGreaterThan((LINK_CONNECTION_SECONDS - 5) * 1000)
    await world.clock.advance(150_000)
    expect(typeCode(world.service, PHONE, asked)).toBe(true)
    await world.clock.advance(5000)
    expect(row(id)?.status).toBe('connected')
  })

  it('keeps a link alive that nobody follows until it expires, and the link ends with it (LNK-3, LNK-10)', async () => {
    const id = await begin()
    const asked = await code(id)
    await world.clock.advance(140_000)
    expect(board(id)?.step()).toBe('scan')
    expect(world.worker()?.engine.supervisor.watchedLinks()).toEqual([id])
    await world.clock.advance(25_000)
    expect(row(id)).toMatchObject({ status: 'connecting', status_reason: 'link_expired' })
    expect(typeCode(world.service, PHONE, asked)).toBe(false)
    expect(board(id)?.codeMs(world.clock.now())).toBe(0)
  })

  it('goes with its connection, and the next one gives another (LNK-10)', async () => {
    const id = await begin()
    const asked = await code(id)
    for (const connection of world.service.connections) connection.end(null)
    await world.clock.advance(100)
    expect(board(id)?.codeMs(world.clock.now())).toBe(0)
    await world.clock.advance(3000)
    expect(board(id)?.step()).toBe('scan')
    expect(typeCode(world.service, PHONE, asked)).toBe(false)
    expect(typeCode(world.service, PHONE, await code(id))).toBe(true)
  })

  it('is refused as unavailable when WhatsApp gives none, within ten seconds, and can be asked for again (LNK-9)', async () => {
    const id = await begin()
    const { supervisor } = world.worker()?.engine ?? {}
    for (const answer of ['ignored', 'refused'] as const) {
      world.service.behaviour.codes = answer
      const asked = supervisor?.pairingCode(id, PHONE)
      await world.clock.advance(10_500)
      expect(await asked).toMatchObject({ ok: false, code: 'whatsapp_unavailable' })
    }
    world.service.behaviour.codes = 'ack'
    expect(typeCode(world.service, PHONE, await code(id))).toBe(true)
  })

  it('that two ask for at once is the later one’s (LNK-10)', async () => {
    const id = await begin()
    const { supervisor } = world.worker()?.engine ?? {}
    const [earlier, later] = [supervisor?.pairingCode(id, PHONE), supervisor?.pairingCode(id, PHONE)]
    await world.clock.advance(3000)
    expect(await earlier).toMatchObject({ ok: false, code: 'link_ended' })
    const given = await later
    expect(given).toMatchObject({ ok: true, value: { phoneNumber: PHONE } })
    expect(given?.ok && typeCode(world.service, PHONE, given.value.code)).toBe(true)
  })

  it('is nothing that a reset leaves: who waits is told so, and what was typed links nothing (LNK-10, CLR-1)', async () => {
    const id = await begin()
    const asked = await code(id)
    world.service.behaviour.codes = 'ignored'
    const waiting = world.worker()?.engine.supervisor.pairingCode(id, PHONE)
    const order = world.people.resetSession(id)
    world.worker()?.clear(id, order)
    await world.clock.advance(1000)
    expect(await waiting).toMatchObject({ ok: false, code: 'link_ended' })
    expect(typeCode(world.service, PHONE, asked)).toBe(false)
    expect(world.service.devices).toEqual([])
    expect(board(id)?.codeMs(world.clock.now())).toBe(0)
  })
})

describe('a link that somebody asks about', () => {
  it('goes on as long as its QR is read (LNK-3)', async () => {
    const id = await begin()
    const { supervisor } = world.worker()?.engine ?? {}
    await world.clock.advance(85_000)
    expect(supervisor?.watchedLinks()).toEqual([])
    expect(supervisor?.lookAtQr(id)).not.toBeNull()
    expect(supervisor?.watchedLinks()).toEqual([id])
    // 65 s of the six QRs are left, 90 s of the patience: the earlier end counts.
    await world.clock.advance(60_000)
    expect(board(id)?.step()).toBe('scan')
    expect(supervisor?.watchedLinks()).toEqual([])
    await world.clock.advance(40_000)
    expect(row(id)).toMatchObject({ status: 'connecting', status_reason: 'link_expired' })
  })
})

describe('a passkey', () => {
  it('that the account demands ends the link at once, with nothing left of it (LNK-11)', async () => {
    world.service.behaviour.passkey = true
    const { id } = world.people.createSession()
    world.worker()?.look(id)
    expect(await scan(world, id, 0, 2000)).toBe(true)
    await world.clock.advance(1000)
    expect(row(id)).toMatchObject({ status: 'connecting', status_reason: 'passkey_required' })
    expect(world.worker()?.engine.supervisor.view(id)?.link).toBeNull()
    expect([...world.service.connections]).toEqual([])
  })
})

describe('another login', () => {
  it('that takes the place over is left alone for a day, until somebody starts the session (CLO-4)', async () => {
    const created = world.people.createSession()
    askForLink(world, created, 'now')
    await scan(world, created.id, 0, 2000)
    await world.clock.advance(5000)
    const device = deviceOf(world, created.id)
    device?.connection?.end({ code: 440, message: 'Stream Errored (conflict)' })
    await world.clock.advance(1000)
    expect(row(created.id)).toMatchObject({ status: 'stopped', status_reason: 'replaced' })
    const logins = (): number => world.lines.filter(({ message }) => message === 'session').length
    const before = logins()
    for (let hour = 0; hour < 24; hour += 1) {
      await world.clock.advance(3_600_000)
      expect(device?.connection).toBeNull()
    }
    expect(logins()).toBe(before)
    askForLink(world, world.people.startSession(created.id), 'now')
    await world.clock.advance(5000)
    expect(onlineOf(world, { who: 0, phone: 0, pick: 0, poke: 'now', pauseMs: 0 })).not.toBeNull()
  })
})

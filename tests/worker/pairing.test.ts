import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_CONNECTION_CONFIG } from 'baileys'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LINK_CONNECTION_SECONDS } from '#domain/link.ts'
import { PairingCode } from '#domain/pairing.ts'
import { eventually, sleep } from './support/eventually.ts'
import { watch } from './support/link-stream.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

const PHONE = '51987654321'

let world: World
let worker: TestWorker
beforeAll(async () => {
  world = await startWorld()
  worker = await world.startWorker()
})
afterAll(() => world.stop())

const request = (id: string, phoneNumber: unknown = `+${PHONE}`) =>
  worker.call('POST', `/api/sessions/${id}/request-pairing-code`, { sessionId: id, body: JSON.stringify({ phoneNumber }) })
async function codeFor(id: string): Promise<PairingCode> {
  const { status, body } = await request(id)
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`)
  return PairingCode.parse(body)
}
/** Another code than that one, of the same alphabet. */
const other = (code: string): string => (code.startsWith('A') ? 'B' : 'A') + code.slice(1)
/** How long the client shows each QR, milliseconds; `undefined`: as in production. */
const setQrTimeout = (qrTimeout: number | undefined): void => void Object.assign(DEFAULT_CONNECTION_CONFIG, { qrTimeout })
/** Every byte that the worker keeps. */
const stored = (): string =>
  readdirSync(worker.data, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))
    .join('\n')

describe('a pairing code', () => {
  it('is asked for by one call, typed on the phone, and links; no log and no file ever holds it (LNK-9, LOG-1)', async () => {
    const id = await world.createSession()
    const { code, phoneNumber, expiresAt } = await codeFor(id)
    expect(phoneNumber).toBe(`+${PHONE}`)
    const left = Date.parse(expiresAt) - Date.now()
    expect(left).toBeGreaterThan((LINK_CONNECTION_SECONDS - 20) * 1000)
    expect(left).toBeLessThanOrEqual(LINK_CONNECTION_SECONDS * 1000)
    expect(stored()).not.toContain(code)
    // Neither the number that was typed: nobody is linked yet.
    expect(stored()).not.toContain(`${PHONE}@s.whatsapp.net`)
    expect(await world.simulator.enterCode(PHONE, code)).toMatchObject({ ok: true })
    await world.until(id, 'connected', null)
    expect(await world.row(id)).toMatchObject({ phone_number: `+${PHONE}` })
    expect(stored()).toContain(`${PHONE}:`)
    expect(stored()).not.toContain(code)
    expect(worker.logged()).toContain('the phone confirmed the link')
    expect(worker.logged()).not.toContain(code)
  })

  it('typed wrongly links nothing, and the right one still works (LNK-10)', async () => {
    const id = await world.createSession()
    const { code } = await codeFor(id)
    expect(await world.simulator.enterCode(PHONE, other(code))).toEqual({ ok: false, code: 'wrong_code' })
    expect(await world.row(id)).toMatchObject({ status: 'connecting', status_reason: null })
    expect(await world.simulator.enterCode(PHONE, code)).toMatchObject({ ok: true })
    await world.until(id, 'connected')
  })

  it('asked for again makes the older one worthless at once (LNK-10)', async () => {
    const id = await world.createSession()
    const older = await codeFor(id)
    const newer = await codeFor(id)
    expect(newer.code).not.toBe(older.code)
    expect(await world.simulator.enterCode(PHONE, older.code)).toEqual({ ok: false, code: 'wrong_code' })
    expect(await world.simulator.enterCode(PHONE, newer.code)).toMatchObject({ ok: true })
    await world.until(id, 'connected')
  })

  it('is shown to whoever follows the link, now or later, beside the QRs, and goes when the phone confirms (LNK-2, LNK-10)', async () => {
    const id = await world.createSession()
    await world.qr(worker, id)
    const early = await watch(worker, id)
    const { code } = await codeFor(id)
    const late = await watch(worker, id)
    for (const { events } of [early, late]) {
      await eventually(() => {
        expect(events).toContainEqual(expect.objectContaining({ type: 'pairing_code', code, phoneNumber: `+${PHONE}` }))
        expect(events.some(({ type }) => type === 'qr')).toBe(true)
      })
    }
    await world.simulator.enterCode(PHONE, code)
    await Promise.all([early.ended, late.ended])
    expect(early.events.at(-1)).toMatchObject({ type: 'status', step: 'connected' })
    expect(worker.supervisor.board(id).codeMs(Date.now())).toBe(0)
  })

  it('that is asked for when the first QR is gone has a connection of its own, and works (LNK-9)', async () => {
    const before = DEFAULT_CONNECTION_CONFIG.qrTimeout
    setQrTimeout(1500)
    try {
      const id = await world.createSession()
      const first = await world.qr(worker, id)
      const second = await eventually(async () => {
        const qr = await world.qr(worker, id)
        expect(qr).not.toBe(first)
        return qr
      })
      setQrTimeout(before)
      const { code } = await codeFor(id)
      expect(await world.simulator.scan(second)).toMatchObject({ ok: false })
      expect(await world.simulator.enterCode(PHONE, code)).toMatchObject({ ok: true })
      await world.until(id, 'connected')
    } finally {
      setQrTimeout(before)
    }
  })

  it('dies with the last QR, which ends the link (CLO-2, LNK-10)', async () => {
    const before = DEFAULT_CONNECTION_CONFIG.qrTimeout
    setQrTimeout(1000)
    try {
      const id = await world.createSession()
      const { code } = await codeFor(id)
      await world.until(id, 'connecting', 'link_expired')
      expect(await world.simulator.enterCode(PHONE, code)).toEqual({ ok: false, code: 'no_code_asked' })
      expect(worker.supervisor.board(id).codeMs(Date.now())).toBe(0)
      expect(await request(id)).toMatchObject({ status: 409, body: { error: { code: 'link_ended' } } })
    } finally {
      setQrTimeout(before)
    }
  })

  it('that WhatsApp refuses is told as unavailable, not shown, and can be asked for again (LNK-9)', async () => {
    const id = await world.createSession()
    const refused = await request(id, '+4930123456')
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'whatsapp_unavailable' } } })
    expect(worker.supervisor.board(id).codeMs(Date.now())).toBe(0)
    const { code } = await codeFor(id)
    expect(await world.simulator.enterCode(PHONE, code)).toMatchObject({ ok: true })
    await world.until(id, 'connected')
  })

  it.each([['+51 98'], ['not a number'], [51987654321], [''], [null]])('is not asked for with the number %j (CMD-8)', async (number) => {
    const id = await world.createSession()
    expect(await request(id, number)).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_input', detail: { field: 'phoneNumber' } } },
    })
  })

  it('is refused for a session that is linked, online or stopped, and for one whose link nobody began (LNK-9)', async () => {
    const { id } = await world.link(worker)
    expect(await request(id)).toMatchObject({ status: 409, body: { error: { code: 'already_connected' } } })
    await world.rpc('stop_session', { session_id: id })
    await world.until(id, 'stopped')
    expect(await request(id)).toMatchObject({ status: 409, body: { error: { code: 'already_connected' } } })
    const order = await world.rpc<string>('reset_session', { session_id: id })
    await worker.call('POST', `/api/sessions/${id}/clear`, { sessionId: id, body: JSON.stringify({ orderId: order }) })
    expect(await request(id)).toMatchObject({ status: 409, body: { error: { code: 'link_ended' } } })
  })

  it('leaves nothing when the link is cancelled while it is out (LNK-10, CLR-1)', async () => {
    const id = await world.createSession()
    const { code } = await codeFor(id)
    const { order_id } = await world.rpc<{ order_id: string }>('cancel_link', { session_id: id })
    const cleared = await worker.call('POST', `/api/sessions/${id}/clear`, { sessionId: id, body: JSON.stringify({ orderId: order_id }) })
    expect(cleared).toMatchObject({ status: 200, body: { reason: 'cancel', remoteUnlink: 'not_linked' } })
    await eventually(async () => {
      expect(await world.simulator.enterCode(PHONE, code)).toEqual({ ok: false, code: 'no_code_asked' })
    })
    expect((readdirSync(worker.data, { recursive: true }) as string[]).filter((path) => path.includes(id))).toEqual([])
  })
})

describe('a reset while the phone links by a code', () => {
  it.each([0, 5, 15, 40, 100, 300])('%i ms after it was typed leaves no device and no file (CLR-1, CLR-5, LNK-10)', async (ms) => {
    const id = await world.createSession()
    const { code } = await codeFor(id)
    const typing = world.simulator.enterCode(PHONE, code)
    await sleep(ms)
    const order = await world.rpc<string>('reset_session', { session_id: id })
    await worker.call('POST', `/api/sessions/${id}/clear`, { sessionId: id, body: JSON.stringify({ orderId: order }) })
    const typed = await typing
    const receipt = await world.receipt(id, order)
    // What the phone confirmed was unlinked again; what it did not may have got as far as our disk.
    expect(typed.ok ? ['confirmed'] : ['confirmed', 'not_linked']).toContain(receipt['remoteUnlink'])
    expect(typed.ok && world.isLinked(typed.jid)).toBe(false)
    expect((readdirSync(worker.data, { recursive: true }) as string[]).filter((path) => path.includes(id))).toEqual([])
    expect(worker.supervisor.isRunning(id)).toBe(false)
  })
})

describe('a passkey that the account demands', () => {
  it.each(['scanned', 'typed'] as const)('ends the link at once, be its QR scanned or its code typed: %s (LNK-11)', async (how) => {
    world.simulator.demandPasskey(PHONE, true)
    try {
      const others = world.simulator.waiting().map((one) => one.id)
      const id = await world.createSession()
      const done =
        how === 'scanned'
          ? await world.simulator.scan(await world.qr(worker, id), PHONE)
          : await world.simulator.enterCode(PHONE, (await codeFor(id)).code)
      expect(done).toEqual({ ok: false, code: 'passkey_required' })
      await world.until(id, 'connecting', 'passkey_required')
      expect(worker.supervisor.isRunning(id)).toBe(false)
      const ended = await watch(worker, id)
      await ended.ended
      expect(ended.events).toMatchObject([{ type: 'status', step: 'ended', reason: 'passkey_required' }])
      await eventually(() => expect(world.simulator.waiting().filter((one) => !others.includes(one.id))).toEqual([]))
    } finally {
      world.simulator.demandPasskey(PHONE, false)
    }
  })
})

describe('a proxy on the way to WhatsApp', () => {
  it.each([401, 403])('that refuses connections with %i costs nobody a link, and confirms no unlink (CLO-10)', async (code) => {
    const { id, jid } = await world.link(worker)
    const proxy = createServer((_, response) => void response.writeHead(code).end())
    proxy.listen(0, '127.0.0.1')
    await eventually(() => expect(proxy.listening).toBe(true))
    await worker.stop()
    const url = `ws://127.0.0.1:${(proxy.address() as AddressInfo).port}/ws/chat`
    worker = await world.startWorker({ WA_WEB_SOCKET_URL: url, UNLINK_TIMEOUT_MS: '1000' }, worker.data)
    try {
      await eventually(() => expect(worker.logged()).toContain(`Unexpected server response: ${code}`))
      await world.until(id, 'reconnecting', 'connection_lost')
      const order = await world.rpc<string>('reset_session', { session_id: id })
      expect(await world.receipt(id, order)).toMatchObject({ remoteUnlink: 'unconfirmed' })
      expect(world.isLinked(jid)).toBe(true)
    } finally {
      proxy.closeAllConnections()
      proxy.close()
      await worker.stop()
      worker = await world.startWorker({}, worker.data)
    }
  })
})

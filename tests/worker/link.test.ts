import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, sleep } from './support/eventually.ts'
import { watch } from './support/link-stream.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

let world: World
let worker: TestWorker
beforeAll(async () => {
  world = await startWorld()
  worker = await world.startWorker()
})
afterAll(() => world.stop())

describe('a link', () => {
  it('streams starting, the QR with its end, linking and connected, then ends (LNK-2)', async () => {
    const id = await world.createSession()
    const stream = await watch(worker, id)
    expect(stream.response.status).toBe(200)
    expect(stream.response.headers.get('cache-control')).toBe('no-store')
    expect(stream.response.headers.get('content-type')).toContain('text/event-stream')
    const qr = await eventually(() => {
      const found = stream.events.find((event) => event.type === 'qr')
      if (!found) throw new Error('no QR yet')
      return found
    })
    expect(qr.number).toBe(1)
    expect(Date.parse(qr.expiresAt) - Date.now()).toBeGreaterThan(50_000)
    expect(Date.parse(qr.expiresAt) - Date.now()).toBeLessThanOrEqual(60_000)
    expect(worker.supervisor.board(id).watchers).toBe(1)
    await world.simulator.scan(qr.qr)
    await stream.ended
    const steps = stream.events.flatMap((event) => (event.type === 'status' ? [event.step] : []))
    // The interval may have begun the link before the stream was there: then the QR is what is replayed first.
    const seen = steps.filter((step, index) => step !== steps[index - 1]).join(' ')
    expect(['starting scan linking connected', 'scan linking connected']).toContain(seen)
    expect(worker.supervisor.board(id).watchers).toBe(0)
  })

  it('of a session that was reset begins for the first who attaches, although the order of its start is carried out first (LNK-2, FOL-6)', async () => {
    const { id } = await world.link(worker)
    const orderId = await world.rpc<string>('reset_session', { session_id: id })
    await worker.call('POST', `/api/sessions/${id}/clear`, { sessionId: id, body: JSON.stringify({ orderId }) })
    await world.rpc('start_session', { session_id: id })
    const stream = await watch(worker, id)
    await eventually(() => expect(stream.events.some(({ type }) => type === 'qr')).toBe(true))
    expect(stream.events).not.toContainEqual(expect.objectContaining({ step: 'ended' }))
    stream.leave()
  })

  it('replays the current QR to whoever attaches later, and forgets who leaves (LNK-2)', async () => {
    const id = await world.createSession()
    const qr = await world.qr(worker, id)
    const stream = await watch(worker, id)
    await eventually(() => expect(stream.events.some((event) => event.type === 'qr' && event.qr === qr)).toBe(true))
    stream.leave()
    await eventually(() => expect(worker.supervisor.board(id).watchers).toBe(0))
  })

  it('ends with link_expired when nobody watches, stays connecting, and begins anew only when asked anew (LNK-3, LNK-4)', async () => {
    await worker.stop()
    worker = await world.startWorker({ LINK_UNWATCHED_SECONDS: '0.5' }, worker.data)
    const id = await world.createSession()
    await world.qr(worker, id)
    await world.until(id, 'connecting', 'link_expired')
    await sleep(500)
    expect(worker.supervisor.view(id)).toMatchObject({ status: 'connecting', reason: 'link_expired', link: null })
    const ended = await watch(worker, id)
    await ended.ended
    expect(ended.events).toMatchObject([{ type: 'status', step: 'ended', reason: 'link_expired' }])
    await world.rpc('start_session', { session_id: id })
    const stream = await watch(worker, id)
    await eventually(() => expect(stream.events.some((event) => event.type === 'qr')).toBe(true))
    await sleep(800)
    expect(worker.supervisor.view(id)?.link).toBe('scan')
    stream.leave()
    await worker.stop()
    worker = await world.startWorker({}, worker.data)
  })

  it('shows a linked session that is on its way back as linking, until it is connected (LNK-2)', async () => {
    const { id, jid } = await world.link(worker)
    world.simulator.refuse({ reason: 503, jid, times: 1000 })
    world.simulator.drop(jid)
    await world.until(id, 'reconnecting')
    const stream = await watch(worker, id)
    // Each try that fails says so anew.
    await eventually(() => expect(stream.events.length).toBeGreaterThan(2))
    for (const event of stream.events) expect(event).toMatchObject({ type: 'status', step: 'linking', status: 'reconnecting' })
    world.simulator.allow()
    await stream.ended
    expect(stream.events.at(-1)).toMatchObject({ type: 'status', step: 'connected', status: 'connected' })
  })

  it('does not begin by a request that is old (LNK-4)', async () => {
    const id = await world.createSession()
    await world.qr(worker, id)
    await worker.stop()
    await world.database.sql`update public.whatsapp_sessions set link_requested_at = now() - interval '2 minutes' where id = ${id}`
    worker = await world.startWorker({}, worker.data)
    await eventually(() => expect(worker.supervisor.view(id)).not.toBeNull())
    await sleep(500)
    expect(worker.supervisor.view(id)?.link).toBeNull()
  })

  it('stamps last_active_at when it begins (LNK-5)', async () => {
    const id = await world.createSession()
    await world.database.sql`update public.whatsapp_sessions set last_active_at = null where id = ${id}`
    await world.qr(worker, id)
    const [row] = await eventually(async () => {
      const rows = await world.database.sql<
        { last_active_at: Date | null }[]
      >`select last_active_at from public.whatsapp_sessions where id = ${id}`
      expect(rows[0]?.last_active_at).not.toBeNull()
      return rows
    })
    expect(Date.now() - (row?.last_active_at?.getTime() ?? 0)).toBeLessThan(10_000)
  })

  it('whose row went while the phone confirmed is unlinked and cleared by the order on record (LNK-6)', async () => {
    await worker.stop()
    worker = await world.startWorker({ POLL_SECONDS: '60' }, worker.data)
    const id = await world.createSession()
    await worker.follower.pass()
    const qr = await world.qr(worker, id)
    await world.database.sql`delete from public.whatsapp_sessions where id = ${id}`
    const scanned = await world.simulator.scan(qr)
    expect(scanned.ok).toBe(true)
    expect(await world.receipt(id)).toMatchObject({ reason: 'delete', remoteUnlink: 'confirmed', generations: [1] })
    expect(scanned.ok && world.isLinked(scanned.jid)).toBe(false)
    expect(existsSync(join(worker.data, 'sessions', id))).toBe(false)
    await worker.stop()
    worker = await world.startWorker({}, worker.data)
  })

  it('keeps telling the database that pairing succeeded until it answers (LNK-6)', async () => {
    await worker.stop()
    const road = await world.road()
    worker = await world.startWorker({ SUPABASE_URL: road.url }, worker.data)
    const id = await world.createSession()
    const qr = await world.qr(worker, id)
    road.faults.down = true
    const scanned = await world.simulator.scan(qr)
    expect(scanned.ok).toBe(true)
    await eventually(() => expect(scanned.ok && world.simulator.devices().find((one) => one.jid === scanned.jid)?.online).toBe(true))
    expect((await world.row(id))?.status).toBe('connecting')
    road.faults.down = false
    await world.until(id, 'connected', null)
    await worker.stop()
    worker = await world.startWorker({}, worker.data)
  })

  it('finishes a link whose worker was restarted before the database heard of it (LNK-7)', async () => {
    const road = await world.road()
    await worker.stop()
    worker = await world.startWorker({ SUPABASE_URL: road.url }, worker.data)
    const id = await world.createSession()
    const qr = await world.qr(worker, id)
    road.faults.down = true
    await world.simulator.scan(qr)
    await eventually(() => expect(worker.logged()).toContain('the phone confirmed the link'))
    await worker.stop()
    expect((await world.row(id))?.status).toBe('connecting')
    worker = await world.startWorker({}, worker.data)
    await world.until(id, 'connected', null)
  })

  it('survives connections that are refused before there is a QR (LNK-8)', async () => {
    world.simulator.refuse({ reason: 503, times: 2 })
    const id = await world.createSession()
    expect(await world.qr(worker, id)).toContain('#')
    expect(await world.row(id)).toMatchObject({ status: 'connecting', status_reason: null })
  })

  it('ends with the reason when WhatsApp refuses it for good (LNK-8)', async () => {
    world.simulator.refuse({ reason: 405, times: 1 })
    const id = await world.createSession()
    await world.until(id, 'connecting', 'version_outdated')
    expect(worker.supervisor.view(id)?.link).toBeNull()
  })
})

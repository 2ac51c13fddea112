import { createClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ClearOrder } from '#domain/clearance.ts'
import type { Database } from '#domain/database.types.ts'
import { Look, Snapshot } from '#domain/snapshot.ts'
import { ordersOf, startWithCast, type Cast } from './cast.ts'

let cast: Cast
beforeAll(async () => void (cast = await startWithCast()))
afterAll(() => cast.db.stop())

const worker = () => cast.db.service
const read = async (id: string) => {
  const { data } = await worker().from('whatsapp_sessions').select().eq('id', id).maybeSingle()
  return data
}
const linkedAt = '2026-01-01T00:00:00Z'

describe('the snapshot', () => {
  it('is what domain/snapshot.ts says, with all sessions and all open orders', async () => {
    const session = await cast.db.insertSession(cast.acme, { status: 'connected', phone_number: '4911', generation: 2 })
    const gone = await cast.db.insertSession(cast.globex)
    await cast.db.sql`delete from public.whatsapp_sessions where id = ${gone.id}`
    const { data } = await worker().rpc('worker_snapshot')
    const snapshot = Snapshot.parse(data)
    expect(snapshot.sessions).toContainEqual({
      id: session.id,
      organization_id: cast.acme,
      desired: 'online',
      generation: 2,
      status: 'connected',
      status_reason: null,
      phone_number: '4911',
      linked_at: expect.stringMatching(/Z$/),
      link_requested_at: null,
      token: expect.any(Number),
      change: expect.any(Number),
    })
    expect(snapshot.orders).toMatchObject([
      { session_id: gone.id, organization_id: cast.globex, max_generation: 1, reason: 'delete', attempts: 0 },
    ])
  })

  it('is whole beyond the 1,000 rows at which a list is cut', async () => {
    await cast.db.sql`insert into public.whatsapp_sessions (organization_id) select ${cast.globex} from generate_series(1, 1500)`
    const snapshot = Snapshot.parse((await worker().rpc('worker_snapshot')).data)
    const [row] = await cast.db.sql<{ count: number }[]>`select count(*)::int from public.whatsapp_sessions`
    expect([snapshot.session_count, snapshot.sessions.length]).toEqual([row?.count, row?.count])
    await cast.db.sql`delete from public.whatsapp_sessions where organization_id = ${cast.globex}`
    expect(Snapshot.parse((await worker().rpc('worker_snapshot')).data).order_count).toBeGreaterThanOrEqual(1500)
    await cast.db.sql`truncate public.whatsapp_clearances`
  })

  it('names the same database at every call', async () => {
    const first = Snapshot.parse((await worker().rpc('worker_snapshot')).data)
    const look = Look.parse((await worker().rpc('worker_look', { session_id: crypto.randomUUID() })).data)
    expect(look).toEqual({
      instance_id: first.instance_id,
      taken_at: expect.any(String),
      held: true,
      session: null,
      orders: [],
      cleared_generation: null,
    })
  })
})

describe('a look at one session', () => {
  it('shows the session and its open orders only', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'stopped' })
    const { data: first } = await cast.admin.client.rpc('reset_session', { session_id: id })
    const { data: second } = await cast.admin.client.rpc('reset_session', { session_id: id })
    await worker().rpc('worker_complete_order', { order_id: first ?? '', receipt: { orderId: first } })
    const look = Look.parse((await worker().rpc('worker_look', { session_id: id })).data)
    expect(look.session).toMatchObject({ id, generation: 3, status: 'disconnected', desired: 'stopped' })
    expect(look.orders.map((order) => [order.id, order.max_generation])).toEqual([[second, 2]])
  })
})

describe('what the worker observes', () => {
  it('is stored for the generation that it speaks of', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'reconnecting', generation: 2 })
    const { data } = await worker().rpc('worker_observe', { session_id: id, generation: 2, worker_id: 'worker-1', status: 'connected' })
    const session = await read(id)
    expect(data).toBe(true)
    expect(session).toMatchObject({ status: 'connected', status_reason: null, worker_id: 'worker-1' })
    expect(session?.connected_at).not.toBeNull()
    expect(session?.last_active_at).not.toBeNull()
  })

  it.each([
    ['an earlier generation', 1],
    ['a later generation', 3],
  ])('is dropped when it is of %s', async (_, generation) => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'stopped', generation: 2 })
    const { data } = await worker().rpc('worker_observe', { session_id: id, generation, worker_id: 'w', status: 'reconnecting' })
    expect([data, (await read(id))?.status]).toEqual([false, 'stopped'])
  })

  it('keeps the moment of connecting while it stays connected', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'connected', connected_at: linkedAt })
    await worker().rpc('worker_observe', { session_id: id, generation: 1, worker_id: 'w', status: 'connected' })
    expect(Date.parse((await read(id))?.connected_at ?? '')).toBe(Date.parse(linkedAt))
  })

  it('is on its way back when the stop that it reports was taken back meanwhile', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'connected', desired: 'online' })
    const report = { session_id: id, generation: 1, worker_id: 'w', status: 'stopped' } as const
    expect((await worker().rpc('worker_observe', report)).data).toBe(true)
    expect(await read(id)).toMatchObject({ status: 'reconnecting', status_reason: null })
    await worker().rpc('worker_observe', { ...report, status_reason: 'replaced' })
    expect(await read(id)).toMatchObject({ status: 'stopped', status_reason: 'replaced' })
  })

  it('does not undo a link when it is late and speaks of the time before', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    await worker().rpc('worker_linked', { session_id: id, generation: 1, worker_id: 'w', phone_number: '4911' })
    const late = { session_id: id, generation: 1, worker_id: 'w', status: 'connecting', status_reason: 'link_expired' } as const
    expect((await worker().rpc('worker_observe', late)).data).toBe(true)
    expect(await read(id)).toMatchObject({ status: 'reconnecting', status_reason: null })
  })

  it('is stopped when that is what is wanted', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'connected', desired: 'stopped' })
    await worker().rpc('worker_observe', { session_id: id, generation: 1, worker_id: 'w', status: 'stopped' })
    expect(await read(id)).toMatchObject({ status: 'stopped', status_reason: null })
  })

  it('is stored once: what people changed since is not undone when it is sent again after a lost answer', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'connected' })
    const word = {
      session_id: id,
      generation: 1,
      worker_id: 'w',
      status: 'stopped',
      status_reason: 'replaced',
      boot_id: 'a',
      sequence: 7,
    } as const
    await worker().rpc('worker_observe', word)
    await cast.admin.client.rpc('start_session', { session_id: id })
    expect((await worker().rpc('worker_observe', word)).data).toBe(true)
    expect(await read(id)).toMatchObject({ status: 'reconnecting', status_reason: null, desired: 'online' })
    await worker().rpc('worker_observe', { ...word, sequence: 8 })
    expect(await read(id)).toMatchObject({ status: 'stopped', status_reason: 'replaced', observed_boot: 'a', observed_sequence: 8 })
  })

  it('is not stored over what was observed later, but is by another process, which counts anew', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'reconnecting' })
    const word = { session_id: id, generation: 1, worker_id: 'w', boot_id: 'a' } as const
    await worker().rpc('worker_observe', { ...word, status: 'connected', sequence: 9 })
    const late = await worker().rpc('worker_observe', { ...word, status: 'reconnecting', sequence: 8 })
    expect([late.data, (await read(id))?.status]).toEqual([true, 'connected'])
    await worker().rpc('worker_observe', { ...word, boot_id: 'b', status: 'reconnecting', sequence: 1 })
    expect((await read(id))?.status).toBe('reconnecting')
  })

  it('says that the row is gone or newer also when it was stored before', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'connected' })
    const word = { session_id: id, generation: 1, worker_id: 'w', status: 'stopped', boot_id: 'a', sequence: 7 } as const
    await worker().rpc('worker_observe', word)
    await cast.admin.client.rpc('reset_session', { session_id: id })
    expect((await worker().rpc('worker_observe', word)).data).toBe(false)
  })

  it('cannot be a reason that nobody knows', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    const reason = 'tired' as Database['public']['Enums']['status_reason']
    const { status } = await worker().rpc('worker_observe', {
      session_id: id,
      generation: 1,
      worker_id: 'w',
      status: 'connecting',
      status_reason: reason,
    })
    expect(status).toBe(400)
  })
})

describe('a stamp', () => {
  it('keeps a link from being stale, and says nothing when it is late and the link is no more', async () => {
    const linking = await cast.db.insertSession(cast.acme, { last_active_at: linkedAt })
    const reset = await cast.db.insertSession(cast.acme, { status: 'disconnected', last_active_at: linkedAt })
    await worker().rpc('worker_touch', { session_ids: [linking.id, reset.id, crypto.randomUUID()] })
    const stamped = await Promise.all([linking, reset].map(async ({ id }) => Date.parse((await read(id))?.last_active_at ?? '')))
    expect(stamped.map((at) => at === Date.parse(linkedAt))).toEqual([false, true])
  })
})

describe('a link that succeeds', () => {
  it('is stored once, and said again when asked again', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    const link = { session_id: id, generation: 1, worker_id: 'worker-1', phone_number: '4911' }
    const first = await worker().rpc('worker_linked', link)
    expect(await read(id)).toMatchObject({ status: 'reconnecting', phone_number: '4911', worker_id: 'worker-1' })
    await worker().rpc('worker_observe', { session_id: id, generation: 1, worker_id: 'worker-1', status: 'connected' })
    const again = await worker().rpc('worker_linked', link)
    expect([first.data, again.data, (await read(id))?.status]).toEqual([true, true, 'connected'])
  })

  it('is refused when the row is gone, newer or not linking', async () => {
    const reset = await cast.db.insertSession(cast.acme, { status: 'disconnected', generation: 2, linked_at: linkedAt })
    const relinking = await cast.db.insertSession(cast.acme, { generation: 2 })
    const link = { worker_id: 'worker-1', phone_number: '4911' }
    const gone = await worker().rpc('worker_linked', { ...link, session_id: crypto.randomUUID(), generation: 1 })
    const older = await worker().rpc('worker_linked', { ...link, session_id: reset.id, generation: 1 })
    const unasked = await worker().rpc('worker_linked', { ...link, session_id: reset.id, generation: 2 })
    const late = await worker().rpc('worker_linked', { ...link, session_id: relinking.id, generation: 1 })
    expect([gone.data, older.data, unasked.data, late.data]).toEqual([false, false, false, false])
    expect([(await read(reset.id))?.status, (await read(relinking.id))?.status]).toEqual(['disconnected', 'connecting'])
  })
})

describe('a link that is lost', () => {
  it('leaves a disconnected session of the next generation and an order for the rest', async () => {
    const { id } = await cast.db.insertSession(cast.acme, {
      status: 'connected',
      generation: 2,
      phone_number: '4911',
      worker_id: 'worker-1',
    })
    const { data } = await worker().rpc('worker_unlinked', { session_id: id, generation: 2, status_reason: 'unlinked_from_phone' })
    const order = ClearOrder.parse(data)
    expect(order).toMatchObject({ session_id: id, max_generation: 2, reason: 'unlinked' })
    expect(await read(id)).toMatchObject({
      status: 'disconnected',
      status_reason: 'unlinked_from_phone',
      generation: 3,
      desired: 'stopped',
    })
    const again = await worker().rpc('worker_unlinked', { session_id: id, generation: 2, status_reason: 'unlinked_from_phone' })
    expect(ClearOrder.parse(again.data).id).toBe(order.id)
    expect(await ordersOf(cast, id)).toHaveLength(1)
  })

  it('is nothing when a reset came first', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'connected' })
    await cast.admin.client.rpc('reset_session', { session_id: id })
    const { data, error } = await worker().rpc('worker_unlinked', { session_id: id, generation: 1, status_reason: 'unlinked_from_phone' })
    expect([data, error]).toEqual([null, null])
    expect(await ordersOf(cast, id)).toHaveLength(1)
  })
})

describe('an order', () => {
  const order = async () => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'stopped' })
    const { data } = await cast.admin.client.rpc('reset_session', { session_id: id })
    return { sessionId: id, orderId: data ?? '' }
  }

  it('keeps its first receipt, and answers with it ever after', async () => {
    const { sessionId, orderId } = await order()
    const first = await worker().rpc('worker_complete_order', { order_id: orderId, receipt: { orderId, note: 'first' } })
    const second = await worker().rpc('worker_complete_order', { order_id: orderId, receipt: { orderId, note: 'second' } })
    expect([first.data, second.data]).toEqual([
      { orderId, note: 'first' },
      { orderId, note: 'first' },
    ])
    const [row] = await ordersOf(cast, sessionId)
    expect(row?.completed_at).toBeInstanceOf(Date)
  })

  it('takes no receipt of another order, and one that does not exist none at all', async () => {
    const { sessionId, orderId } = await order()
    const wrong = await worker().rpc('worker_complete_order', { order_id: orderId, receipt: { orderId: crypto.randomUUID() } })
    const missing = crypto.randomUUID()
    const none = await worker().rpc('worker_complete_order', { order_id: missing, receipt: { orderId: missing } })
    expect([wrong.error?.message, none.error?.message, none.status]).toEqual(['invalid_input', 'order_missing', 409])
    expect((await ordersOf(cast, sessionId))[0]?.completed_at).toBeNull()
  })

  it('counts what failed and keeps the last error until it is done', async () => {
    const { sessionId, orderId } = await order()
    await worker().rpc('worker_fail_order', { order_id: orderId, error: 'no space' })
    await worker().rpc('worker_fail_order', { order_id: orderId, error: 'x'.repeat(1000) })
    expect(await ordersOf(cast, sessionId)).toMatchObject([{ attempts: 2, last_error: 'x'.repeat(500), completed_at: null }])
    await worker().rpc('worker_complete_order', { order_id: orderId, receipt: { orderId } })
    await worker().rpc('worker_fail_order', { order_id: orderId, error: 'late' })
    expect(await ordersOf(cast, sessionId)).toMatchObject([{ attempts: 2, last_error: null }])
  })
})

describe('a wrong key', () => {
  it.each(['the public key', "an admin's token", 'a forged key'])('is an error and never an empty answer: %s', async (which) => {
    const forged = createClient<Database>(cast.db.url, `${cast.db.serviceRoleKey}x`, { auth: { persistSession: false } })
    const client = which === 'the public key' ? cast.db.anon : which === 'a forged key' ? forged : cast.admin.client
    const answers = [
      await client.rpc('worker_snapshot'),
      await client.rpc('worker_look', { session_id: crypto.randomUUID() }),
      await client.rpc('worker_heartbeat', { worker_id: 'w', url: 'http://x', version: '0', capacity: 1, session_count: 0 }),
      await client.rpc('worker_touch', { session_ids: [] }),
      await client.rpc('worker_observe', { session_id: crypto.randomUUID(), generation: 1, worker_id: 'w', status: 'connected' }),
      await client.rpc('worker_linked', { session_id: crypto.randomUUID(), generation: 1, worker_id: 'w', phone_number: '1' }),
      await client.rpc('worker_unlinked', { session_id: crypto.randomUUID(), generation: 1, status_reason: 'banned' }),
      await client.rpc('worker_complete_order', { order_id: crypto.randomUUID(), receipt: {} }),
      await client.rpc('worker_fail_order', { order_id: crypto.randomUUID(), error: 'e' }),
    ]
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => (which === "an admin's token" ? 403 : 401)))
    expect(answers.every((answer) => answer.error !== null && answer.data === null)).toBe(true)
  })
})

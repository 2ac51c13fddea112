import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ordersOf, startWithCast, type Cast } from './cast.ts'
import { interleave, speakAs, speakAsWorker } from './interleave.ts'

let cast: Cast
beforeAll(async () => void (cast = await startWithCast()))
afterAll(() => cast.db.stop())

type Outcome = { outcome: string; order_id: string | null }
const cancel = async (id: string) => (await cast.admin.client.rpc('cancel_link', { session_id: id })).data as Outcome

describe('cancelling a link', () => {
  it('deletes a row that was never linked and orders what it left away', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { display_name: 'Sales' })
    const answer = await cancel(id)
    const [order] = await ordersOf(cast, id)
    expect(answer).toEqual({ outcome: 'deleted', order_id: order?.id })
    expect(order).toMatchObject({ reason: 'cancel', max_generation: 1, label: 'Sales', requested_by: cast.admin.id })
  })

  it('answers a second time with the order on record', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    const first = await cancel(id)
    expect(await cancel(id)).toEqual({ outcome: 'gone', order_id: first.order_id })
  })

  it('tells a stranger nothing about that order', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    await cancel(id)
    const { data } = await cast.rival.client.rpc('cancel_link', { session_id: id })
    expect(data).toEqual({ outcome: 'gone', order_id: null })
  })

  it('puts a session that was linked before back to disconnected, in the next generation', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { generation: 2, linked_at: '2026-01-01T00:00:00Z' })
    const answer = await cancel(id)
    const [order] = await ordersOf(cast, id)
    expect(answer).toEqual({ outcome: 'disconnected', order_id: order?.id })
    expect(order).toMatchObject({ reason: 'cancel', max_generation: 2 })
    const { data } = await cast.admin.client.from('whatsapp_sessions').select().eq('id', id).single()
    expect(data).toMatchObject({ status: 'disconnected', status_reason: 'link_cancelled', generation: 3, desired: 'stopped' })
    expect(await cancel(id)).toEqual(answer)
  })

  it('answers with its own order, though it was asked before another one that it waited for', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'disconnected', desired: 'stopped' })
    const answer = await cast.db.sql.begin(async (tx) => {
      await speakAs(tx, cast.admin.id)
      await cast.owner.client.rpc('start_session', { session_id: id }).throwOnError()
      const [row] = await tx<{ answer: Outcome }[]>`select public.cancel_link(${id}) as answer`
      return row?.answer
    })
    const own = (await ordersOf(cast, id)).find((order) => order.reason === 'cancel')
    expect(own?.max_generation).toBe(2)
    expect(answer).toEqual({ outcome: 'deleted', order_id: own?.id })
  })

  it.each(['connected', 'reconnecting', 'stopped'] as const)('changes nothing when the session is %s', async (status) => {
    const { id } = await cast.db.insertSession(cast.acme, { status })
    expect(await cancel(id)).toEqual({ outcome: 'already_connected', order_id: null })
    expect(await ordersOf(cast, id)).toEqual([])
  })
})

describe('cancelling while the phone scans', () => {
  const linked =
    (id: string, generation = 1) =>
    async (tx: Parameters<typeof speakAs>[0]) => {
      await speakAsWorker(tx)
      const [row] = await tx<{ ok: boolean }[]>`select public.worker_linked(${id}, ${generation}, 'worker-1', '4911') as ok`
      return row?.ok
    }
  const cancelled = (id: string) => async (tx: Parameters<typeof speakAs>[0]) => {
    await speakAs(tx, cast.admin.id)
    const [row] = await tx<{ answer: Outcome }[]>`select public.cancel_link(${id}) as answer`
    return row?.answer.outcome
  }

  it('lets the cancel win that came first: the scan is told to unlink and clear', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    expect(await interleave(cast.db.sql, cancelled(id), linked(id))).toEqual(['deleted', false])
    expect(await ordersOf(cast, id)).toMatchObject([{ reason: 'cancel' }])
  })

  it('lets the scan win that came first: the cancel says that it is connected', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    expect(await interleave(cast.db.sql, linked(id), cancelled(id))).toEqual([true, 'already_connected'])
    expect(await ordersOf(cast, id)).toEqual([])
  })

  it('fences the scan of a session that was linked before', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { generation: 2, linked_at: '2026-01-01T00:00:00Z' })
    expect(await interleave(cast.db.sql, cancelled(id), linked(id, 2))).toEqual(['disconnected', false])
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from './support/eventually.ts'
import type { FaultyRoad } from './support/faulty-road.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

let world: World
let road: FaultyRoad
let worker: TestWorker
beforeAll(async () => {
  world = await startWorld()
  road = await world.road()
  worker = await world.startWorker({ SUPABASE_URL: road.url })
})
afterAll(() => world.stop())

const clearNow = (id: string, orderId: string) =>
  worker.call('POST', `/api/sessions/${id}/clear`, { sessionId: id, body: JSON.stringify({ orderId }) })

describe('a clear that is asked for while a pass carries it out', () => {
  it.each(['reset', 'deleted'] as const)(
    'is answered with its receipt, although the database holds the order open no more: %s (CLR-6, CLR-10)',
    async (how) => {
      const { id } = await world.link(worker)
      if (how === 'deleted') {
        await world.rpc('stop_session', { session_id: id })
        await world.until(id, 'stopped', null)
      }
      const { promise: released, resolve: release } = Promise.withResolvers<void>()
      road.faults.edit = (name, answer) => (name === 'worker_complete_order' ? released.then(() => answer) : answer)
      if (how === 'reset') await world.rpc('reset_session', { session_id: id })
      else await world.deleteRow(id)
      // The database has the receipt, and the worker has not heard so.
      const orderId = await eventually(async () => {
        const [order] = await world.database.sql<{ id: string }[]>`
          select id from public.whatsapp_clearances where session_id = ${id} and completed_at is not null`
        if (!order) throw new Error('not carried out yet')
        return order.id
      })
      const asked = road.faults.calls.filter((name) => name === 'worker_look').length
      const answer = clearNow(id, orderId)
      await eventually(() => expect(road.faults.calls.filter((name) => name === 'worker_look').length).toBeGreaterThan(asked))
      setTimeout(release, 200)
      expect(await answer).toMatchObject({ status: 200, body: { orderId, sessionId: id, verifiedAbsent: true } })
      road.faults.edit = null
    },
  )
})

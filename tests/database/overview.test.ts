import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { HEARTBEAT_STALE_SECONDS } from '#domain/routes.ts'
import { SESSION_STATES } from '#domain/session.ts'
import { startWithCast, workerIsAlive, workerWentSilent, type Cast } from './cast.ts'

let cast: Cast
beforeAll(async () => void (cast = await startWithCast()))
afterAll(() => cast.db.stop())
beforeEach(() => cast.db.sql`truncate public.whatsapp_workers`)

const effective = async (id: string) =>
  (await cast.agent.client.from('whatsapp_session_overview').select('effective_status').eq('id', id).single()).data?.effective_status

describe('effective_status', () => {
  it.each(SESSION_STATES)('is %s while the worker is alive', async (status) => {
    await workerIsAlive(cast)
    const { id } = await cast.db.insertSession(cast.acme, { status, worker_id: 'worker-1' })
    expect(await effective(id)).toBe(status)
  })

  it.each([
    ['connecting', 'worker_offline'],
    ['connected', 'worker_offline'],
    ['reconnecting', 'worker_offline'],
    ['stopped', 'stopped'],
    ['disconnected', 'disconnected'],
  ] as const)('of a session that is %s is %s when its worker is dead, though another lives', async (status, expected) => {
    await workerIsAlive(cast)
    await workerIsAlive(cast, 'worker-2')
    const { id } = await cast.db.insertSession(cast.acme, { status, worker_id: 'worker-1' })
    await workerWentSilent(cast, HEARTBEAT_STALE_SECONDS + 1)
    expect(await effective(id)).toBe(expected)
  })

  it('turns at the age that domain/routes.ts names', async () => {
    await workerIsAlive(cast)
    const { id } = await cast.db.insertSession(cast.acme, { status: 'connected', worker_id: 'worker-1' })
    await workerWentSilent(cast, HEARTBEAT_STALE_SECONDS - 3)
    const before = [await effective(id), (await cast.agent.client.rpc('worker_online')).data]
    await workerWentSilent(cast, HEARTBEAT_STALE_SECONDS + 1)
    const after = [await effective(id), (await cast.agent.client.rpc('worker_online')).data]
    expect([before, after]).toEqual([
      ['connected', true],
      ['worker_offline', false],
    ])
  })

  it('turns when the page was told that it would: when the first of the workers that are online falls silent', async () => {
    const silenceIn = async () => (await cast.agent.client.rpc('worker_silence_in')).data
    const without = await silenceIn()
    await workerIsAlive(cast)
    await workerWentSilent(cast, 20)
    await workerIsAlive(cast, 'worker-2')
    const first = await silenceIn()
    await workerWentSilent(cast, HEARTBEAT_STALE_SECONDS + 1)
    const second = await silenceIn()
    expect(without).toBeNull()
    expect([first, second].map((seconds) => Math.ceil(Number(seconds) / 10))).toEqual([1, 3])
  })

  it('of a session that no worker has taken up tells whether there is any worker', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    const without = await effective(id)
    await workerIsAlive(cast)
    expect([without, await effective(id)]).toEqual(['worker_offline', 'connecting'])
  })
})

describe('clearing', () => {
  it('is true from the order to its receipt, for agents too', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'connected' })
    const clearing = async () =>
      (await cast.agent.client.from('whatsapp_session_overview').select('clearing').eq('id', id).single()).data?.clearing
    const before = await clearing()
    const { data: orderId } = await cast.admin.client.rpc('reset_session', { session_id: id })
    const during = await clearing()
    await cast.db.service.rpc('worker_complete_order', { order_id: orderId ?? '', receipt: { orderId } })
    expect([before, during, await clearing()]).toEqual([false, true, false])
  })
})

describe('the overview', () => {
  it('shows a person their organisations and nothing else', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    const seen = async (who: Cast['owner']) => (await who.client.from('whatsapp_session_overview').select('id').eq('id', id)).data?.length
    expect(await Promise.all([cast.owner, cast.admin, cast.agent, cast.rival, cast.loner].map(seen))).toEqual([1, 1, 1, 0, 0])
    expect((await cast.db.anon.from('whatsapp_session_overview').select('id')).status).toBe(401)
  })

  it('hides from people how workers are reached', async () => {
    await workerIsAlive(cast)
    const answers = await Promise.all([cast.owner.client, cast.db.anon].map((client) => client.from('whatsapp_workers').select()))
    expect(answers.map((answer) => answer.error?.code)).toEqual(['42501', '42501'])
    expect((await cast.db.service.from('whatsapp_workers').select('id')).data).toEqual([{ id: 'worker-1' }])
  })
})

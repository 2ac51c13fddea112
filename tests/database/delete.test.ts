import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ordersOf, startWithCast, workerIsAlive, workerWentSilent, type Cast } from './cast.ts'
import { interleave, speakAs, speakAsWorker } from './interleave.ts'

let cast: Cast
beforeAll(async () => void (cast = await startWithCast()))
afterAll(() => cast.db.stop())

const remove = async (who: Cast['owner'], id: string) =>
  (await who.client.from('whatsapp_sessions').delete().eq('id', id).select('id')).data?.length

describe('deleting a session', () => {
  it.each(['connecting', 'reconnecting', 'stopped', 'disconnected'] as const)('that is %s leaves an order to clear it', async (status) => {
    const session = await cast.db.insertSession(cast.acme, { status, generation: 2, phone_number: '4911', display_name: 'Sales' })
    expect(await remove(cast.admin, session.id)).toBe(1)
    expect(await ordersOf(cast, session.id)).toMatchObject([
      { reason: 'delete', max_generation: 2, phone_number: '4911', label: 'Sales', requested_by: cast.admin.id, completed_at: null },
    ])
  })

  it('is refused to agents, strangers and the public', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    expect(await Promise.all([cast.agent, cast.rival, cast.loner].map((who) => remove(who, id)))).toEqual([0, 0, 0])
    expect((await cast.db.anon.from('whatsapp_sessions').delete().eq('id', id)).error?.code).toBe('42501')
    expect(await ordersOf(cast, id)).toEqual([])
  })

  it('is refused while the session is online, and allowed when its worker is dead', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'connected', worker_id: 'worker-1' })
    await workerIsAlive(cast)
    expect(await remove(cast.owner, id)).toBe(0)
    await workerWentSilent(cast, 31)
    expect(await remove(cast.owner, id)).toBe(1)
    expect(await ordersOf(cast, id)).toMatchObject([{ reason: 'delete', worker_id: 'worker-1' }])
  })

  it('is refused when the session comes online at the same moment', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'reconnecting', worker_id: 'worker-1' })
    await workerIsAlive(cast)
    const [observed, deleted] = await interleave(
      cast.db.sql,
      async (tx) => {
        await speakAsWorker(tx)
        const [row] = await tx<{ ok: boolean }[]>`select public.worker_observe(${id}, 1, 'worker-1', 'connected') as ok`
        return row?.ok
      },
      async (tx) => {
        await speakAs(tx, cast.admin.id)
        return (await tx`delete from public.whatsapp_sessions where id = ${id} returning id`).length
      },
    )
    expect([observed, deleted]).toEqual([true, 0])
  })
})

describe('deleting an organisation', () => {
  it('takes its sessions, online ones too, and leaves an order for each', async () => {
    const id = await cast.db.createOrganization('Shortlived', { owner: cast.loner })
    await workerIsAlive(cast)
    const sessions = [
      await cast.db.insertSession(id),
      await cast.db.insertSession(id, { status: 'connected', worker_id: 'worker-1', phone_number: '4922' }),
    ]
    const other = await cast.db.insertSession(cast.globex)
    const { data } = await cast.loner.client.from('organizations').delete().eq('id', id).select('id')
    expect(data).toEqual([{ id }])
    const orders = await Promise.all(sessions.map((session) => ordersOf(cast, session.id)))
    expect(orders.flat()).toMatchObject([
      { organization_id: id, reason: 'delete', requested_by: cast.loner.id },
      { organization_id: id, reason: 'delete', phone_number: '4922' },
    ])
    expect(await ordersOf(cast, other.id)).toEqual([])
    const snapshot = (await cast.db.service.rpc('worker_snapshot')).data as { sessions: { id: string }[] }
    expect(snapshot.sessions.map((session) => session.id)).not.toContain(sessions[1]?.id)
  })
})

describe('the orders', () => {
  it('are read by owners and admins of the organisation only', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    await remove(cast.admin, id)
    const seen = async (who: Cast['owner']) => (await who.client.from('whatsapp_clearances').select('id').eq('session_id', id)).data?.length
    expect(await Promise.all([cast.owner, cast.admin, cast.agent, cast.rival, cast.loner].map(seen))).toEqual([1, 1, 0, 0, 0])
    expect((await cast.db.anon.from('whatsapp_clearances').select('id')).error?.code).toBe('42501')
  })

  it('are written by nobody: not by a person, and not with the service key', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    await remove(cast.admin, id)
    const row = { organization_id: cast.acme, session_id: id, max_generation: 9, reason: 'delete' as const }
    const errors = []
    for (const client of [cast.owner.client, cast.db.service]) {
      errors.push((await client.from('whatsapp_clearances').insert(row)).error?.code)
      errors.push((await client.from('whatsapp_clearances').update({ max_generation: 9 }).eq('session_id', id)).error?.code)
      errors.push((await client.from('whatsapp_clearances').delete().eq('session_id', id)).error?.code)
    }
    expect(errors).toEqual(Array.from({ length: 6 }, () => '42501'))
  })
})

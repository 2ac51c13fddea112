import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startWithCast, workerIsAlive, type Cast } from './cast.ts'

let cast: Cast
beforeAll(async () => void (cast = await startWithCast()))
afterAll(() => cast.db.stop())

const timeline = async (who: Cast['owner'], id: string) =>
  (await who.client.from('whatsapp_session_events').select('kind, detail').eq('session_id', id).order('id')).data

describe('the timeline', () => {
  it('tells the life of a session from its row to its receipt', async () => {
    const { data: session } = await cast.admin.client.rpc('create_session', { organization_id: cast.acme })
    const id = session?.id ?? ''
    const seen = { session_id: id, generation: 1, worker_id: 'worker-1' }
    await cast.db.service.rpc('worker_linked', { ...seen, phone_number: '4911' })
    await cast.db.service.rpc('worker_observe', { ...seen, status: 'connected' })
    await cast.db.service.rpc('worker_observe', { ...seen, status: 'connected' })
    await cast.db.service.rpc('worker_observe', { ...seen, status: 'reconnecting', status_reason: 'connection_lost' })
    await cast.admin.client.from('whatsapp_sessions').delete().eq('id', id)
    const [order] = await cast.db.sql<{ id: string }[]>`select id from public.whatsapp_clearances where session_id = ${id}`
    await cast.db.service.rpc('worker_complete_order', {
      order_id: order?.id ?? '',
      receipt: { orderId: order?.id ?? '', remoteUnlink: 'confirmed' },
    })
    expect(await timeline(cast.agent, id)).toMatchObject([
      { kind: 'created', detail: { status: 'connecting', by: cast.admin.id } },
      { kind: 'status', detail: { from: 'connecting', to: 'reconnecting', by: null } },
      { kind: 'status', detail: { from: 'reconnecting', to: 'connected' } },
      { kind: 'status', detail: { from: 'connected', to: 'reconnecting', reason: 'connection_lost' } },
      { kind: 'deleted', detail: { status: 'reconnecting', by: cast.admin.id } },
      { kind: 'clear_ordered', detail: { reason: 'delete', order_id: order?.id, by: cast.admin.id } },
      { kind: 'cleared', detail: { reason: 'delete', order_id: order?.id, remote_unlink: 'confirmed' } },
    ])
  })

  it('is read by the members of the organisation only', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    const seen = await Promise.all([cast.owner, cast.admin, cast.agent, cast.rival, cast.loner].map((who) => timeline(who, id)))
    expect(seen.map((rows) => rows?.length)).toEqual([1, 1, 1, 0, 0])
    expect((await cast.db.anon.from('whatsapp_session_events').select('id')).status).toBe(401)
  })

  it('is changed by nobody', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    const row = { organization_id: cast.acme, session_id: id, kind: 'made up' }
    const codes = []
    for (const client of [cast.owner.client, cast.db.service]) {
      codes.push((await client.from('whatsapp_session_events').insert(row)).error?.code)
      codes.push((await client.from('whatsapp_session_events').update({ kind: 'x' }).eq('session_id', id)).error?.code)
      codes.push((await client.from('whatsapp_session_events').delete().eq('session_id', id)).error?.code)
    }
    expect(codes).toEqual(Array.from({ length: 6 }, () => '42501'))
  })

  it('is kept for 90 days', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    const add = (days: number) => cast.db.sql`
      insert into public.whatsapp_session_events (organization_id, session_id, kind, at)
      values (${cast.acme}, ${id}, ${`${days} days old`}, now() - make_interval(days => ${days}))`
    await add(89)
    await add(91)
    await workerIsAlive(cast)
    expect((await timeline(cast.owner, id))?.map((event) => event.kind)).toEqual(['created', '89 days old'])
  })
})

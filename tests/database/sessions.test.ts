import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '#domain/database.types.ts'
import { ordersOf, startWithCast, type Cast } from './cast.ts'

let cast: Cast
beforeAll(async () => void (cast = await startWithCast()))
afterAll(() => cast.db.stop())

const read = async (id: string) => {
  const { data, error } = await cast.owner.client.from('whatsapp_sessions').select().eq('id', id).single()
  if (error) throw error
  return data
}

describe('connecting a device', () => {
  it('gives an admin a row of generation 1 that waits to be linked', async () => {
    const { data, error } = await cast.admin.client.rpc('create_session', { organization_id: cast.acme, display_name: ' Sales ' })
    expect(error).toBeNull()
    expect(data).toMatchObject({
      organization_id: cast.acme,
      display_name: 'Sales',
      desired: 'online',
      generation: 1,
      status: 'connecting',
      status_reason: null,
      linked_at: null,
      created_by: cast.admin.id,
    })
    expect(data?.link_requested_at).not.toBeNull()
  })

  it('needs no name, and refuses one that is too long', async () => {
    const nameless = await cast.admin.client.rpc('create_session', { organization_id: cast.acme, display_name: '  ' })
    const long = await cast.admin.client.rpc('create_session', { organization_id: cast.acme, display_name: 'x'.repeat(81) })
    expect(nameless.data?.display_name).toBeNull()
    expect([long.status, long.error?.message, long.error?.details]).toEqual([400, 'invalid_input', expect.stringContaining('display_name')])
  })

  it('is refused to agents, hidden from strangers and closed to the public', async () => {
    const ask = { organization_id: cast.acme }
    const answers = await Promise.all([
      cast.agent.client.rpc('create_session', ask),
      cast.rival.client.rpc('create_session', ask),
      cast.loner.client.rpc('create_session', ask),
      cast.db.anon.rpc('create_session', ask),
    ])
    expect(answers.map((answer) => [answer.status, answer.error?.message])).toEqual([
      [403, 'forbidden'],
      [404, 'not_found'],
      [404, 'not_found'],
      [401, 'permission denied for function create_session'],
    ])
  })
})

describe('who sees a session', () => {
  it('are the members of its organisation and nobody else', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    const seen = async (who: Cast['owner']) => (await who.client.from('whatsapp_sessions').select('id').eq('id', id)).data?.length
    expect(await Promise.all([cast.owner, cast.admin, cast.agent, cast.rival, cast.loner].map(seen))).toEqual([1, 1, 1, 0, 0])
    const anon = await cast.db.anon.from('whatsapp_sessions').select('id')
    expect([anon.status, anon.error?.code]).toEqual([401, '42501'])
  })
})

describe('changing a row by hand', () => {
  it('lets admins rename and agents not', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { display_name: 'Sales' })
    const rename = (who: Cast['owner'], name: string) =>
      who.client.from('whatsapp_sessions').update({ display_name: name }).eq('id', id).select('display_name')
    const byAgent = await rename(cast.agent, 'a')
    const byRival = await rename(cast.rival, 'r')
    const byAdmin = await rename(cast.admin, 'Support')
    expect([byAgent.data, byRival.data, byAdmin.data]).toEqual([[], [], [{ display_name: 'Support' }]])
  })

  type Columns = Database['public']['Tables']['whatsapp_sessions']['Update']
  it.each<Columns>([
    { status: 'connected' },
    { status_reason: 'banned' },
    { phone_number: '1' },
    { worker_id: 'w' },
    { linked_at: '2026-01-01T00:00:00Z' },
    { connected_at: '2026-01-01T00:00:00Z' },
    { last_active_at: '2026-01-01T00:00:00Z' },
    { desired: 'stopped' },
    { generation: 9 },
    { link_requested_at: '2026-01-01T00:00:00Z' },
    { organization_id: '00000000-0000-4000-8000-000000000000' },
    { created_by: null },
    { created_at: '2020-01-01T00:00:00Z' },
  ])('refuses an owner who writes %j', async (columns) => {
    const session = await cast.db.insertSession(cast.acme)
    const { status, error } = await cast.owner.client.from('whatsapp_sessions').update(columns).eq('id', session.id)
    expect([status, error?.code]).toEqual([403, '42501'])
  })

  it('lets nobody insert a row past create_session', async () => {
    const { error } = await cast.owner.client.from('whatsapp_sessions').insert({ organization_id: cast.acme })
    expect(error?.code).toBe('42501')
  })

  it('refuses a row that is linked and never was', async () => {
    await expect(cast.db.insertSession(cast.acme, { status: 'connected', linked_at: null })).rejects.toThrow(
      'linked_states_have_been_linked',
    )
  })
})

describe('start and stop', () => {
  it('wants a linked session stopped and leaves what is observed to the worker', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'connected', phone_number: '4911' })
    const { data } = await cast.admin.client.rpc('stop_session', { session_id: id })
    expect(data).toMatchObject({ desired: 'stopped', status: 'connected', generation: 1, phone_number: '4911' })
  })

  it('refuses to stop what is not linked', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    const { status, error } = await cast.admin.client.rpc('stop_session', { session_id: id })
    expect([status, error?.message]).toEqual([409, 'not_linked'])
  })

  it('starts a stopped session with the credentials it has', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'stopped', desired: 'stopped', status_reason: 'replaced' })
    const { data } = await cast.admin.client.rpc('start_session', { session_id: id })
    expect(data).toMatchObject({ desired: 'online', status: 'reconnecting', status_reason: null, generation: 1 })
    expect(await ordersOf(cast, id)).toEqual([])
  })

  it('links a disconnected session anew: what was left is ordered away and a new generation begins', async () => {
    const linkedAt = '2026-01-01T00:00:00Z'
    const { id } = await cast.db.insertSession(cast.acme, {
      status: 'disconnected',
      generation: 4,
      linked_at: linkedAt,
      phone_number: '49',
      desired: 'stopped',
    })
    const { data } = await cast.admin.client.rpc('start_session', { session_id: id })
    expect(data).toMatchObject({ desired: 'online', status: 'connecting', generation: 5, phone_number: null })
    expect(data?.link_requested_at).not.toBeNull()
    expect(await ordersOf(cast, id)).toMatchObject([{ reason: 'reset', max_generation: 4, phone_number: '49' }])
  })

  it('asks for a new link of a session that is being linked, which is not stale then', async () => {
    const long = new Date(Date.now() - 3_600_000).toISOString()
    const { id } = await cast.db.insertSession(cast.acme, { created_at: long, link_requested_at: long, status_reason: 'link_expired' })
    const { data } = await cast.admin.client.rpc('start_session', { session_id: id })
    expect(data).toMatchObject({ status: 'connecting', generation: 1, status_reason: null })
    expect(Date.parse(data?.link_requested_at ?? '')).toBeGreaterThan(Date.parse(long))
    expect((await cast.admin.client.rpc('purge_stale_sessions')).data).toEqual([])
  })

  it('takes back a stop that is under way and changes nothing else', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'connected', desired: 'stopped' })
    const { data } = await cast.admin.client.rpc('start_session', { session_id: id })
    expect(data).toMatchObject({ desired: 'online', status: 'connected', generation: 1 })
    expect(await read(id)).toMatchObject({ desired: 'online', status: 'connected' })
  })
})

describe('reset', () => {
  it('orders all generations away and begins the next in one transaction', async () => {
    const session = await cast.db.insertSession(cast.acme, {
      status: 'connected',
      generation: 3,
      phone_number: '4911',
      display_name: 'Sales',
      worker_id: 'worker-1',
    })
    const { data: orderId } = await cast.admin.client.rpc('reset_session', { session_id: session.id })
    expect(await ordersOf(cast, session.id)).toMatchObject([
      {
        id: orderId,
        organization_id: cast.acme,
        reason: 'reset',
        max_generation: 3,
        label: 'Sales',
        phone_number: '4911',
        worker_id: 'worker-1',
        requested_by: cast.admin.id,
        completed_at: null,
      },
    ])
    const [trace] = await cast.db.sql<{ same: boolean }[]>`
      select s.xmin = c.xmin as same from public.whatsapp_sessions s join public.whatsapp_clearances c on c.session_id = s.id
      where s.id = ${session.id}`
    expect(trace).toEqual({ same: true })
    const after = await read(session.id)
    expect(after).toMatchObject({ generation: 4, desired: 'stopped', status: 'disconnected', status_reason: 'reset', phone_number: null })
    expect(after.linked_at).not.toBeNull()
  })

  it('keeps a row that was never linked, which no purge takes then', async () => {
    const long = new Date(Date.now() - 3_600_000).toISOString()
    const { id } = await cast.db.insertSession(cast.acme, { created_at: long })
    await cast.admin.client.rpc('reset_session', { session_id: id })
    await cast.admin.client.rpc('purge_stale_sessions')
    expect(await read(id)).toMatchObject({ status: 'disconnected', generation: 2 })
  })
})

describe('every change of a session', () => {
  const calls = ['start_session', 'stop_session', 'reset_session', 'cancel_link'] as const

  it.each(calls)('%s is refused to an agent and to the public', async (name) => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'stopped' })
    const agent = await cast.agent.client.rpc(name, { session_id: id })
    const anon = await cast.db.anon.rpc(name, { session_id: id })
    expect([agent.status, agent.error?.message, anon.status]).toEqual([403, 'forbidden', 401])
    expect(await read(id)).toMatchObject({ status: 'stopped', desired: 'online', generation: 1 })
  })

  it.each(calls)('%s answers the same for a foreign session and for none', async (name) => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'stopped' })
    const foreign = await cast.rival.client.rpc(name, { session_id: id })
    const none = await cast.rival.client.rpc(name, { session_id: crypto.randomUUID() })
    expect([foreign.status, foreign.error, foreign.data]).toEqual([none.status, none.error, none.data])
    expect(await read(id)).toMatchObject({ status: 'stopped', generation: 1 })
  })
})

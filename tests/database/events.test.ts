import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NOTES_AT_ONCE, NOTES_OF_ONE_SESSION, TIMELINE_DAYS, TIMELINE_EVENTS, TIMELINE_LENGTH, WORKER_KINDS } from '#domain/events.ts'
import type { WorkerKind } from '#domain/events.ts'
import { startWithCast, workerIsAlive, type Cast } from './cast.ts'

let cast: Cast
beforeAll(async () => void (cast = await startWithCast()))
afterAll(() => cast.db.stop())

const timeline = async (who: Cast['owner'], id: string) =>
  (await who.client.from('whatsapp_session_events').select('kind, detail').eq('session_id', id).order('id')).data

const countOf = async (id: string) => {
  const [row] = await cast.db.sql<{ count: number }[]>`
    select count(*)::int as count from public.whatsapp_session_events where session_id = ${id}`
  return row?.count
}

type Note = { sequence: number; sessionId: string; kind: WorkerKind; detail: object; agoMs: number }
const note = (boot: string, events: object[], by = cast.db.service) =>
  by.rpc('worker_note', { boot_id: boot, events: events as never }).then(({ error }) => error?.code ?? 'stored')
const closed = (sessionId: string, sequence: number, code = 428): Note => ({
  sequence,
  sessionId,
  kind: 'connection_closed',
  detail: { code, reason: 'connection_lost', retryInMs: 100 + sequence },
  agoMs: 0,
})
let boots = 0
const newBoot = () => `boot-${(boots += 1)}`

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
    const row = { organization_id: cast.acme, session_id: id, kind: 'created' as const }
    const codes = []
    for (const client of [cast.owner.client, cast.db.service]) {
      codes.push((await client.from('whatsapp_session_events').insert(row)).error?.code)
      codes.push((await client.from('whatsapp_session_events').update({ kind: 'deleted' }).eq('session_id', id)).error?.code)
      codes.push((await client.from('whatsapp_session_events').delete().eq('session_id', id)).error?.code)
    }
    expect(codes).toEqual(Array.from({ length: 6 }, () => '42501'))
  })

  it('is kept for 90 days', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    const add = (days: number) => cast.db.sql`
      insert into public.whatsapp_session_events (organization_id, session_id, kind, detail, at)
      values (${cast.acme}, ${id}, 'linked', ${cast.db.sql.json({ days })}, now() - make_interval(days => ${days}))`
    await add(TIMELINE_DAYS - 1)
    await add(TIMELINE_DAYS + 1)
    await workerIsAlive(cast)
    expect((await timeline(cast.owner, id))?.map(({ detail }) => detail)).toMatchObject([
      { status: 'connecting' },
      { days: TIMELINE_DAYS - 1 },
    ])
  })

  it('says who asked for what where no status tells of it', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'connected' })
    await cast.admin.client.from('whatsapp_sessions').update({ display_name: 'Front desk' }).eq('id', id)
    await cast.admin.client.rpc('stop_session', { session_id: id })
    await cast.owner.client.rpc('start_session', { session_id: id })
    await cast.owner.client.rpc('start_session', { session_id: id })
    const { data: waiting } = await cast.admin.client.rpc('create_session', { organization_id: cast.acme })
    await cast.owner.client.rpc('start_session', { session_id: waiting?.id ?? '' })
    expect((await timeline(cast.agent, id))?.slice(1)).toEqual([
      { kind: 'renamed', detail: { from: null, to: 'Front desk', by: cast.admin.id } },
      { kind: 'stop_requested', detail: { by: cast.admin.id } },
      { kind: 'start_requested', detail: { by: cast.owner.id } },
    ])
    expect((await timeline(cast.agent, waiting?.id ?? ''))?.slice(1)).toEqual([{ kind: 'link_requested', detail: { by: cast.owner.id } }])
  })

  it('holds what domain/events.ts says of each kind', async () => {
    const events = (await cast.owner.client.from('whatsapp_session_events').select('kind, detail')).data ?? []
    const wrong = events.filter(({ kind, detail }) => kind !== 'linked' && !TIMELINE_EVENTS[kind].safeParse(detail).success)
    expect(events.length).toBeGreaterThan(10)
    expect(wrong).toEqual([])
  })

  it('never has more than 500 entries, however much is written, and by how many at once', async () => {
    const { id } = await cast.db.insertSession(cast.acme, { status: 'connected' })
    const rename = (from: number) =>
      cast.db.sql`do ${cast.db.sql.unsafe(`$$ begin
      for i in ${from}..${from + 999} loop update public.whatsapp_sessions set display_name = 'name ' || i where id = '${id}'; commit; end loop;
    end $$`)}`
    const notes = async () => {
      const boot = newBoot()
      for (let at = 0; at < 1000; at += NOTES_AT_ONCE) {
        const kinds = Array.from({ length: NOTES_AT_ONCE }, (_, i) => ({ ...closed(id, at + i + 1), kind: 'link_attempt' }))
        expect(await note(boot, kinds)).toBe('stored')
      }
    }
    const seen: number[] = []
    const work = Promise.all([rename(1), rename(1001), notes(), notes()]).then(() => 'done')
    while ((await Promise.race([work, countOf(id)])) !== 'done') seen.push((await countOf(id)) ?? 0)
    expect(Math.max(...seen)).toBeLessThanOrEqual(TIMELINE_LENGTH)
    expect(await countOf(id)).toBeLessThanOrEqual(TIMELINE_LENGTH)
    expect(await countOf(id)).toBeGreaterThan(300)
    const [newest] = await cast.db.sql<{ name: string }[]>`
      select detail ->> 'to' as name from public.whatsapp_session_events where session_id = ${id} and kind = 'renamed' order by id desc limit 1`
    expect(newest?.name).toMatch(/^name (1000|2000)$/)
  })
})

describe('what the worker notes', () => {
  it('is in the timeline once, however often it is sent, at the time when it happened', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    const boot = newBoot()
    const first = [{ sequence: 1, sessionId: id, kind: 'link_attempt', detail: {}, agoMs: 60_000 }, closed(id, 2)]
    expect(await note(boot, first)).toBe('stored')
    expect(await note(boot, first)).toBe('stored')
    expect(await note(boot, [...first, { ...closed(id, 3, 503), agoMs: -5 }])).toBe('stored')
    expect((await timeline(cast.agent, id))?.slice(1)).toEqual([
      { kind: 'link_attempt', detail: {} },
      { kind: 'connection_closed', detail: { code: 428, reason: 'connection_lost', retryInMs: 102 } },
      { kind: 'connection_closed', detail: { code: 503, reason: 'connection_lost', retryInMs: 103 } },
    ])
    const [ages] = await cast.db.sql<{ attempt: number; newest: number }[]>`
      select max(extract(epoch from now() - at)) filter (where kind = 'link_attempt')::float8 as attempt,
        min(extract(epoch from now() - at))::float8 as newest
      from public.whatsapp_session_events where session_id = ${id}`
    expect(ages?.attempt).toBeGreaterThanOrEqual(60)
    expect(ages?.newest).toBeGreaterThanOrEqual(0)
  })

  it('is one entry with a count where the same happens again within a minute', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    const boot = newBoot()
    await note(
      boot,
      Array.from({ length: 15 }, (_, i) => closed(id, i + 1)),
    )
    await note(boot, [closed(id, 16, 503), closed(id, 17)])
    expect((await timeline(cast.agent, id))?.slice(1)).toEqual([
      { kind: 'connection_closed', detail: { code: 428, reason: 'connection_lost', retryInMs: 117, count: 16 } },
      { kind: 'connection_closed', detail: { code: 503, reason: 'connection_lost', retryInMs: 116 } },
    ])
    await cast.db.sql`update public.whatsapp_session_events set at = at - interval '61 seconds' where session_id = ${id}`
    await note(boot, [closed(id, 18)])
    expect((await timeline(cast.agent, id))?.slice(3)).toEqual([
      { kind: 'connection_closed', detail: { code: 428, reason: 'connection_lost', retryInMs: 118 } },
    ])
  })

  it('belongs to whom the row says, then to whom the order says, and to nobody where there is neither', async () => {
    const { id } = await cast.db.insertSession(cast.globex)
    const nobody = '7f0c1a52-8f5e-4a86-9f3c-111111111111'
    await cast.db.sql`delete from public.whatsapp_sessions where id = ${id}`
    expect(await note(newBoot(), [{ ...closed(id, 1), organization_id: cast.acme }, closed(nobody, 2)])).toBe('stored')
    expect((await timeline(cast.rival, id))?.map(({ kind }) => kind)).toEqual(['created', 'deleted', 'clear_ordered', 'connection_closed'])
    expect(await timeline(cast.owner, id)).toEqual([])
    expect([await countOf(id), await countOf(nobody)]).toEqual([4, 0])
  })

  it('is ignored where its kind is the database’s, is none, or where it is too long; the rest is stored', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    const odd = ['created', 'cleared', 'status', 'made up', '', null].map((kind, i) => ({
      sequence: i + 1,
      sessionId: id,
      kind,
      detail: {},
      agoMs: 0,
    }))
    const long = { ...closed(id, 10), kind: 'storage_failed', detail: { error: 'x'.repeat(3000) } }
    const bare = [
      { ...closed(id, 11), detail: null },
      { ...closed(id, 12), detail: 'x' },
    ]
    expect(await note(newBoot(), [...odd, long, ...bare, { ...closed(id, 13), kind: 'link_attempt' }])).toBe('stored')
    expect((await timeline(cast.agent, id))?.map(({ kind }) => kind)).toEqual(['created', 'link_attempt'])
    expect(
      await note(
        newBoot(),
        Array.from({ length: NOTES_AT_ONCE + 1 }, (_, i) => closed(id, i)),
      ),
    ).toBe('PT400')
  })

  it('knows every kind of the worker, and of one call no more than 20 of one session', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    await note(
      newBoot(),
      WORKER_KINDS.map((kind, i) => ({ ...closed(id, i + 1), kind, detail: { of: kind } })),
    )
    expect((await timeline(cast.agent, id))?.slice(1).map(({ kind }) => kind)).toEqual(WORKER_KINDS)
    const { id: loud } = await cast.db.insertSession(cast.acme)
    await note(
      newBoot(),
      Array.from({ length: 100 }, (_, i) => ({ ...closed(loud, i + 1), kind: 'link_attempt' })),
    )
    expect(await countOf(loud)).toBe(1 + NOTES_OF_ONE_SESSION)
  })

  it('is written by nobody else', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    const codes = await Promise.all(
      [cast.owner, cast.admin, cast.agent, cast.rival].map((who) => note(newBoot(), [closed(id, 1)], who.client)),
    )
    expect([...codes, await note(newBoot(), [closed(id, 1)], cast.db.anon)]).toEqual(Array.from({ length: 5 }, () => '42501'))
    expect(await countOf(id)).toBe(1)
  })
})

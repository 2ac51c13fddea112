import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startWithCast, type Cast } from './cast.ts'
import { fleetOf, refusal, type Fleet } from './fleet.ts'
import { interleave, overlap } from './interleave.ts'

let cast: Cast
let fleet: Fleet
beforeAll(async () => {
  cast = await startWithCast()
  fleet = fleetOf(cast)
})
afterAll(() => cast.db.stop())
beforeEach(() => fleet.empty())

describe('a claim', () => {
  it('takes a share by capacity and a tenth, and leaves the rest to the others, also when it is asked again', async () => {
    await fleet.sessions(60)
    await fleet.beat('large', { capacity: 100 })
    await fleet.beat('small', { capacity: 50 })
    await fleet.read('large')
    await fleet.read('large')
    expect(await fleet.held()).toEqual({ large: 44 })
    await fleet.read('small')
    expect(await fleet.held()).toEqual({ large: 44, small: 16 })
  })

  it('takes no more than there is room for', async () => {
    await fleet.sessions(30)
    await fleet.beat('a', { capacity: 7 })
    for (let times = 0; times < 3; times += 1) await fleet.read('a')
    expect(await fleet.held()).toEqual({ a: 7 })
  })

  it.each([
    ['drains', { draining: true }, false],
    ['is silent itself', {}, true],
    ['keeps in a folder, what is kept in the database', { store: 'disk' as const }, false],
  ])('takes nothing for a worker that %s', async (_, beat, isSilent) => {
    const [id] = await fleet.heldByTheSilent()
    await fleet.beat('c', beat)
    if (isSilent) await fleet.silence('c')
    await fleet.read('c')
    await fleet.look(id, 'c')
    expect(await fleet.held()).toEqual({ a: 1 })
  })

  it('gives many that ask at the same time one each, and nobody what another one has', async () => {
    const ids = await fleet.sessions(120)
    const workers = Array.from({ length: 6 }, (_, index) => `worker-${index}`)
    for (const worker of workers) await fleet.beat(worker)
    const answers = await Promise.all([...workers, ...workers].map((worker) => fleet.read(worker)))
    const last = await Promise.all(workers.map((worker) => fleet.read(worker)))
    const held = last.flatMap(({ sessions }) => sessions.map(({ id }) => id))
    expect(held.toSorted()).toEqual(ids)
    // Who was told once that a session is theirs is told it for ever here: nobody fell silent.
    for (const [index, { sessions }] of answers.entries()) {
      const own = new Set(last[index % workers.length]?.sessions.map(({ id }) => id))
      expect(sessions.filter(({ id }) => !own.has(id))).toEqual([])
    }
  })

  it('leaves out what another one is taking this instant', async () => {
    await fleet.sessions(20)
    await fleet.beat('a')
    await fleet.beat('b')
    const answers = await overlap(
      cast.db.sql,
      (tx) => fleet.read('a', 0, tx),
      (tx) => fleet.read('b', 0, tx),
    )
    expect(answers.map((answer) => (answer instanceof Error ? answer : answer.session_count))).toEqual([11, 9])
  })

  it('takes what a silent worker kept in the database, by a new token', async () => {
    const [id, token] = await fleet.heldByTheSilent()
    const { sessions } = await fleet.read('b')
    expect(sessions).toMatchObject([{ id, token: await fleet.token(id) }])
    expect(await fleet.token(id)).toBeGreaterThan(token)
    expect(await fleet.held()).toEqual({ b: 1 })
  })

  it('never takes what is in the folder of a silent worker, until somebody says that it is lost', async () => {
    const [id = ''] = await fleet.sessions(1)
    await fleet.beat('a', { store: 'disk' })
    await fleet.read('a')
    expect(await refusal(cast.db.sql`select public.forget_worker('a')`)).toBe('worker_online')
    await fleet.silence('a')
    for (const store of ['disk', 'database'] as const) {
      await fleet.beat(store, { store })
      await fleet.read(store)
      await fleet.look(id, store)
    }
    expect(await fleet.held()).toEqual({ a: 1 })

    await cast.db.sql`select public.forget_worker('a')`
    await fleet.read('database')
    expect(await fleet.lease(id)).toMatchObject({ worker_id: 'database', kept: 'database' })
  })

  it('passes over what its silent holder is still writing, and has it all the next time', async () => {
    const [id, token] = await fleet.heldByTheSilent()
    await cast.db.sql.begin(async (tx) => {
      await fleet.shelve('a', [{ sessionId: id, token, puts: { key: 'written' } }], tx)
      expect((await fleet.read('b')).sessions).toEqual([])
    })
    expect((await fleet.read('b')).session_count).toBe(1)
    expect(await fleet.unshelve(id, 'b', await fleet.token(id))).toEqual(['1 key written'])
  })
})

describe('a read of changes', () => {
  it('has what changed since, and the counts of everything', async () => {
    const [one = ''] = await fleet.sessions(3)
    await fleet.beat('a')
    const whole = await fleet.read('a')
    const newest = Math.max(...whole.sessions.map(({ change = 0 }) => change))
    expect(whole.sessions).toHaveLength(3)
    expect(await fleet.read('a', newest)).toMatchObject({ sessions: [], session_count: 3, change_sum: whole.change_sum })

    await cast.db.sql`update public.whatsapp_sessions set desired = 'stopped' where id = ${one}`
    const changed = await fleet.read('a', newest)
    expect(changed.sessions).toMatchObject([{ id: one, desired: 'stopped' }])
    const before = whole.sessions.find(({ id }) => id === one)?.change ?? 0
    expect(changed.change_sum - whole.change_sum).toBe((changed.sessions[0]?.change ?? 0) - before)
  })

  it('tells by its sum of a change that was made earlier and is seen later', async () => {
    const [early = '', late = ''] = await fleet.sessions(2)
    await fleet.beat('a')
    await fleet.read('a')
    const { promise: held, resolve: free } = Promise.withResolvers<void>()
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    const slow = cast.db.sql.begin(async (tx) => {
      await tx`update public.whatsapp_sessions set desired = 'stopped' where id = ${early}`
      begin()
      await held
    })
    await begun
    await cast.db.sql`update public.whatsapp_sessions set desired = 'stopped' where id = ${late}`
    const known = await fleet.read('a')
    const newest = Math.max(...known.sessions.map(({ change = 0 }) => change))
    free()
    await slow

    const changes = await fleet.read('a', newest)
    expect(changes.sessions).toEqual([])
    expect(changes.session_count).toBe(known.session_count)
    expect(changes.change_sum).not.toBe(known.change_sum)
  })

  it('tells of a session that went to somebody else by its count', async () => {
    const ids = await fleet.sessions(2)
    await fleet.beat('a')
    const { change_sum } = await fleet.read('a')
    const [id = ''] = ids
    await fleet.release('a', [{ sessionId: id, token: await fleet.token(id) }])
    await fleet.beat('b')
    await fleet.read('b')
    const after = await fleet.read('a', change_sum)
    expect([after.session_count, after.sessions]).toEqual([1, []])
  })
})

describe('a look', () => {
  it('takes what nobody holds, and says of the rest that it is another one’s', async () => {
    const [id = ''] = await fleet.sessions(1)
    await fleet.beat('a', { capacity: 0 })
    await fleet.beat('b')
    expect(await fleet.look(id, 'a')).toMatchObject({ held: true, session: { id } })
    expect(await fleet.look(id, 'b')).toMatchObject({ held: false, session: { id } })
    expect(await fleet.held()).toEqual({ a: 1 })
    expect(await fleet.look('00000000-0000-4000-8000-000000000000', 'b')).toMatchObject({ held: true, session: null, orders: [] })
  })

  it('of two at the same time, gives the session to one', async () => {
    const [id = ''] = await fleet.sessions(1)
    await fleet.beat('a')
    await fleet.beat('b')
    const looks = await interleave(
      cast.db.sql,
      (tx) => fleet.look(id, 'a', tx),
      (tx) => fleet.look(id, 'b', tx),
    )
    expect(looks.map(({ held }) => held)).toEqual([true, false])
  })
})

describe('a lease', () => {
  it('ends when its session is gone and all its orders are done', async () => {
    const [id = ''] = await fleet.sessions(1)
    const reset = await fleet.order(id)
    await cast.db.sql`delete from public.whatsapp_sessions where id = ${id}`
    await fleet.complete(reset)
    expect(await fleet.lease(id)).toBeDefined()
    const [order] = await cast.db.sql<{ id: string }[]>`select id from public.whatsapp_clearances where completed_at is null`
    await fleet.complete(order?.id ?? '')
    expect(await fleet.lease(id)).toBeUndefined()
  })

  it('stays where the session stays', async () => {
    const [id = ''] = await fleet.sessions(1)
    await fleet.complete(await fleet.order(id))
    expect(await fleet.lease(id)).toBeDefined()
  })

  it('ends, too, when the last two orders are done at the same time', async () => {
    const [id = ''] = await fleet.sessions(1)
    await fleet.order(id)
    await cast.db.sql`delete from public.whatsapp_sessions where id = ${id}`
    const [one, other] = await cast.db.sql<{ id: string }[]>`select id from public.whatsapp_clearances where completed_at is null`
    await interleave(
      cast.db.sql,
      (tx) => fleet.complete(one?.id ?? '', tx),
      (tx) => fleet.complete(other?.id ?? '', tx),
    )
    expect(await fleet.lease(id)).toBeUndefined()
  })

  it('is given away by its holder alone, by its token, and only what is kept in the database', async () => {
    const [one = '', two = ''] = await fleet.sessions(2)
    await fleet.beat('a')
    await fleet.read('a')
    const [token, other] = [await fleet.token(one), await fleet.token(two)]
    expect(await fleet.release('b', [{ sessionId: one, token }])).toBe(0)
    expect(await fleet.release('a', [{ sessionId: one, token: token - 1 }])).toBe(0)
    expect(await fleet.release('a', [{ sessionId: one, token }])).toBe(1)
    await cast.db.sql`update private.leases set kept = 'disk' where session_id = ${two}`
    expect(await fleet.release('a', [{ sessionId: two, token: other }])).toBe(0)
  })
})

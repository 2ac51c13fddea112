import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startWithCast, type Cast } from './cast.ts'
import { fleetOf, type Asked, type Fleet } from './fleet.ts'
import { cross, interleave, speakAs } from './interleave.ts'

let cast: Cast
let fleet: Fleet
beforeAll(async () => {
  cast = await startWithCast()
  fleet = fleetOf(cast)
})
afterAll(() => cast.db.stop())
beforeEach(() => fleet.empty())

describe('balance', () => {
  it('tells a worker how many it has beyond its share and a tenth, of what those have who are there', async () => {
    await fleet.sessions(40)
    await fleet.beat('a')
    await fleet.read('a')
    expect((await fleet.read('a')).surplus).toBe(0)
    await fleet.beat('b')
    expect((await fleet.read('a')).surplus).toBe(40 - Math.ceil(1.1 * 20))
    await fleet.beat('b', { draining: true })
    expect((await fleet.read('a')).surplus).toBe(0)
  })

  it('knows of what was given away and taken since the last heartbeat', async () => {
    const ids = await fleet.sessions(40)
    await fleet.beat('a')
    await fleet.read('a')
    await fleet.beat('b')
    const leases = await Promise.all(ids.slice(0, 18).map(async (sessionId) => ({ sessionId, token: await fleet.token(sessionId) })))
    await fleet.release('a', leases)
    expect((await fleet.read('b')).session_count).toBe(18)
    expect((await fleet.read('a')).surplus).toBe(0)
  })

  it('forgets a worker that has been silent for a week, unless something may be in its folder', async () => {
    await fleet.sessions(1)
    await fleet.beat('holds', { store: 'disk' })
    await fleet.read('holds')
    await fleet.beat('empty')
    await cast.db.sql`update public.whatsapp_workers set heartbeat_at = now() - interval '8 days'`
    await fleet.beat('empty')
    await cast.db.sql`update public.whatsapp_workers set heartbeat_at = now() - interval '8 days'`
    await fleet.beat('alive')
    const rows = await cast.db.sql<{ id: string }[]>`select id from public.whatsapp_workers order by id`
    expect(rows.map(({ id }) => id)).toEqual(['alive', 'holds'])
  })

  it('lets nobody’s heartbeat wait for another one’s tidying', async () => {
    await cast.db.sql`insert into private.noted (boot_id, at) values ('long ago', now() - interval '100 days')`
    await cast.db.sql.begin(async (tx) => {
      await fleet.beat('a', {}, tx)
      expect(await cast.db.sql.begin((other) => [other`set local lock_timeout = 2000`, fleet.beat('b', {}, other)])).toMatchObject([
        {},
        true,
      ])
    })
  })
})

describe('the worker that a call is sent to', () => {
  const assigned = async (id: string, person = cast.admin) => (await person.client.rpc('assigned_worker', { session_id: id })).data

  it('is the one that holds the session, whoever has more room', async () => {
    const [id = ''] = await fleet.sessions(1)
    await fleet.beat('a', { capacity: 1 })
    await fleet.look(id, 'a')
    await fleet.beat('b')
    await fleet.beat('a', { capacity: 1, draining: true })
    expect(await assigned(id)).toBe('a')
  })

  it('is the emptiest by its capacity where nobody holds it, and the next call goes to the next one', async () => {
    const [one = '', two = '', three = ''] = await fleet.sessions(3)
    await fleet.beat('a', { capacity: 10 })
    await fleet.beat('b', { capacity: 25 })
    expect([await assigned(one), await assigned(two), await assigned(three)]).toEqual(['a', 'b', 'b'])
    expect(await assigned(one)).toBe('a')
    expect(await fleet.held()).toEqual({ a: 1, b: 2 })
  })

  it('is none that drains, is full, is silent, or keeps elsewhere; and nobody where there is no other', async () => {
    const [id] = await fleet.heldByTheSilent()
    await fleet.beat('b', { draining: true })
    await fleet.beat('full', { capacity: 0 })
    await fleet.beat('folder', { store: 'disk' })
    expect(await assigned(id)).toBeNull()
    await fleet.beat('room')
    expect(await assigned(id)).toBe('room')
  })

  it('is the silent one where the session is in its folder', async () => {
    const [id = ''] = await fleet.sessions(1)
    await fleet.beat('a', { store: 'disk' })
    await fleet.read('a')
    await fleet.silence('a')
    await fleet.beat('b', { store: 'disk' })
    expect(await assigned(id)).toBe('a')
  })

  it('of two calls at the same time, is the same', async () => {
    const [id = ''] = await fleet.sessions(1)
    await fleet.beat('a')
    await fleet.beat('b')
    const ask = async (tx: Parameters<typeof speakAs>[0]) => {
      await speakAs(tx, cast.admin.id)
      const [row] = await tx<{ answer: string }[]>`select public.assigned_worker(${id}) as answer`
      return row?.answer
    }
    expect(await interleave(cast.db.sql, ask, ask)).toEqual(['a', 'a'])
  })

  it('is told to members; to others there is no such session, and to agents none that is gone', async () => {
    const [id = ''] = await fleet.sessions(1)
    await fleet.beat('a')
    const ask = async (person: typeof cast.admin) => {
      const { data, error } = await person.client.rpc('assigned_worker', { session_id: id })
      return error?.message ?? data
    }
    expect([await ask(cast.rival), await ask(cast.loner)]).toEqual(['not_found', 'not_found'])
    expect(await fleet.held()).toEqual({})
    expect([await ask(cast.agent), await ask(cast.owner)]).toEqual(['a', 'a'])

    await cast.db.sql`delete from public.whatsapp_sessions where id = ${id}`
    expect([await ask(cast.agent), await ask(cast.rival), await ask(cast.admin)]).toEqual(['not_found', 'not_found', 'a'])
  })
})

describe('the workers of an organisation', () => {
  it('are those that hold its sessions, each once, and told to its members alone', async () => {
    const ids = await fleet.sessions(3)
    const strange = await cast.db.insertSession(cast.globex)
    for (const worker of ['a', 'b', 'c']) await fleet.beat(worker)
    for (const [index, worker] of ['a', 'b', 'b'].entries()) await fleet.look(ids[index] ?? '', worker)
    await fleet.look(strange.id, 'c')
    const told = async (person: typeof cast.admin) =>
      (await person.client.rpc('workers_of_organization', { organization_id: cast.acme })).data?.toSorted()
    expect([await told(cast.agent), await told(cast.rival), await told(cast.loner)]).toEqual([['a', 'b'], [], []])
  })
})

describe('two that take several leases', () => {
  const tokens = new Map<string, number>()
  it.each<[string, (id: string, ids: string[], by: Asked) => Promise<unknown>]>([
    [
      'gives them away',
      async (_, ids, by) =>
        fleet.release(
          'a',
          ids.map((sessionId) => ({ sessionId, token: tokens.get(sessionId) ?? 0 })),
          by,
        ),
    ],
    ['is taken over by another process', (_, _ids, by) => fleet.beat('a', { boot: 'new', first: true }, by)],
  ])('both come through when the worker stores of both and %s', async (_, act) => {
    const [first = '', second = ''] = await fleet.sessions(2)
    await fleet.beat('a', { boot: 'old', first: true })
    await fleet.read('a')
    for (const id of [first, second]) tokens.set(id, await fleet.token(id))
    // The heap has them in the opposite order.
    await cast.db.sql`update private.leases set kept = kept where session_id = ${first}`
    await cross(
      cast.db.sql,
      {
        begins: (tx) => fleet.shelve('a', [{ sessionId: first, token: tokens.get(first) ?? 0 }], tx),
        goesOn: (tx) => fleet.shelve('a', [{ sessionId: second, token: tokens.get(second) ?? 0 }], tx),
      },
      (tx) => act('a', [second, first], tx),
    )
    expect(await fleet.held()).toEqual({})
  })
})

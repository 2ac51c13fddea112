import type { TransactionSql } from 'postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startWithCast, type Cast } from './cast.ts'
import { fleetOf, refusal, type Asked, type Fleet } from './fleet.ts'
import { interleave, speakAs } from './interleave.ts'

let cast: Cast
let fleet: Fleet
beforeAll(async () => {
  cast = await startWithCast()
  fleet = fleetOf(cast)
})
afterAll(() => cast.db.stop())
beforeEach(() => fleet.empty())

/** Sessions in the folder of the worker `d`, which is stopped. */
async function inFolder(count = 1, columns?: Parameters<Fleet['sessions']>[1]): Promise<string[]> {
  await fleet.beat('d', { store: 'disk' })
  const ids = await fleet.sessions(count, columns)
  for (const id of ids) await fleet.look(id, 'd')
  await fleet.silence('d')
  return ids
}
const one = async (columns?: Parameters<Fleet['sessions']>[1]): Promise<string> => (await inFolder(1, columns))[0] ?? ''

const ALL = { vault: 'v', 'key:1': 'one', identity: 'i' }
const asSent = (puts: Record<string, string>) =>
  Object.fromEntries(Object.entries(puts).map(([name, value]) => [name, Buffer.from(value).toString('base64')]))
async function adopt(id: string, puts: Record<string, string> = ALL, { generation = 1, by = cast.db.sql as Asked, worker = 'd' } = {}) {
  const [row] = await by<{ answer: string }[]>`
    select public.worker_adopt(${id}, ${worker}, ${generation}, ${cast.db.sql.json(asSent(puts))}) as answer`
  return row?.answer
}
async function adopted(but: string[] = [], by: Asked = cast.db.sql) {
  const [row] = await by<{ answer: string[] }[]>`select public.worker_adopted('d', ${but}::uuid[]) as answer`
  return row?.answer
}
async function toMove() {
  const [row] = await cast.db.sql<{ answer: { known: boolean; online: boolean; sessions: object[] } }[]>`
    select public.worker_to_move('d') as answer`
  return row?.answer
}
const shelved = async (id: string) =>
  (await cast.db.sql<{ name: string; value: Buffer }[]>`select name, value from private.shelf where session_id = ${id} order by name`).map(
    ({ name, value }) => `${name} ${value.toString()}`,
  )
/** What the database worker `b` reads of a session when it has taken it; `null`: it does not get it. */
async function takenByDatabaseWorker(id: string): Promise<string[] | null> {
  await fleet.beat('b')
  const { held } = await fleet.look(id, 'b')
  return held ? await fleet.unshelve(id, 'b', await fleet.token(id)) : null
}

describe('a session that moves from a folder', () => {
  it('is stored whole, and only then anybody’s who keeps sessions in the database', async () => {
    const id = await one()
    expect(await takenByDatabaseWorker(id)).toBeNull()
    expect(await adopt(id)).toBe('adopted')
    expect(await adopted()).toEqual([])
    expect(await takenByDatabaseWorker(id)).toEqual(['1 identity i', '1 key:1 one', '1 vault v'])
  })

  it('is nobody’s before its folder is empty: not the worker’s that had it, nor another’s, and no call goes anywhere', async () => {
    const id = await one()
    const token = await fleet.token(id)
    await adopt(id)
    for (const [worker, store] of [
      ['d', 'disk'],
      ['e', 'disk'],
      ['b', 'database'],
    ] as const) {
      await fleet.beat(worker, { store, boot: 'later', first: true })
      expect([worker, (await fleet.look(id, worker)).held]).toEqual([worker, false])
      expect((await fleet.read(worker)).sessions).toEqual([])
      expect(await fleet.observe(id, worker, null, 'connected')).toBe(false)
      expect(await fleet.observe(id, worker, token, 'connected')).toBe(false)
    }
    const { data } = await cast.owner.client.rpc('assigned_worker', { session_id: id })
    expect(data).toBeNull()
  })

  it('comes in several calls, of which the one with the identity is the last: before that nothing is anybody’s', async () => {
    const id = await one()
    expect(await adopt(id, { vault: 'v', 'key:1': 'one' })).toBe('adopted')
    expect(await adopted()).toEqual([id])
    expect(await takenByDatabaseWorker(id)).toBeNull()
    expect(await toMove()).toMatchObject({ sessions: [{ id, moving: true, adopted: false }] })
    // Interrupted, and begun anew.
    expect(await adopt(id, { vault: 'v', 'key:1': 'one' })).toBe('adopted')
    expect(await adopt(id, { 'key:2': 'two', identity: 'i' })).toBe('adopted')
    expect(await toMove()).toMatchObject({ sessions: [{ id, moving: true, adopted: true }] })
    expect(await adopted()).toEqual([])
    expect(await takenByDatabaseWorker(id)).toEqual(['1 identity i', '1 key:1 one', '1 key:2 two', '1 vault v'])
  })

  it('asked again says that it is there already, and stores nothing', async () => {
    const id = await one()
    await adopt(id)
    expect(await adopt(id, { 'key:1': 'old', identity: 'old' })).toBe('already')
    expect(await shelved(id)).toEqual(['identity i', 'key:1 one', 'vault v'])
    await adopted()
    expect(await adopt(id, { identity: 'old' })).toBe('not_held')
    expect(await shelved(id)).toEqual(['identity i', 'key:1 one', 'vault v'])
  })

  it('begins with an empty shelf, whatever somebody left there', async () => {
    const id = await one()
    await cast.db.sql`insert into private.shelf values (${id}, 1, 'key:9', 'left'), (${id}, 1, 'identity', 'left')`
    await adopt(id)
    expect(await shelved(id)).toEqual(['identity i', 'key:1 one', 'vault v'])
  })

  it('keeps an order that comes meanwhile from being done, and the next holder carries it out', async () => {
    const id = await one()
    await adopt(id, { vault: 'v' })
    await cast.owner.client.rpc('reset_session', { session_id: id })
    const [order] = await cast.db.sql<{ id: string }[]>`select id from public.whatsapp_clearances where session_id = ${id}`
    expect(await refusal(fleet.complete(order?.id ?? ''))).toBe('storage_failed')
    // All of it comes, for that order has to unlink with it.
    expect(await adopt(id)).toBe('adopted')
    await adopted()
    await takenByDatabaseWorker(id)
    expect(await fleet.clear(order?.id ?? '', 'b', await fleet.token(id))).toMatchObject({ done: false })
    expect(await shelved(id)).toEqual([])
    expect(await refusal(fleet.complete(order?.id ?? ''))).toBeUndefined()
  })

  it('and whose folder is lost meanwhile is freed by a word', async () => {
    const id = await one()
    await adopt(id)
    await cast.db.sql`select public.forget_worker('moving d')`
    expect(await takenByDatabaseWorker(id)).toEqual(['1 identity i', '1 key:1 one', '1 vault v'])
  })
})

describe('a session stays in its folder', () => {
  it('while an order of it is open, with no row, of another link, and in the hands of another worker', async () => {
    const [ordered = '', deleted = '', other = '', elsewhere = ''] = await inFolder(4)
    await fleet.order(ordered)
    await cast.db.sql`delete from public.whatsapp_sessions where id = ${deleted}`
    await cast.db.sql`update public.whatsapp_clearances set completed_at = now(), receipt = '{}' where session_id = ${deleted}`
    await cast.db.sql`insert into private.leases (session_id, worker_id, kept) values (${deleted}, 'd', 'disk')`
    await cast.db.sql`update private.leases set worker_id = 'e' where session_id = ${elsewhere}`
    const answers = [await adopt(ordered), await adopt(deleted), await adopt(other, ALL, { generation: 2 }), await adopt(elsewhere)]
    expect(answers).toEqual(['order_open', 'no_row', 'other_generation', 'not_held'])
    for (const id of [ordered, deleted, other, elsewhere]) expect(await shelved(id)).toEqual([])
    expect((await fleet.lease(other))?.worker_id).toBe('d')
  })

  it('where an order came in the same instant, and what comes after it finds the session on its way', async () => {
    const [first = '', second = ''] = await inFolder(2)
    const reset = async (tx: TransactionSql, id: string) => {
      await speakAs(tx, cast.owner.id)
      await tx`select public.reset_session(${id})`
    }
    const [, late] = await interleave(
      cast.db.sql,
      (tx) => reset(tx, first),
      (tx) => adopt(first, ALL, { by: tx }),
    )
    expect([late, await shelved(first), (await fleet.lease(first))?.worker_id]).toEqual(['order_open', [], 'd'])
    const [early] = await interleave(
      cast.db.sql,
      (tx) => adopt(second, ALL, { by: tx }),
      (tx) => reset(tx, second),
    )
    expect([early, (await fleet.lease(second))?.worker_id]).toEqual(['adopted', 'moving d'])
  })

  it('where its worker comes back in the same instant: it waits, and does not get what is on its way', async () => {
    const id = await one()
    await interleave(
      cast.db.sql,
      (tx) => adopt(id, ALL, { by: tx }),
      (tx) => fleet.beat('d', { store: 'disk' }, tx),
    )
    expect((await fleet.read('d')).sessions).toEqual([])
  })

  it('as long as its worker is online, and nothing ends then', async () => {
    const id = await one()
    await fleet.beat('d', { store: 'disk' })
    expect(await toMove()).toMatchObject({ online: true, known: true })
    expect(await refusal(adopt(id))).toBe('worker_online')
    expect(await refusal(adopted())).toBe('worker_online')
    expect((await fleet.lease(id))?.worker_id).toBe('d')
  })

  it('where its row says linked and nothing was stored; what was never linked is free, but for what the folder has of it', async () => {
    const linked = await one()
    const [waiting = '', kept = '', ordered = ''] = await inFolder(3, { status: 'connecting' })
    await fleet.order(ordered)
    expect(await adopted([kept])).toEqual([linked, kept, ordered].toSorted())
    expect(await fleet.lease(waiting)).toMatchObject({ worker_id: null, kept: 'database' })
    expect(await takenByDatabaseWorker(waiting)).toEqual([])
  })

  it('and a worker that nobody has heard of has none', async () => {
    expect(await toMove()).toMatchObject({ known: false, online: false, sessions: [] })
  })
})

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startWithCast, type Cast } from './cast.ts'
import { fleetOf, refusal, type Asked, type Fleet } from './fleet.ts'
import { interleave } from './interleave.ts'

let cast: Cast
let fleet: Fleet
beforeAll(async () => {
  cast = await startWithCast()
  fleet = fleetOf(cast)
})
afterAll(() => cast.db.stop())
beforeEach(() => fleet.empty())

describe('what a former holder says', () => {
  /** Each write by `a`, and what it answers whose token is old. */
  const WRITES: Record<
    string,
    [act: (id: string, token: number, order: string, by?: Asked) => Promise<unknown>, refused: (id: string) => unknown]
  > = {
    'to be stored': [(id, token, _, by) => fleet.shelve('a', [{ sessionId: id, token, puts: { key: 'a' } }], by), (id) => [id]],
    'it sees': [(id, token, _, by) => fleet.observe(id, 'a', token, 'reconnecting', by), () => false],
    'was linked': [(id, token, _, by) => fleet.linked(id, 'a', token, by), () => false],
    'was unlinked': [(id, token, _, by) => fleet.unlinked(id, 'a', token, by), () => null],
    'to be cleared': [(_id, token, order, by) => fleet.clear(order, 'a', token, {}, by), () => null],
  }
  const scene = async () => {
    const [id, token] = await fleet.heldByTheSilent({ status: 'connecting', linked_at: '2026-01-01T00:00:00Z' })
    return { id, token, order: await fleet.order(id) }
  }

  it.each(Object.entries(WRITES))('is refused: %s', async (_name, [write, refused]) => {
    const { id, token, order } = await scene()
    await fleet.read('b')
    const before = await fleet.read('b')
    expect(await write(id, token, order)).toEqual(refused(id))
    const { taken_at: _, ...after } = await fleet.read('b')
    expect(before).toMatchObject(after)
    expect(await fleet.unshelve(id, 'b', await fleet.token(id))).toEqual([])
    expect(await fleet.lease(id)).toMatchObject({ cleared_generation: 0 })
  })

  it.each(Object.entries(WRITES))('is refused by its old token also when it has the session again: %s', async (_name, [write, refused]) => {
    const { id, token, order } = await scene()
    await fleet.look(id, 'b')
    await fleet.release('b', [{ sessionId: id, token: await fleet.token(id) }])
    await fleet.beat('a')
    const before = await fleet.look(id, 'a')
    expect(before.held).toBe(true)
    expect(await write(id, token, order)).toEqual(refused(id))
    const { taken_at: _, ...after } = await fleet.look(id, 'a')
    expect(before).toMatchObject(after)
    expect(await fleet.unshelve(id, 'a', token)).toBeNull()
    expect(await fleet.unshelve(id, 'a', await fleet.token(id))).toEqual([])
    expect(await fleet.lease(id)).toMatchObject({ cleared_generation: 0 })
  })

  it('is not told what lies on the shelf either, nor is its order called done', async () => {
    const { id, token, order } = await scene()
    await fleet.shelve('a', [{ sessionId: id, token, puts: { key: 'a' } }])
    await fleet.read('b')
    expect(await fleet.unshelve(id, 'a', token)).toBeNull()
    expect(await refusal(fleet.complete(order))).toBe('storage_failed')
  })

  it.each(Object.entries(WRITES))('is waited for by who takes over, where it had begun: %s', async (_name, [write, refused]) => {
    const { id, token, order } = await scene()
    const [said, look] = await interleave(
      cast.db.sql,
      (tx) => write(id, token, order, tx),
      (tx) => fleet.look(id, 'b', tx),
    )
    expect(said).not.toEqual(refused(id))
    // Nothing is said after this: what the new holder read is how it is.
    const { taken_at: _, ...now } = await fleet.look(id, 'b')
    expect(look).toMatchObject({ ...now, held: true })
  })

  it.each(Object.entries(WRITES))('waits for who is taking over, and is refused then: %s', async (_name, [write, refused]) => {
    const { id, token, order } = await scene()
    const [look, said] = await interleave(
      cast.db.sql,
      (tx) => fleet.look(id, 'b', tx),
      (tx) => write(id, token, order, tx),
    )
    expect([look.held, said]).toEqual([true, refused(id)])
  })

  it('is refused without a token, too, once the sessions in its folder were given to somebody', async () => {
    const [id = ''] = await fleet.sessions(1)
    for (const worker of ['a', 'b']) await fleet.beat(worker, { store: 'disk' })
    await fleet.look(id, 'a')
    expect(await fleet.observe(id, 'a', null)).toBe(true)
    await fleet.silence('a')
    await cast.db.sql`select public.forget_worker('a')`
    await fleet.look(id, 'b')
    expect([await fleet.observe(id, 'a', null), await fleet.observe(id, 'b', null)]).toEqual([false, true])
  })
})

describe('another process of the same worker', () => {
  it('takes over at its first heartbeat: the older one is told at its next, and neither reads nor writes before', async () => {
    const [id = ''] = await fleet.sessions(1)
    await fleet.beat('a', { boot: 'old', first: true })
    await fleet.read('a', 0, undefined, 'old')
    const token = await fleet.token(id)

    expect(await fleet.beat('a', { boot: 'new', first: true })).toBe(true)
    expect(await fleet.shelve('a', [{ sessionId: id, token }])).toEqual([id])
    expect(await refusal(fleet.read('a', 0, undefined, 'old'))).toBe('not_holder')
    expect(await refusal(cast.db.sql`select public.worker_look(${id}, 'a', 'old')`)).toBe('not_holder')
    expect((await fleet.read('a', 0, undefined, 'new')).session_count).toBe(1)
    expect(await fleet.beat('a', { boot: 'old' })).toBe(false)
    expect(await fleet.shelve('a', [{ sessionId: id, token }])).toEqual([id])
  })

  it('keeps what is in the folder', async () => {
    const [id = ''] = await fleet.sessions(1)
    await fleet.beat('a', { boot: 'old', first: true, store: 'disk' })
    await fleet.read('a')
    await fleet.beat('a', { boot: 'new', first: true, store: 'disk' })
    expect(await fleet.lease(id)).toMatchObject({ worker_id: 'a', kept: 'disk' })
  })

  it.each([true, false])('is one of two that begin at the same time, whoever comes last (first heartbeat: %s)', async (first) => {
    const answers = await interleave(
      cast.db.sql,
      (tx) => fleet.beat('a', { boot: 'one', first: true }, tx),
      (tx) => fleet.beat('a', { boot: 'other', first }, tx),
    )
    expect(answers).toEqual([true, first])
    expect([await fleet.beat('a', { boot: 'one' }), await fleet.beat('a', { boot: 'other' })]).toEqual([!first, first])
  })

  it('frees what the older one was taking', async () => {
    const [id = ''] = await fleet.sessions(1)
    await fleet.beat('a', { boot: 'old', first: true })
    await interleave(
      cast.db.sql,
      (tx) => fleet.read('a', 0, tx, 'old'),
      (tx) => fleet.beat('a', { boot: 'new', first: true }, tx),
    )
    expect(await fleet.lease(id)).toMatchObject({ worker_id: null })
  })
})

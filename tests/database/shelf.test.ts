import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startWithCast, type Cast } from './cast.ts'
import { fleetOf, refusal, type Fleet } from './fleet.ts'
import { interleave } from './interleave.ts'

let cast: Cast
let fleet: Fleet
beforeAll(async () => {
  cast = await startWithCast()
  fleet = fleetOf(cast)
})
afterAll(() => cast.db.stop())
beforeEach(() => fleet.empty())

/** A session of the worker `a`, and its token. */
async function held(): Promise<[id: string, token: number]> {
  const [id = ''] = await fleet.sessions(1)
  await fleet.beat('a')
  await fleet.look(id, 'a')
  return [id, await fleet.token(id)]
}

const findingsLeft = async () => (await cast.db.sql`select from private.clear_findings`).length

describe('the shelf', () => {
  it('keeps what its holder puts there, and gives it to whoever holds the session next', async () => {
    const [sessionId, token] = await held()
    await fleet.shelve('a', [{ sessionId, token, puts: { identity: 'i', 'key:1': 'one', 'key:2': 'two', vault: 'v' } }])
    await fleet.shelve('a', [{ sessionId, token, puts: { 'key:1': 'uno' }, drops: ['key:2'] }])
    await fleet.release('a', [{ sessionId, token }])
    await fleet.beat('b')
    await fleet.look(sessionId, 'b')
    expect(await fleet.unshelve(sessionId, 'b', await fleet.token(sessionId))).toEqual(['1 identity i', '1 key:1 uno', '1 vault v'])
    expect(await fleet.unshelve(sessionId, 'a', token)).toBeNull()
  })

  it('takes a new identity in the place of all credentials of its generation, and of no other', async () => {
    const [sessionId, token] = await held()
    await fleet.shelve('a', [
      { sessionId, token, generation: 1, puts: { identity: 'first' } },
      { sessionId, token, generation: 2, puts: { identity: 'old', 'key:1': 'old', vault: 'v' } },
    ])
    await fleet.shelve('a', [{ sessionId, token, generation: 2, fresh: true, puts: { identity: 'new' } }])
    expect(await fleet.unshelve(sessionId, 'a', token)).toEqual(['1 identity first', '2 identity new', '2 vault v'])
  })

  it('stores of many sessions what is its holder’s, and names those that are not', async () => {
    const [first = '', other = '', last = ''] = await fleet.sessions(3)
    for (const worker of ['a', 'b']) await fleet.beat(worker)
    for (const [id, worker] of [
      [first, 'a'],
      [other, 'b'],
      [last, 'a'],
    ] as const)
      await fleet.look(id, worker)
    const puts = { identity: 'i' }
    const changes = await Promise.all([last, other, first].map(async (id) => ({ sessionId: id, token: await fleet.token(id), puts })))
    expect(await fleet.shelve('a', changes)).toEqual([other])
    for (const id of [first, last]) expect(await fleet.unshelve(id, 'a', await fleet.token(id))).toEqual(['1 identity i'])
    expect(await fleet.unshelve(other, 'b', await fleet.token(other))).toEqual([])
  })

  it('stores what came of a session in the order in which it was counted, however it is listed', async () => {
    const [sessionId, token] = await held()
    const older = { sessionId, token, sequence: 1, puts: { identity: 'older', 'key:1': 'one' } }
    const newer = { sessionId, token, sequence: 2, puts: { identity: 'newer', 'key:2': 'two' } }
    await fleet.shelve('a', [newer, older])
    expect(await fleet.unshelve(sessionId, 'a', token)).toEqual(['1 identity newer', '1 key:1 one', '1 key:2 two'])
  })

  it('puts nothing old over something newer when a call that seemed lost comes through at last', async () => {
    const [sessionId, token] = await held()
    const first = { sessionId, token, sequence: 1, puts: { identity: 'one', 'key:1': 'one' } }
    const second = { sessionId, token, sequence: 2, puts: { identity: 'two' }, drops: ['key:1'] }
    for (const change of [first, second, first]) expect(await fleet.shelve('a', [change])).toEqual([])
    expect(await fleet.unshelve(sessionId, 'a', token)).toEqual(['1 identity two'])
  })

  it('passes over what its holder sent before it read again: a copy must not lack what is stored', async () => {
    const [sessionId, token] = await held()
    const late = { sessionId, token, sequence: 3, puts: { identity: 'late' } }
    expect(await fleet.unshelve(sessionId, 'a', token, undefined, 3)).toEqual([])
    expect(await fleet.shelve('a', [late])).toEqual([])
    expect(await fleet.unshelve(sessionId, 'a', token)).toEqual([])
    await fleet.shelve('a', [{ sessionId, token, sequence: 4, puts: { identity: 'now' } }])
    expect(await fleet.unshelve(sessionId, 'a', token)).toEqual(['1 identity now'])
    // A read that comes late does not make good what was late before it.
    expect(await fleet.unshelve(sessionId, 'a', token, undefined, 2)).toEqual(['1 identity now'])
    expect(await fleet.shelve('a', [late])).toEqual([])
    expect(await fleet.unshelve(sessionId, 'a', token)).toEqual(['1 identity now'])
  })

  it.each<[string, (sessionId: string) => Promise<unknown>]>([
    ['for somebody who waits', (sessionId) => fleet.look(sessionId, 'b')],
    ['in a pass', () => fleet.read('b')],
  ])('counts anew for each holder that takes it %s', async (_, take) => {
    const [sessionId, token] = await held()
    await fleet.shelve('a', [{ sessionId, token, sequence: 9, puts: { identity: 'of a' } }])
    await fleet.release('a', [{ sessionId, token }])
    await fleet.beat('a', { draining: true })
    await fleet.beat('b')
    await take(sessionId)
    const next = await fleet.token(sessionId)
    await fleet.shelve('b', [{ sessionId, token: next, sequence: 1, puts: { identity: 'of b' } }])
    expect(await fleet.unshelve(sessionId, 'b', next)).toEqual(['1 identity of b'])
  })
})

describe('a clear of the shelf', () => {
  it('erases what the order covers, and leaves newer generations', async () => {
    const [sessionId, token] = await held()
    for (const generation of [1, 2, 3]) await fleet.shelve('a', [{ sessionId, token, generation, puts: { identity: 'i' } }])
    expect(await fleet.clear(await fleet.order(sessionId, 2), 'a', token)).toEqual({ done: false, findings: { files: 1 } })
    expect(await fleet.unshelve(sessionId, 'a', token)).toEqual(['3 identity i'])
  })

  it('finds the same when it is asked again, also by the next holder, and is done once the order is', async () => {
    const [sessionId, token] = await held()
    const order = await fleet.order(sessionId)
    await fleet.clear(order, 'a', token, { files: 7 })
    expect(await fleet.clear(order, 'a', token, { files: 0 })).toEqual({ done: false, findings: { files: 7 } })
    await fleet.silence('a')
    await fleet.beat('b')
    await fleet.look(sessionId, 'b')
    const next = await fleet.token(sessionId)
    expect(await fleet.clear(order, 'b', next, {})).toEqual({ done: false, findings: { files: 7 } })
    await fleet.complete(order)
    expect(await fleet.clear(order, 'b', next, {})).toEqual({ done: true })
    expect(await findingsLeft()).toBe(0)
  })

  it('lets nothing of what it cleared be stored any more, however late it comes', async () => {
    const [sessionId, token] = await held()
    const order = await fleet.order(sessionId)
    await fleet.clear(order, 'a', token)
    const late = [1, 2].map((generation) => ({ sessionId, token, generation, puts: { identity: 'late' } }))
    expect(await fleet.shelve('a', late)).toEqual([])
    expect(await fleet.unshelve(sessionId, 'a', token)).toEqual(['2 identity late'])
    await fleet.complete(order)
    await fleet.shelve('a', late)
    expect(await fleet.unshelve(sessionId, 'a', token)).toEqual(['2 identity late'])
  })

  it('covers no less when an older order is carried out after a newer one', async () => {
    const [sessionId, token] = await held()
    const [older, newer] = [await fleet.order(sessionId, 1), await fleet.order(sessionId, 2)]
    for (const order of [newer, older]) await fleet.clear(order, 'a', token)
    await fleet.shelve('a', [{ sessionId, token, generation: 2, puts: { identity: 'late' } }])
    expect(await fleet.unshelve(sessionId, 'a', token)).toEqual([])
  })

  it('erases what was being stored when it came', async () => {
    const [sessionId, token] = await held()
    const order = await fleet.order(sessionId)
    await interleave(
      cast.db.sql,
      (tx) => fleet.shelve('a', [{ sessionId, token, puts: { identity: 'i' } }], tx),
      (tx) => fleet.clear(order, 'a', token, {}, tx),
    )
    expect(await fleet.unshelve(sessionId, 'a', token)).toEqual([])
  })

  it('comes before the order is done: not while something lies there, nor while something may still come', async () => {
    const [sessionId, token] = await held()
    const order = await fleet.order(sessionId)
    expect(await refusal(fleet.complete(order))).toBe('storage_failed')
    await fleet.shelve('a', [{ sessionId, token, puts: { identity: 'i' } }])
    expect(await refusal(fleet.complete(order))).toBe('storage_failed')
    await fleet.clear(order, 'a', token)
    // However it came there.
    await cast.db.sql`insert into private.shelf (session_id, generation, name, value) values (${sessionId}, 1, 'identity', 'i')`
    expect(await refusal(fleet.complete(order))).toBe('storage_failed')
    await fleet.clear(order, 'a', token)
    expect(await refusal(fleet.complete(order))).toBeUndefined()
  })

  it('leaves nothing behind when the order is done in the same instant', async () => {
    const [sessionId, token] = await held()
    const order = await fleet.order(sessionId)
    await fleet.clear(order, 'a', token)
    const [, again] = await interleave(
      cast.db.sql,
      (tx) => fleet.complete(order, tx),
      (tx) => fleet.clear(order, 'a', token, {}, tx),
    )
    expect([again, await findingsLeft()]).toEqual([{ done: true }, 0])
  })

  it('of an order that nobody knows is refused by name', async () => {
    expect(await refusal(fleet.clear('00000000-0000-4000-8000-000000000000', 'a', 1))).toBe('order_missing')
  })

  it('is asked of nobody where sessions are in folders', async () => {
    const [id = ''] = await fleet.sessions(1)
    await fleet.beat('a', { store: 'disk' })
    await fleet.look(id, 'a')
    expect(await refusal(fleet.complete(await fleet.order(id)))).toBeUndefined()
  })
})

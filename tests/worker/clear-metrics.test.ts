import { randomUUID } from 'node:crypto'
import { Registry } from 'prom-client'
import { beforeEach, describe, expect, it } from 'vitest'
import type { ClearOrder, Receipt } from '#domain/clearance.ts'
import { systemClock } from '../../worker/clock.ts'
import type { Database } from '../../worker/database.ts'
import { createClearMetrics } from '../../worker/metrics/clears.ts'
import { createSessionMetrics } from '../../worker/metrics/sessions.ts'

const START = Date.parse('2026-11-23T10:00:00.000Z')
/** The worker's clock is ten minutes ahead of the database's. */
const AHEAD_MS = 600_000

let now: number
let orders: ClearOrder[]
let registry: Registry
let database: Database
/** Answers a snapshot when it is told to; `null`: at once. */
let held: Promise<void> | null
/** Whether what is looked at is this worker's to do. */
let isHeld: boolean

const orderOf = (age: number): ClearOrder =>
  ({ id: randomUUID(), session_id: randomUUID(), requested_at: new Date(now - age * 1000).toISOString() }) as ClearOrder
const read = () => ({ taken_at: new Date(now).toISOString(), orders: [...orders] })
const receiptOf = ({ id }: ClearOrder): Receipt => ({ orderId: id, remoteUnlink: 'confirmed' }) as Receipt

beforeEach(() => {
  now = START
  orders = []
  held = null
  isHeld = true
  registry = new Registry()
  const clears = createClearMetrics(registry, { ...systemClock, now: () => now + AHEAD_MS })
  const stored = {
    async snapshot() {
      const snapshot = read()
      await held
      return snapshot
    },
    look: () => Promise.resolve({ ...read(), held: isHeld }),
    completeOrder: (_id: string, receipt: Receipt) => Promise.resolve(receipt),
  }
  database = clears.watch(stored as unknown as Database)
  clears.follow({ remembered: () => ({ open: 0, completed: 0 }) })
})

async function valueOf(name: string): Promise<number> {
  const text = await registry.getSingleMetricAsString(name.replace(/_(?:count|sum)$/, ''))
  const lines = text.split('\n').filter((line) => new RegExp(String.raw`^${name}(?:\{[^}]*\})? `).test(line))
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}
const oldest = () => valueOf('latchkey_clear_oldest_open_seconds')
const completed = () => valueOf('latchkey_clears_completed_total')

describe('how long an order has waited', () => {
  it('is its age by the database’s clock, however wrong the worker’s is, and grows until its receipt is stored', async () => {
    const order = orderOf(30)
    orders = [order, orderOf(5)]
    await database.snapshot()
    expect(await oldest()).toBe(30)
    now += 10_000
    await database.snapshot()
    expect(await oldest()).toBe(40)
    await database.completeOrder(order.id, receiptOf(order))
    expect(await oldest()).toBe(15)
    expect([await valueOf('latchkey_clear_seconds_count'), await valueOf('latchkey_clear_seconds_sum')]).toEqual([1, 40])
  })

  it('ends when the order is gone without a receipt from here: another worker’s, or a database that went back in time', async () => {
    orders = [orderOf(1000)]
    await database.look('any')
    expect(await oldest()).toBe(1000)
    orders = []
    await database.snapshot()
    expect(await oldest()).toBe(0)
  })

  it('does not begin anew by a read that began before the receipt was stored', async () => {
    const order = orderOf(60)
    orders = [order]
    const { promise, resolve } = Promise.withResolvers<void>()
    held = promise
    const reading = database.snapshot()
    await database.completeOrder(order.id, receiptOf(order))
    resolve()
    await reading
    expect(await oldest()).toBe(0)
  })

  it('is the holder’s to count: who only looks at another worker’s order does not', async () => {
    orders = [orderOf(1000)]
    isHeld = false
    await database.look('any')
    expect(await oldest()).toBe(0)
  })

  it('is not forgotten because a snapshot was being read when the order came', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    held = promise
    const reading = database.snapshot()
    orders = [orderOf(2)]
    await database.look('any')
    resolve()
    await reading
    expect(await oldest()).toBe(2)
  })
})

describe('a clear', () => {
  it('counts once, however often its receipt is stored', async () => {
    const order = orderOf(1)
    orders = [order]
    await database.snapshot()
    for (let time = 0; time < 3; time += 1) await database.completeOrder(order.id, receiptOf(order))
    expect([await completed(), await valueOf('latchkey_clear_seconds_count')]).toEqual([1, 1])
  })

  it('that was begun in an earlier life counts, without a duration that nobody knows', async () => {
    const order = orderOf(1)
    await database.completeOrder(order.id, receiptOf(order))
    expect([await completed(), await valueOf('latchkey_clear_seconds_count')]).toEqual([1, 0])
  })
})

describe('two workers in one process', () => {
  it('share no count', async () => {
    const [mine, other] = [new Registry(), new Registry()]
    createSessionMetrics(mine).heard('paired', null)
    createSessionMetrics(other)
    const countIn = async (one: Registry) => /event="paired"\} (\d)/.exec(await one.metrics())?.[1]
    expect([await countIn(mine), await countIn(other)]).toEqual(['1', '0'])
  })
})

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Clock } from '../../worker/clock.ts'
import { createBuckets, takeOfAll } from '../../worker/rate-limit.ts'
import '../support/fixed-chance.ts'

const MINUTE = 60_000
const STARTED = Date.parse('2026-01-01T00:00:00Z')

function aClock() {
  let now = STARTED
  const clock: Clock = { now: () => now, elapsed: () => now, after: () => () => {}, random: () => 0 }
  return { clock, pass: (ms: number) => void (now += ms) }
}

describe('a bucket', () => {
  it('gives its burst at once, then one after the other, and says how long to wait', () => {
    const { clock, pass } = aClock()
    const buckets = createBuckets({ perHour: 60, burst: 3 }, clock)
    const take = () => takeOfAll([[buckets, 'a']])
    expect([take(), take(), take(), take()]).toEqual([0, 0, 0, MINUTE])
    pass(MINUTE - 1)
    expect(take()).toBe(1)
    pass(1)
    expect([take(), take()]).toEqual([0, MINUTE])
  })

  it('is nobody else’s', () => {
    const buckets = createBuckets({ perHour: 60, burst: 1 }, aClock().clock)
    expect([takeOfAll([[buckets, 'a']]), takeOfAll([[buckets, 'a']]), takeOfAll([[buckets, 'b']])]).toEqual([0, MINUTE, 0])
  })

  it('takes of all or of none', () => {
    const { clock } = aClock()
    const own = createBuckets({ perHour: 60, burst: 5 }, clock)
    const shared = createBuckets({ perHour: 60, burst: 1 }, clock)
    const both = [[own, 'a'] as const, [shared, 'x'] as const]
    expect([takeOfAll(both), takeOfAll(both)]).toEqual([0, MINUTE])
    // Four are left: what was refused cost nothing.
    for (let left = 4; left > 0; left -= 1) expect(takeOfAll([[own, 'a']])).toBe(0)
    expect(takeOfAll([[own, 'a']])).toBe(MINUTE)
  })

  it('lets what costs more than it holds in when it is full, and is empty then', () => {
    const buckets = createBuckets({ perHour: 60, burst: 1 }, aClock().clock)
    expect([takeOfAll([[buckets, 'a']], 2), takeOfAll([[buckets, 'a']])]).toEqual([0, MINUTE])
  })

  it('keeps nobody waiting longer than it takes to fill when the clock is set back', () => {
    const { clock, pass } = aClock()
    const buckets = createBuckets({ perHour: 60, burst: 2 }, clock)
    takeOfAll([[buckets, 'a']], 2)
    pass(-24 * 60 * MINUTE)
    expect(buckets.waitMs('a', 2)).toBe(2 * MINUTE)
  })

  it('lets through in any stretch of time at most its burst and what that time brings, whoever asks however often', () => {
    const asks = fc.array(fc.record({ afterMs: fc.nat(3 * MINUTE), cost: fc.integer({ min: 1, max: 4 }) }), { maxLength: 60 })
    fc.assert(
      fc.property(asks, (all) => {
        const { clock, pass } = aClock()
        const buckets = createBuckets({ perHour: 60, burst: 4 }, clock)
        const letIn: { at: number; cost: number }[] = []
        for (const { afterMs, cost } of all) {
          pass(afterMs)
          if (takeOfAll([[buckets, 'a']], cost) === 0) letIn.push({ at: clock.now(), cost })
        }
        for (const [first, from] of letIn.entries()) {
          let sum = 0
          for (const until of letIn.slice(first)) {
            sum += until.cost
            expect(sum).toBeLessThanOrEqual(4 + (until.at - from.at) / MINUTE + 1e-6)
          }
        }
      }),
    )
  })
})

describe('the memory of many buckets', () => {
  it('is bounded, and what was used last is remembered', () => {
    const buckets = createBuckets({ perHour: 60, burst: 1 }, aClock().clock, 100)
    for (let each = 0; each < 10_000; each += 1) takeOfAll([[buckets, `user ${each}`]])
    expect(buckets.size).toBe(100)
    expect([buckets.waitMs('user 9999'), buckets.waitMs('user 0')]).toEqual([MINUTE, 0])
  })

  it('is given back when they are full again', () => {
    const { clock, pass } = aClock()
    const buckets = createBuckets({ perHour: 60, burst: 1 }, clock)
    for (let each = 0; each < 500; each += 1) takeOfAll([[buckets, `user ${each}`]])
    pass(MINUTE)
    takeOfAll([[buckets, 'the next']])
    expect(buckets.size).toBe(1)
  })
})

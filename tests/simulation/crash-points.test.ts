import { describe, expect, it } from 'vitest'
import { runCrashPoints } from './crash-points.ts'
import { SCENARIOS } from './scenarios.ts'

/** Each n-th point; `npm run prove` takes them all. */
const EVERY = 14

describe('a crash before, after and within each step, and each refusal of disk, database and network', () => {
  it('leaves no resurrection, no orphan, and every order with a receipt that is right (CLR-1 to CLR-5, FEN-4, DAT-3, DAT-7)', async () => {
    const result = await runCrashPoints({ every: EVERY })
    expect(result.failures).toEqual([])
    expect(result).toMatchObject({ resurrections: 0, orphans: 0, lostOrders: 0, violations: 0 })
    expect(Object.keys(result.steps)).toEqual(SCENARIOS.map(({ name }) => name))
    expect(result.crashPoints).toBeGreaterThan(300)
  })
})

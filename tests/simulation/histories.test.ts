import { describe, expect, it } from 'vitest'
import { runHistories } from './histories.ts'

/** `npm run prove` lives ten thousand, of other seeds. */
const HISTORIES = 500

describe('whatever happens to the worker,', () => {
  it('what was ordered gone stays gone, nothing is left over, no order is lost, and rows say what is so (CLR, FEN, FOL, LNK, CLO, DAT)', async () => {
    const result = await runHistories({ count: HISTORIES, seed: 20_261_122 })
    expect(result.failures).toEqual([])
    expect(result).toMatchObject({ histories: HISTORIES, resurrections: 0, orphans: 0, lostOrders: 0, violations: 0 })
    expect(result.transitionCoverage.missing, 'every transition was taken').toEqual([])
    expect(result.medianSteps).toBeGreaterThanOrEqual(30)
  })

  it('happens again from the same seed', async () => {
    const once = await runHistories({ count: 5, seed: 7 })
    expect(await runHistories({ count: 5, seed: 7 })).toEqual(once)
    expect(once.histories).toBe(5)
  })
})

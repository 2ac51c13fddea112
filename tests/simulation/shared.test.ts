import { describe, expect, it } from 'vitest'
import { runCrashPoints } from './crash-points.ts'
import { runHistories } from './histories.ts'
import { DATABASE_SCENARIOS } from './scenarios.ts'

/** `npm run prove` lives thousands, of other seeds, and takes all points. */
const HISTORIES = 150
const EVERY = 20

describe('where credentials are in the database,', () => {
  it('whatever happens to the worker, gone is gone, no link and no text is lost, and rows say what is so (FLT, CLR, FOL)', async () => {
    const result = await runHistories({ count: HISTORIES, seed: 20_261_123, kind: 'database' })
    expect(result.failures).toEqual([])
    expect(result).toMatchObject({ histories: HISTORIES, violations: 0 })
    expect(result.medianSteps).toBeGreaterThanOrEqual(30)
  })

  it('so is it with each step that crashes or fails (CLR-1 to CLR-5, FLT-3, FLT-7)', async () => {
    const result = await runCrashPoints({ every: EVERY, scenarios: DATABASE_SCENARIOS })
    expect(result.failures).toEqual([])
    expect(Object.keys(result.steps)).toEqual(DATABASE_SCENARIOS.map(({ name }) => name))
    expect(result.crashPoints).toBeGreaterThan(150)
  })

  it('two workers that are killed, frozen, cut off and stopped share sessions, each at one of them at a time (FLT-1 to FLT-8)', async () => {
    const result = await runHistories({ count: HISTORIES, seed: 20_261_124, kind: 'fleet' })
    expect(result.failures).toEqual([])
    expect(result).toMatchObject({ histories: HISTORIES, violations: 0 })
    expect(result.takeovers).toBeGreaterThan(10)
  })
})

import * as fc from 'fast-check'
import { expect } from 'vitest'
import type { Caller } from '../simulation/model/leases.ts'
import type { Cast } from './cast.ts'
import { emptyEverything } from './shifted-time.ts'
import { kindOf, Twins } from './twins.ts'
import type { Step } from './twins.ts'

type Wanted = {
  /** Chance decides each of them. */
  step: fc.Arbitrary<Step>
  /** Of how many calls a history is, how many there are, and the chance that they come from. */
  length: number
  histories: number
  seed: number
  callers: readonly [Caller, ...Caller[]]
}

/** Lets the real database and the model live the same histories, and compares them after each call. Returns what happened in all of them. */
export async function compareTwins(
  cast: Cast,
  instanceId: string,
  { step, length, histories, seed, callers }: Wanted,
): Promise<Set<string>> {
  const seen = new Set<string>()
  const history = fc.array(step, { minLength: length, maxLength: length })
  const property = fc.asyncProperty(history, async (steps) => {
    const twins = new Twins(cast, instanceId, callers)
    for (const [index, next] of steps.entries()) {
      const { real, model } = await twins.run(next)
      expect(model, `call ${index + 1}: ${next.name}`).toEqual(real)
      seen.add(kindOf(next.name, real.answer))
    }
  })
  await fc.assert(
    property.beforeEach(() => emptyEverything(cast.db.sql)),
    { seed, numRuns: histories },
  )
  return seen
}

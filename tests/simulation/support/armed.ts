import type { Fault, FaultPlan, StepKind } from './steps.ts'

/** Something that will go wrong: `times` steps of a kind, beginning with the n-th from now. */
export type Armed = { kind: StepKind; nth: number; fault: Fault; times: number }

/** A plan that does what is armed, then nothing. */
export function planOf({ kind, nth, fault, times }: Armed): FaultPlan {
  let seen = 0
  return (step) => {
    if (step.kind !== kind) return null
    seen += 1
    return seen >= nth && seen < nth + times ? fault : null
  }
}

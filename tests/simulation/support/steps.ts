import type { Life } from './life.ts'

/** What can be done to the world from within the worker, or to the worker from outside. */
export type StepKind = 'disk' | 'database' | 'network'

/** One effect. `changes`: it leaves a trace outside the process. */
export type Step = { kind: StepKind; call: string; target: string; changes: boolean }

/**
 * `crash_before`, `crash_after`: the process dies. `full`, `io_error`: the disk refuses. `lost_request`, `lost_answer`: the other side
 * never hears, or does and cannot say so. `late`: the other side hears when nobody waits any more.
 */
export type Fault = 'crash_before' | 'crash_after' | 'full' | 'io_error' | 'lost_request' | 'lost_answer' | 'late'

/** Decides what happens to a step; `null`: what should. */
export type FaultPlan = (step: Step) => Fault | null

/** Where all effects pass: each is seen, and each can fail. */
export type Steps = {
  /** To be called before an effect. Throws `Crashed` when the process is dead, or dies here. */
  before(life: Life, step: Step): Fault | null
  /** Replaces the plan; `null`: nothing fails. */
  plan(plan: FaultPlan | null): void
  /** From now on all steps are written down. Returns how to end that, with what was seen. */
  record(): () => Step[]
  /** Which lives saw the disk refuse something. */
  refusedLives: ReadonlySet<number>
  /** A call is heard when nobody waits for it any more: its process is dead. */
  heardLate(): void
  /** Whether that happened, for whatever reason. */
  hadLate(): boolean
}

export function createSteps(): Steps {
  let plan: FaultPlan | null = null
  let recording: Step[] | null = null
  let late = false
  const refusedLives = new Set<number>()
  return {
    before(life, step) {
      if (!life.isAlive()) throw life.crash()
      recording?.push(step)
      const fault = plan?.(step) ?? null
      if (fault === 'crash_before') throw life.crash()
      if (step.kind === 'disk' && (fault === 'full' || fault === 'io_error')) refusedLives.add(life.number)
      late ||= fault === 'late'
      return fault
    },
    plan: (next) => void (plan = next),
    record() {
      const steps: Step[] = []
      recording = steps
      return () => {
        recording = null
        return steps
      }
    },
    refusedLives,
    heardLate: () => void (late = true),
    hadLate: () => late,
  }
}

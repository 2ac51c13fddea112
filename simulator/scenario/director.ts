import { namedScenarios } from './named.ts'
import { play } from './run.ts'
import type { Run, Stage } from './run.ts'
import type { Scenario } from './schema.ts'

/** Plays scenarios; several may run side by side. */
export type Director = {
  /** Resolves when the scenario is over. Rejects when there is none of that name. */
  run(scenario: Scenario | string): Promise<Run>
  /** Begins a scenario and does not wait for it; `undefined` when there is none of that name. */
  begin(scenario: Scenario | string): Run | undefined
  /** The run that began last. */
  last(): Run | undefined
  names(): string[]
}

/** A director over a simulator's stage. */
export function createDirector(stage: Stage): Director {
  let last: Run | undefined
  const start = (scenario: Scenario | string) => {
    const found = typeof scenario === 'string' ? namedScenarios().get(scenario) : scenario
    if (!found) return undefined
    const playing = play(found, stage)
    last = playing.run
    return playing
  }
  return {
    async run(scenario) {
      const playing = start(scenario)
      if (!playing) throw new Error(`there is no scenario ${typeof scenario === 'string' ? scenario : scenario.name}`)
      return playing.over
    },
    begin: (scenario) => start(scenario)?.run,
    last: () => last,
    names: () => [...namedScenarios().keys()],
  }
}

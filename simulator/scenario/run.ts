import type { Controls } from '../controls.ts'
import type { Happening } from '../server/happenings.ts'
import { act } from './actions.ts'
import type { Scenario, Step } from './schema.ts'

/** What came of a run so far: each step with its outcome and when it was done, milliseconds since the run began. */
export type Run = {
  name: string
  /** `failed`: a step came out otherwise than the scenario expects; `ended`: the simulator stopped. */
  state: 'running' | 'done' | 'failed' | 'ended'
  steps: { do: Step['do']; outcome: string; atMs: number }[]
}

/** What a run needs of the world. */
export type Stage = {
  controls: Controls
  watchers: Set<(what: Happening) => void>
  /** Ends the waiting when the simulator stops. */
  ended: AbortSignal
}

/** Plays a scenario. `run` grows while it is played; resolves with it, rejects never. */
export function play(scenario: Scenario, { controls, watchers, ended }: Stage): { run: Run; over: Promise<Run> } {
  const run: Run = { name: scenario.name, state: 'running', steps: [] }
  const began = performance.now()
  const heard: Happening[] = []
  let cursor = 0
  let wake = (): void => {}
  const watch = (what: Happening): void => {
    heard.push(what)
    wake()
  }
  const pause = (milliseconds?: number) =>
    new Promise<void>((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds)
      const stop = () => (clearTimeout(timer), resolve())
      if (ended.aborted) return stop()
      ended.addEventListener('abort', stop, { once: true })
      if (milliseconds === undefined) wake = resolve
    })
  const comesAfter = async (what: Happening): Promise<void> => {
    let found = heard.indexOf(what, cursor)
    while (found < 0 && !ended.aborted) {
      await pause()
      found = heard.indexOf(what, cursor)
    }
    cursor = found + 1
  }

  const playAll = async (): Promise<Run> => {
    watchers.add(watch)
    for (const step of scenario.steps) {
      if (step.after !== undefined) await comesAfter(step.after)
      const early = (step.at ?? 0) - (performance.now() - began)
      if (early > 0) await pause(early)
      if (step.wait !== undefined) await pause(step.wait)
      if (ended.aborted) return { ...run, state: (run.state = 'ended') }
      const outcome = await act(controls, step)
      run.steps.push({ do: step.do, outcome, atMs: Math.round(performance.now() - began) })
      if (outcome !== (step.expect ?? 'ok')) return { ...run, state: (run.state = 'failed') }
    }
    run.state = 'done'
    return run
  }
  return { run, over: playAll().finally(() => watchers.delete(watch)) }
}

import { parseArgs } from 'node:util'
import { checkAtRest } from './invariants/at-rest.ts'
import { DATABASE_SCENARIOS, SCENARIOS } from './scenarios.ts'
import type { Scenario } from './scenarios.ts'
import type { Loss } from './support/disk/inodes.ts'
import { quiesce } from './support/quiesce.ts'
import type { Fault, Step } from './support/steps.ts'
import type { Violation } from './support/violations.ts'
import { createWorld } from './support/world.ts'

/**
 * What is done to one step of a scenario, and what a crash leaves of what was not durable. `again`: the worker that takes it up from
 * there dies, too, so many steps later; 0: it does not.
 */
type Point = { scenario: string; index: number; fault: Fault; loss: Loss; again: number }

export type CrashPointsResult = {
  crashPoints: number
  resurrections: number
  orphans: number
  lostOrders: number
  /** All violations, of whatever kind. */
  violations: number
  /** How many steps each scenario has. */
  steps: Record<string, number>
  failures: { replay: string; step: string; violations: Violation[] }[]
}

const SEED = 1
const LOSSES: readonly Loss[] = ['all_kept', 'all_lost', 'torn']
const CRASHES: readonly Fault[] = ['crash_before', 'crash_after']
/** Where the second crash comes, in steps after the first: a recovery is as long as a start and a clear. */
const AGAIN = [7, 19, 37, 61]
/** How long the second worker gets, milliseconds. */
const RECOVERY_MS = 8000

/** All that can befall a step. What changes nothing outside the process can only fail. */
function faultsOf({ kind, changes }: Step, at: number): Omit<Point, 'scenario' | 'index'>[] {
  const calm = (fault: Fault) => ({ fault, loss: 'all_kept' as const, again: 0 })
  const torn = (fault: Fault) => ({ fault, loss: 'torn' as const, again: 0 })
  const twice = { fault: 'crash_before' as const, loss: 'all_lost' as const, again: AGAIN[at % AGAIN.length] ?? 0 }
  switch (kind) {
    case 'disk':
      if (!changes) return [calm('io_error')]
      return [...CRASHES.flatMap((fault) => LOSSES.map((loss) => ({ fault, loss, again: 0 }))), twice, calm('full'), calm('io_error')]
    case 'database':
      return [...CRASHES.map(torn), calm('lost_request'), calm('lost_answer'), calm('late')]
    case 'network':
      return [...CRASHES.map(torn), calm('lost_request'), calm('lost_answer')]
  }
}

/** Plays a scenario; `point: null` records its steps, else that one of them fails. */
async function play(
  scenario: Scenario,
  point: Omit<Point, 'scenario'> | null,
  trace?: (line: string) => void,
): Promise<{ steps: Step[]; violations: Violation[] }> {
  const { sealed, store = 'disk' } = scenario
  const world = createWorld(SEED, { sealed, store, ...(trace && { trace }) })
  try {
    world.start()
    await world.clock.advance(500)
    await scenario.prepare?.(world)
    let seen = 0
    world.steps.plan((step) => {
      seen += 1
      if (point?.again && seen === point.index + point.again) return 'crash_after'
      if (!point || seen !== point.index) return null
      trace?.(`>>> ${point.fault} at ${step.call} ${step.target}`)
      return point.fault
    })
    if (point) world.setLoss(point.loss)
    const recorded = world.steps.record()
    await scenario.act(world)
    const steps = recorded()
    world.check()
    if (point?.again) {
      world.start()
      await world.clock.advance(RECOVERY_MS)
    }
    trace?.('>>> the end of all trouble')
    if (!(await quiesce(world))) world.violations.add('untrue', 'OPS', 'it never comes to rest')
    checkAtRest(world)
    return { steps, violations: world.violations.all() }
  } finally {
    world.dispose()
  }
}

/** Every step of every scenario, failed in every way; `every`: only each n-th of these points, `from` the n-th on. */
export async function runCrashPoints({
  every = 1,
  from = 0,
  scenarios = SCENARIOS,
  say = () => {},
}: { every?: number; from?: number; scenarios?: readonly Scenario[]; say?: (line: string) => void } = {}): Promise<CrashPointsResult> {
  const result: CrashPointsResult = { crashPoints: 0, resurrections: 0, orphans: 0, lostOrders: 0, violations: 0, steps: {}, failures: [] }
  let count = 0
  for (const scenario of scenarios) {
    const untouched = await play(scenario, null)
    result.steps[scenario.name] = untouched.steps.length
    note(
      result,
      { scenario: scenario.name, index: 0, fault: 'crash_before', loss: 'all_kept', again: 0 },
      'nothing fails',
      untouched.violations,
    )
    for (const [at, step] of untouched.steps.entries()) {
      for (const how of faultsOf(step, at)) {
        count += 1
        if (count % every !== from % every) continue
        const point = { index: at + 1, ...how }
        const { violations } = await play(scenario, point)
        result.crashPoints += 1
        note(result, { scenario: scenario.name, ...point }, `${step.call} ${step.target}`, violations)
      }
    }
    say(`${scenario.name}: ${untouched.steps.length} steps, ${result.crashPoints} points so far, ${result.violations} violations`)
  }
  return result
}

function note(result: CrashPointsResult, { scenario, index, fault, loss, again }: Point, step: string, violations: Violation[]): void {
  if (violations.length === 0) return
  const of = (kind: Violation['kind']): number => violations.filter((one) => one.kind === kind).length
  result.resurrections += of('resurrection')
  result.orphans += of('orphan')
  result.lostOrders += of('lost_order')
  result.violations += violations.length
  result.failures.push({
    replay: `--scenario '${scenario}' --step ${index} --fault ${fault} --loss ${loss} --again ${again}`,
    step,
    violations,
  })
}

async function replayPoint(point: Point): Promise<string> {
  const all = [...SCENARIOS, ...DATABASE_SCENARIOS]
  const scenario = all.find(({ name }) => name === point.scenario)
  if (!scenario) throw new Error(`no scenario is called so; there are: ${all.map(({ name }) => name).join(', ')}`)
  const lines: string[] = []
  const { violations } = await play(scenario, point, (line) => lines.push(line))
  return [...lines, ...violations.map(({ kind, rules, what }) => `VIOLATION ${kind} (${rules}): ${what}`)].join('\n')
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      every: { type: 'string', default: '1' },
      from: { type: 'string', default: '0' },
      scenario: { type: 'string' },
      step: { type: 'string', default: '0' },
      fault: { type: 'string', default: 'crash_before' },
      loss: { type: 'string', default: 'all_kept' },
      again: { type: 'string', default: '0' },
      kind: { type: 'string', default: 'disk' },
    },
  })
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  if (values.scenario === undefined) {
    const scenarios = values.kind === 'database' ? DATABASE_SCENARIOS : SCENARIOS
    const result = await runCrashPoints({ every: Number(values.every), from: Number(values.from), scenarios, say })
    for (const { replay, step, violations } of result.failures.slice(0, 40)) {
      say(`${replay} (${step})`)
      for (const { kind, rules, what } of violations) say(`  ${kind} (${rules}): ${what}`)
    }
    say(JSON.stringify({ ...result, failures: result.failures.length }))
    process.exitCode = result.violations > 0 ? 1 : 0
  } else {
    const { scenario, step, fault, loss, again } = values
    say(await replayPoint({ scenario, index: Number(step), fault: fault as Fault, loss: loss as Loss, again: Number(again) }))
  }
}

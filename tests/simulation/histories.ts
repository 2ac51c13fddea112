import { assert, asyncModelRun, asyncProperty, check, commands, nat, record } from 'fast-check'
import type { Arbitrary, AsyncCommand } from 'fast-check'
import { parseArgs } from 'node:util'
import { commandsOf } from './commands/command.ts'
import { DATABASE_TROUBLE, FLEET_TROUBLE } from './commands/fleet.ts'
import { PEOPLE } from './commands/people.ts'
import { TROUBLE } from './commands/trouble.ts'
import { WHATSAPP } from './commands/whatsapp.ts'
import { checkAtRest } from './invariants/at-rest.ts'
import { quiesce } from './support/quiesce.ts'
import { ALL_TRANSITIONS } from './support/transitions.ts'
import type { Violation } from './support/violations.ts'
import { createWorld } from './support/world.ts'
import type { World } from './support/world.ts'

/** How many commands a history may have; those that make no sense where they come are left out. */
const MAX_COMMANDS = 130

/** Of one worker whose folder, or the database, is the home of its sessions; or of two that share them. */
export const KINDS = ['disk', 'database', 'fleet'] as const
export type Kind = (typeof KINDS)[number]

const HAPPENINGS = { disk: TROUBLE, database: DATABASE_TROUBLE, fleet: FLEET_TROUBLE } as const satisfies Record<Kind, unknown>
const WORLDS = {
  disk: {},
  database: { store: 'database' },
  fleet: { store: 'database', machines: 2 },
} as const satisfies Record<Kind, Parameters<typeof createWorld>[1]>

export type HistoriesResult = {
  histories: number
  medianSteps: number
  transitionCoverage: { taken: number; total: number; missing: string[] }
  resurrections: number
  orphans: number
  lostOrders: number
  /** All violations, of whatever kind. */
  violations: number
  /** How often a session went from one worker to another. */
  takeovers: number
  failures: Failure[]
}
/** `replay`: the arguments that make this history happen again. */
type Failure = { replay: string; violations: Violation[] }

type Plan = { worldSeed: number; commands: Iterable<AsyncCommand<World, World>> }
function plansOf(kind: Kind): Arbitrary<Plan> {
  const happenings = [...PEOPLE, ...WHATSAPP, ...HAPPENINGS[kind]]
  return record({ worldSeed: nat(), commands: commands(commandsOf(happenings), { maxCommands: MAX_COMMANDS, size: 'max' }) })
}

type Lived = { steps: number; takeovers: number; violations: Violation[] }

/** One history: what happens, then the end of all trouble, then the judgement. */
async function live(kind: Kind, plan: Plan, taken: Set<string>, trace?: (line: string) => void): Promise<Lived> {
  const world = createWorld(plan.worldSeed, { ...WORLDS[kind], taken, ...(trace && { trace }) })
  try {
    world.start()
    await world.clock.advance(500)
    await asyncModelRun(() => ({ model: world, real: world }), plan.commands)
    world.trace('the end of all trouble')
    if (!(await quiesce(world))) world.violations.add('untrue', 'OPS', 'it never comes to rest')
    checkAtRest(world)
    return { steps: world.executed, takeovers: world.leases.takeovers(), violations: world.violations.all() }
  } finally {
    world.dispose()
  }
}

/** Lives `count` histories; the same seed gives the same ones. Failures are counted, the first few are kept. */
export async function runHistories({ count, seed, kind = 'disk' }: { count: number; seed: number; kind?: Kind }): Promise<HistoriesResult> {
  const taken = new Set<string>()
  const steps: number[] = []
  const failures: Failure[] = []
  const kinds = { resurrection: 0, orphan: 0, lost_order: 0, all: 0 }
  let index = 0
  let takeovers = 0
  const ofKind = kind === 'disk' ? '' : `--kind ${kind} `
  const property = asyncProperty(plansOf(kind), async (plan) => {
    const result = await live(kind, plan, taken)
    takeovers += result.takeovers
    steps.push(result.steps)
    if (result.violations.length > 0) {
      failures.push({ replay: `${ofKind}--seed ${seed} --path ${index}`, violations: result.violations })
      kinds.all += result.violations.length
      for (const kind of ['resurrection', 'orphan', 'lost_order'] as const) {
        kinds[kind] += result.violations.filter((one) => one.kind === kind).length
      }
    }
    index += 1
  })
  await assert(property, { seed, numRuns: count })
  return {
    histories: steps.length,
    medianSteps: steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0,
    transitionCoverage: { taken: taken.size, total: ALL_TRANSITIONS.length, missing: ALL_TRANSITIONS.filter((one) => !taken.has(one)) },
    resurrections: kinds.resurrection,
    orphans: kinds.orphan,
    lostOrders: kinds.lost_order,
    violations: kinds.all,
    takeovers,
    failures,
  }
}

/** Lives one history again, then looks for a shorter one that fails alike; returns what happened there, command by command. */
export async function replayHistory({ seed, path, kind = 'disk' }: { seed: number; path: string; kind?: Kind }): Promise<string> {
  const say: string[] = []
  let alike: Set<string> | null = null
  const property = asyncProperty(plansOf(kind), async (plan) => {
    const lines: string[] = []
    const { violations } = await live(kind, plan, new Set(), (line) => lines.push(line))
    const kinds = new Set(violations.map(({ kind, rules }) => `${kind} ${rules}`))
    alike ??= kinds
    if (![...kinds].some((kind) => alike?.has(kind))) return
    say.splice(0, say.length, ...lines, ...violations.map(({ kind, rules, what }) => `VIOLATION ${kind} (${rules}): ${what}`))
    throw new Error(violations.map(({ what }) => what).join('\n'))
  })
  await check(property, { seed, path, numRuns: Number(path.split(':')[0]) + 1 })
  return say.length > 0 ? say.join('\n') : 'nothing failed'
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '300' },
      seed: { type: 'string', default: '1' },
      path: { type: 'string' },
      kind: { type: 'string', default: 'disk' },
    },
  })
  const kind = KINDS.find((one) => one === values.kind)
  if (!kind) throw new Error(`--kind takes one of ${KINDS.join(', ')}`)
  const seed = Number(values.seed)
  const output = process.stdout
  if (values.path === undefined) {
    const result = await runHistories({ count: Number(values.count), seed, kind })
    for (const { replay, violations } of result.failures.slice(0, 20)) {
      output.write(`${replay}\n${violations.map(({ kind, rules, what }) => `  ${kind} (${rules}): ${what}\n`).join('')}`)
    }
    output.write(`${JSON.stringify({ ...result, failures: result.failures.length })}\n`)
    process.exitCode = result.violations > 0 ? 1 : 0
  } else output.write(`${await replayHistory({ seed, path: values.path, kind })}\n`)
}

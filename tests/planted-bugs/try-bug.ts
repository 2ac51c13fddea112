import * as z from 'zod'
import { runChild } from '../../scripts/prove/child.ts'
import type { Ended } from '../../scripts/prove/child.ts'
import type { Bug } from './bugs.ts'

/** `by`: the invariant that saw it; `null`: nothing did. */
export type Tried = { name: string; rule: string; by: string | null; after: string }

/** Each bug lives through ever more histories until one of them turns red; the seeds differ, so that none is lived twice. */
const STAGES = [
  { count: 60, seed: 1 },
  { count: 400, seed: 2 },
  { count: 3000, seed: 5 },
] as const
/** The same for workers that share sessions, of which a history takes longer. */
const SHARED_STAGES = [STAGES[0], STAGES[1], { count: 1500, seed: 5 }] as const
const KINDS = {
  histories: { kind: 'disk', stages: STAGES },
  'database-histories': { kind: 'database', stages: SHARED_STAGES },
  'fleet-histories': { kind: 'fleet', stages: SHARED_STAGES },
} as const
type Kind = (typeof KINDS)[keyof typeof KINDS]['kind']
type Stage = { count: number; seed: number }

/** Kills that a bug lives through which only the real worker shows. */
const KILLS = 8

const CRASH_POINTS = ['tests/simulation/crash-points.ts'] as const

const SimulationResult = z.object({ violations: z.int() })
const KillsResult = z.object({
  kills: z.int(),
  resurrections: z.array(z.string()),
  orphans: z.array(z.string()),
  lostOrders: z.array(z.string()),
  failures: z.array(z.string()),
})

/** Runs the proof with a bug in the worker. Throws when the proof could not be run: that is not the same as red. */
export async function tryBug(bug: Bug): Promise<Tried> {
  const { name, rule } = bug
  if (bug.seenBy === 'kills') {
    const ended = await runChild(['tests/worker/kill/main.ts', '--kills', String(KILLS), '--bug', name])
    return { name, rule, by: redOfKills(ended, `"${name}"`), after: `${KILLS} kills` }
  }
  if (bug.seenBy === 'crash-points') return { name, rule, by: await redOf(CRASH_POINTS, name), after: 'all crash points' }
  const { kind, stages } = KINDS[bug.seenBy]
  for (const stage of stages) {
    const by = await live(kind, stage, name)
    if (by !== null) return { name, rule, by, after: `${stage.count} histories` }
  }
  return { name, rule, by: null, after: `${stages.reduce((sum, { count }) => sum + count, 0)} histories` }
}

/** The same without a bug must be green, or red says nothing; the other parts of the proof are their own. Returns what is red, stage by stage. */
export async function controls(): Promise<string[]> {
  const found: string[] = []
  for (const { kind, stages } of Object.values(KINDS)) {
    for (const stage of stages) {
      const by = await live(kind, stage, null)
      if (by !== null) found.push(`without a bug, --kind ${kind} --count ${stage.count} --seed ${stage.seed}: ${by}`)
    }
  }
  return found
}

function live(kind: Kind, { count, seed }: Stage, bug: string | null): Promise<string | null> {
  return redOf(['tests/simulation/histories.ts', '--kind', kind, '--count', String(count), '--seed', String(seed)], bug)
}

/** Runs a part of the simulation; returns the first violation, `null` where it is green. */
async function redOf(command: readonly string[], bug: string | null): Promise<string | null> {
  const preload = bug === null ? [] : ['--import', './tests/planted-bugs/plant.ts']
  const ended = await runChild([...preload, ...command], bug === null ? {} : { env: { PLANTED_BUG: bug } })
  const result = SimulationResult.safeParse(ended.last)
  const isWhole = result.success && ended.code === (result.data.violations === 0 ? 0 : 1)
  if (!isWhole) throw notRun(bug ?? 'the control', ended)
  if (ended.code === 0) return null
  return ended.lines.map((line) => /^ {2}(\w+ \([^)]*\): .*)$/.exec(line)?.[1]).find((line) => line !== undefined) ?? 'a violation'
}

function redOfKills(ended: Ended, what: string): string | null {
  const result = KillsResult.safeParse(ended.last)
  if (!result.success || (ended.code !== 0 && ended.code !== 1)) throw notRun(what, ended)
  const { resurrections, orphans, lostOrders, failures } = result.data
  return [...resurrections, ...orphans, ...lostOrders, ...failures][0] ?? null
}

function notRun(what: string, { code, lines, errors }: Ended): Error {
  return new Error(`the proof could not be run with ${what}: it ended with ${code}\n${lines.slice(-5).join('\n')}\n${errors}`)
}

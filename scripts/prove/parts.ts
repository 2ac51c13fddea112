import { availableParallelism } from 'node:os'
import * as z from 'zod'
import { inParallel, runChild } from './child.ts'
import type { Ended } from './child.ts'

/** How much of each is done. */
export type Budget = { histories: number; fleetHistories: number; kills: number; bugs: string; seed: number }

/** What a part found. `null`: it does not count such a thing. */
export type Figures = {
  crashPoints: number | null
  resurrections: number | null
  orphans: number | null
  lostOrders: number | null
  histories: number | null
  medianSteps: number | null
  /** A share of 1. */
  transitionCoverage: number | null
  kills: number | null
  plantedBugs: { caught: number; total: number } | null
  /** Of workers whose sessions are at home in the database; `takeovers`: how often one worker had what another had before. */
  fleet: { histories: number; takeovers: number; crashPoints: number } | null
}
/** `problems`: why it is red, each with the command that shows it again. */
export type Proven = { figures: Partial<Figures>; problems: string[] }
type Say = (line: string) => void
export type Part = (budget: Budget, say: Say) => Promise<Proven>

const CORES = availableParallelism()
/** Histories of one child: short enough that the children end together, long enough that their start does not count. */
const CHUNK = 500
/** What a history has at least, in the median. */
const MEDIAN_STEPS = 30
/** Two workers, each with a folder and a database of its own. */
const LANES = 2

const HistoriesResult = z.object({
  histories: z.int(),
  medianSteps: z.int(),
  transitionCoverage: z.object({ total: z.int(), missing: z.array(z.string()) }),
  takeovers: z.int(),
  resurrections: z.int(),
  orphans: z.int(),
  lostOrders: z.int(),
  violations: z.int(),
})

type Lived = z.infer<typeof HistoriesResult>

/** Lives histories of one kind, split over the cores. */
async function live(kind: string, wanted: number, seed: number, problems: string[], say: Say): Promise<Lived[]> {
  const chunks = Array.from({ length: Math.ceil(wanted / CHUNK) }, (_, at) => ({
    count: Math.min(CHUNK, wanted - at * CHUNK),
    seed: seed * 1000 + at,
  }))
  let done = 0
  const results = await inParallel(chunks, CORES, async (chunk) => {
    const args = ['tests/simulation/histories.ts', '--kind', kind, '--count', String(chunk.count), '--seed', String(chunk.seed)]
    const ended = await runChild(args)
    const result = resultOf(HistoriesResult, ended, args, problems)
    done += result?.histories ?? 0
    if (result && result.violations > 0) problems.push(...replaysOf(ended.lines, args))
    say(
      `${done} of ${wanted} histories of the kind ${kind}${result ? `, ${result.violations} violations in the last ${result.histories}` : ''}`,
    )
    return result
  })
  if (done < wanted) problems.push(`only ${done} of ${wanted} histories of the kind ${kind} were lived`)
  return results.filter((result) => result !== null)
}

/** Seeded histories of the real worker in simulated surroundings. */
const histories: Part = async ({ histories: wanted, seed }, say) => {
  const problems: string[] = []
  const whole = await live('disk', wanted, seed, problems, say)
  const done = whole.reduce((sum, result) => sum + result.histories, 0)
  const [first] = whole
  if (!first) return { figures: {}, problems }
  const missing = first.transitionCoverage.missing.filter((one) => whole.every((other) => other.transitionCoverage.missing.includes(one)))
  const { total } = first.transitionCoverage
  // The least of the medians: half of all histories have at least as many steps.
  const medianSteps = Math.min(...whole.map((result) => result.medianSteps))
  if (missing.length > 0) problems.push(`transitions that no history took: ${missing.join(', ')}`)
  if (medianSteps < MEDIAN_STEPS) problems.push(`the median of the steps is ${medianSteps}, not ${MEDIAN_STEPS}`)
  return {
    figures: { histories: done, medianSteps, transitionCoverage: (total - missing.length) / total, ...violationsOf(whole) },
    problems,
  }
}

const CrashPointsResult = z.object({
  crashPoints: z.int().min(1),
  resurrections: z.int(),
  orphans: z.int(),
  lostOrders: z.int(),
  violations: z.int(),
})

/** Each step of the worker that has an effect, crashed and failed in every way. */
const crashPoints: Part = async (_budget, say) => {
  const problems: string[] = []
  const args = ['tests/simulation/crash-points.ts']
  const ended = await runChild(args, { onLine: (line) => !line.startsWith('{') && say(line) })
  const result = resultOf(CrashPointsResult, ended, args, problems)
  if (!result) return { figures: {}, problems }
  if (result.violations > 0) problems.push(...replaysOf(ended.lines, args))
  return { figures: { crashPoints: result.crashPoints, ...violationsOf([result]) }, problems }
}

/** The same of workers whose sessions are at home in the database: one alone, and two that share them. */
const fleet: Part = async ({ fleetHistories: wanted, seed }, say) => {
  const problems: string[] = []
  const alone = await live('database', Math.ceil(wanted / 2), seed, problems, say)
  const together = await live('fleet', Math.ceil(wanted / 2), seed, problems, say)
  const args = ['tests/simulation/crash-points.ts', '--kind', 'database']
  const ended = await runChild(args, { onLine: (line) => !line.startsWith('{') && say(line) })
  const points = resultOf(CrashPointsResult, ended, args, problems)
  if (points && points.violations > 0) problems.push(...replaysOf(ended.lines, args))
  const lived = [...alone, ...together]
  const sum = (of: 'histories' | 'takeovers'): number => lived.reduce((total, result) => total + result[of], 0)
  if (sum('takeovers') === 0) problems.push('no worker ever took over what another had')
  return {
    figures: {
      fleet: { histories: sum('histories'), takeovers: sum('takeovers'), crashPoints: points?.crashPoints ?? 0 },
      ...violationsOf(points ? [...lived, points] : lived),
    },
    problems,
  }
}

const KillsResult = z.object({
  kills: z.int(),
  resurrections: z.array(z.string()),
  orphans: z.array(z.string()),
  lostOrders: z.array(z.string()),
  failures: z.array(z.string()),
  phases: z.record(z.string(), z.int()),
  counts: z.record(z.string(), z.number()),
})

/** The real worker, killed again and again. */
const kills: Part = async ({ kills: wanted, seed }, say) => {
  const lanes = Array.from({ length: LANES }, (_, at) => ({ kills: Math.ceil((wanted - at) / LANES), seed: seed * 1000 + at }))
  const problems: string[] = []
  let done = 0
  const results = await inParallel(lanes, LANES, async (lane) => {
    const args = ['tests/worker/kill/main.ts', '--kills', String(lane.kills), '--seed', String(lane.seed)]
    const onLine = (line: string): void => {
      if (!line.startsWith('kill ')) return
      done += 1
      if (done % 25 === 0) say(`${done} of ${wanted} kills`)
    }
    const result = resultOf(KillsResult, await runChild(args, { onLine }), args, problems)
    const found = result ? [...result.resurrections, ...result.orphans, ...result.lostOrders, ...result.failures] : []
    if (found.length > 0) problems.push(`node ${args.join(' ')} (its times are real ones, so it may need some tries):`, ...indent(found))
    return result
  })
  const whole = results.filter((result) => result !== null)
  const sum = (of: (result: z.infer<typeof KillsResult>) => Record<string, number>): [string, number][] => {
    const names = [...new Set(whole.flatMap((result) => Object.keys(of(result))))]
    return names.map((name) => [name, whole.reduce((total, result) => total + (of(result)[name] ?? 0), 0)])
  }
  for (const [phase, count] of sum((result) => result.phases).toSorted(([, a], [, b]) => b - a)) say(`${count} kills hit: ${phase}`)
  say(
    `meanwhile: ${sum((result) => result.counts)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ')}`,
  )
  const killed = whole.reduce((total, result) => total + result.kills, 0)
  if (killed < wanted) problems.push(`only ${killed} of ${wanted} kills`)
  const lengths = whole.map(({ resurrections, orphans, lostOrders }) => ({
    resurrections: resurrections.length,
    orphans: orphans.length,
    lostOrders: lostOrders.length,
  }))
  return { figures: { kills: killed, ...violationsOf(lengths) }, problems }
}

const BugsResult = z.object({ caught: z.int(), total: z.int(), through: z.array(z.string()), controls: z.array(z.string()) })

/** The tests tested: each planted bug must turn the proof red. */
const plantedBugs: Part = async ({ bugs }, say) => {
  const problems: string[] = []
  const args = ['tests/planted-bugs/main.ts', '--only', bugs]
  const ended = await runChild(args, { onLine: (line) => !line.startsWith('{') && say(line) })
  const result = resultOf(BugsResult, ended, args, problems)
  if (!result) return { figures: {}, problems }
  problems.push(...result.controls, ...result.through.map((name) => `not caught: node tests/planted-bugs/main.ts --only "${name}"`))
  return { figures: { plantedBugs: { caught: result.caught, total: result.total } }, problems }
}

export const PARTS = { 'planted-bugs': plantedBugs, histories, 'crash-points': crashPoints, fleet, kills } as const satisfies Record<
  string,
  Part
>
export type PartName = keyof typeof PARTS

/** A part that does not end as it should is red, whatever it said before. */
function resultOf<T>(schema: z.ZodType<T>, ended: Ended, args: readonly string[], problems: string[]): T | null {
  const result = schema.safeParse(ended.last)
  if (result.success && (ended.code === 0 || ended.code === 1)) {
    if (ended.code === 1) problems.push(`red: node ${args.join(' ')}`)
    return result.data
  }
  problems.push(`node ${args.join(' ')} ended with ${ended.code} and no result`, ...indent([...ended.lines.slice(-5), ended.errors]))
  return null
}

function violationsOf(results: readonly { resurrections: number; orphans: number; lostOrders: number }[]) {
  const sum = (kind: 'resurrections' | 'orphans' | 'lostOrders'): number => results.reduce((total, result) => total + result[kind], 0)
  return { resurrections: sum('resurrections'), orphans: sum('orphans'), lostOrders: sum('lostOrders') }
}

/** The lines that say what was violated, and how to see it again. */
function replaysOf(lines: readonly string[], args: readonly string[]): string[] {
  return lines
    .filter((line) => /^( {2}\w|--)/.test(line))
    .slice(0, 20)
    .map((line) => (line.startsWith('--') ? `node ${args[0]} ${line}` : line))
}

function indent(lines: readonly string[]): string[] {
  return lines.slice(0, 10).map((line) => `  ${line}`)
}

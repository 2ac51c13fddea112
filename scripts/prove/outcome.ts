import type { Figures, Proven } from './parts.ts'

/** The last line of `npm run prove`, in this order. What was not run is `null`. */
export function figuresOf(proven: readonly Proven[]): Figures {
  const all = proven.map(({ figures }) => figures)
  const only = <K extends keyof Figures>(name: K): Figures[K] | null =>
    all.map((figures) => figures[name]).find((one) => one != null) ?? null
  const sum = (name: 'resurrections' | 'orphans' | 'lostOrders'): number | null => {
    const counted = all.map((figures) => figures[name]).filter((count) => count != null)
    return counted.length > 0 ? counted.reduce((total, count) => total + count, 0) : null
  }
  return {
    crashPoints: only('crashPoints'),
    resurrections: sum('resurrections'),
    orphans: sum('orphans'),
    lostOrders: sum('lostOrders'),
    histories: only('histories'),
    medianSteps: only('medianSteps'),
    transitionCoverage: only('transitionCoverage'),
    kills: only('kills'),
    plantedBugs: only('plantedBugs'),
    fleet: only('fleet'),
  }
}

/** Whether everything that was run is as it must be. */
export function isProven(proven: readonly Proven[]): boolean {
  const { resurrections, orphans, lostOrders, transitionCoverage, plantedBugs } = figuresOf(proven)
  const nothingBad = [resurrections, orphans, lostOrders].every((count) => count === null || count === 0)
  const allTaken = transitionCoverage === null || transitionCoverage === 1
  const allCaught = plantedBugs === null || (plantedBugs.total > 0 && plantedBugs.caught === plantedBugs.total)
  return proven.length > 0 && nothingBad && allTaken && allCaught && proven.every(({ problems }) => problems.length === 0)
}

/** Where the minutes went, as a table for a terminal. */
export function tableOf(rows: readonly { part: string; seconds: number; result: string }[]): string {
  const all = [...rows, { part: 'all', seconds: rows.reduce((sum, { seconds }) => sum + seconds, 0), result: '' }]
  const width = Math.max(...all.map(({ part }) => part.length))
  return all.map(({ part, seconds, result }) => `${part.padEnd(width)}  ${timeOf(seconds).padStart(9)}  ${result}`.trimEnd()).join('\n')
}

function timeOf(seconds: number): string {
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')}`
}

import { loadavg } from 'node:os'
import { openWorld } from '../tests/e2e/support/world.ts'
import { launchBrowser } from '../tests/support/browser.ts'
import { WITHOUT_LIMITS } from '../tests/support/without-limits.ts'
import { firstQr } from './link/first-qr.ts'
import { openPage } from './link/marks.ts'
import { askForCode } from './link/pairing.ts'
import { rotationDelays } from './link/rotation.ts'
import { scanOnce } from './link/scan.ts'
import { machine, report, spread, type Spread } from './report.ts'

const RUNS = Number(process.env['RUNS'] ?? 30)
/** Pages of each of two browsers that wait side by side, and how many QRs each page sees replaced. */
const ROTATING = { pages: 4, rotations: Number(process.env['ROTATIONS'] ?? 4) }
const ROTATIONS = 2 * ROTATING.pages * ROTATING.rotations

/** Milliseconds. */
const GOALS: Record<string, Partial<Spread>> = {
  clickToQr: { p50: 300, p95: 800 },
  workerFirstQr: { p95: 100 },
  scanToConnected: { p95: 1500 },
  rotatedQr: { p95: 500 },
}

/** `runs` times, one after the other, after one that is not counted. */
async function repeat<T>(runs: number, once: () => Promise<T>): Promise<T[]> {
  await once()
  const taken: T[] = []
  for (let index = 0; index < runs; index += 1) taken.push(await once())
  return taken
}

/** The columns of what was taken, each as a spread. */
function columns(taken: readonly Record<string, number>[]): Record<string, Spread> {
  const names = Object.keys(taken[0] ?? {})
  return Object.fromEntries(names.map((name) => [name, spread(taken.map((one) => one[name] ?? Number.NaN))]))
}

/**
 * Linking as people meet it, in the embedded stack and a real browser: from the click to the QR with the share of each part, from the scan
 * to "Connected" and to `connected` in the list, from asking for a pairing code to the code, and how late a rotated QR is. Beside it: the
 * worker alone, from being asked to its first QR.
 */
export async function run(): Promise<void> {
  // What else the machine had to do: figures of a busy one say little.
  const load = loadavg().map((one) => Math.round(one * 100) / 100)
  const [world, browser] = await Promise.all([openWorld({ worker: WITHOUT_LIMITS }), launchBrowser()])
  try {
    const page = await openPage(world)
    const other = await openPage({ ...world, browser })
    const links = columns(await repeat(RUNS, () => scanOnce(world, page)))
    const askToCode = spread(await repeat(RUNS, () => askForCode(world, page)))
    const workerFirstQr = spread(await repeat(RUNS, () => firstQr(world)))
    const rotatedQr = spread(await rotationDelays(world, [page, other], ROTATING.pages, ROTATING.rotations))
    const rows = { ...links, askToCode, workerFirstQr, rotatedQr }
    const met = Object.fromEntries(Object.entries(GOALS).map(([name, goal]) => [name, isMet(rows[name as keyof typeof rows], goal)]))
    report(`link: ${RUNS} of each, one after the other; ${ROTATIONS} rotated QRs`, rows, {
      runs: RUNS,
      rotations: ROTATIONS,
      goals: GOALS,
      met,
      machine: machine(),
      load,
    })
  } finally {
    await browser.close()
    await world.stop()
  }
}

function isMet(taken: Spread | undefined, goal: Partial<Spread>): boolean {
  return taken !== undefined && Object.entries(goal).every(([name, limit]) => taken[name as keyof Spread] <= limit)
}

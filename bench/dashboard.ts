import { loadavg } from 'node:os'
import { openWorld, signIn } from '../tests/e2e/support/world.ts'
import { notesOf, takeNotes } from './dashboard/marks.ts'
import { scroll } from './dashboard/scrolling.ts'
import { seedSessions } from './dashboard/seed.ts'
import { typeSearches } from './dashboard/typing.ts'
import { weigh } from './dashboard/weigh.ts'
import { machine, spread, table } from './report.ts'

const SESSIONS = Number(process.env['SESSIONS'] ?? 10_000)

/** The most that is wanted. */
const GOALS = { jsKB: 170, cssKB: 15, filterP95: 100, domRows: 60, longTasks: 0 } as const

/**
 * The page of an organisation with 10,000 devices, in the embedded stack and a real browser: what is fetched until it can be used, how long
 * a key takes to show its rows, and whether scrolling ever stalls where the processor is four times slower.
 */
export async function run(): Promise<void> {
  // What else the machine had to do: figures of a busy one say little.
  const load = loadavg().map((one) => Math.round(one * 100) / 100)
  const world = await openWorld()
  try {
    // It would take them for its own, find no credentials and report that of each, over and over, on the same processors.
    await world.stack.halt('worker')
    await seedSessions(world, SESSIONS)
    const { page: first } = await signIn(world)
    const context = first.context()
    await takeNotes(context)
    const page = await context.newPage()
    await page.setViewportSize({ width: 1280, height: 800 })
    const weights = await weigh(page, `${world.stack.url}/settings/whatsapp`)
    await first.close()
    const opened = await notesOf(page)
    const filter = await typeSearches(page)
    const typed = await notesOf(page)
    await page.getByRole('searchbox').fill('')
    const scrolled = await scroll(page)
    const { cls, rows } = await notesOf(page)
    const filtered = spread(filter)
    const figures = {
      ...weights,
      filterP50: filtered.p50,
      filterP95: filtered.p95,
      keys: filter.length,
      longTasks: scrolled.longTasks,
      longestTask: Math.round(scrolled.longest),
      lcp: Math.round(opened.lcp),
      inp: Math.max(0, ...typed.interactions),
      cls: Math.round(cls * 1000) / 1000,
      usable: Math.round(opened.usable),
      domRows: rows,
    }
    console.log(`\ndashboard: ${SESSIONS} sessions, ${filter.length} keys\n${machine()}, load ${load[0]}\n`)
    console.log(table({ 'key to filtered rows': filtered }))
    for (const [name, figure] of Object.entries(figures))
      console.log(name.padEnd(28) + String(figure).padStart(10) + (name in GOALS ? `  of ${GOALS[name as keyof typeof GOALS]}` : ''))
    const met = Object.fromEntries(Object.entries(GOALS).map(([name, most]) => [name, figures[name as keyof typeof GOALS] <= most]))
    console.log(`\n${JSON.stringify({ ...figures, sessions: SESSIONS, goals: GOALS, met, machine: machine(), load })}`)
  } finally {
    await world.stop()
  }
}

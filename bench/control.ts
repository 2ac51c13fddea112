import { measureIdle } from './control/idle.ts'
import { measureCalls, type Measured } from './control/calls.ts'
import { machine, table } from './report.ts'

/** Rows of sessions, and how many of them each worker holds. */
const SIZES = (process.env['ROWS'] ?? '10000,100000').split(',').map(Number)
const HELD = Number(process.env['HELD'] ?? 1000)
/** Of each call; the slow ones are called a tenth as often. */
const TIMES = Number(process.env['TIMES'] ?? 200)
/** How long an idle worker is counted, seconds. */
const IDLE_SECONDS = Number(process.env['IDLE_SECONDS'] ?? 60)
/** Statements a second that an idle worker may cause. */
const GOAL = 2

/**
 * What the database does for a fleet: each call's time with so many sessions of many organisations there, and how many statements a worker
 * causes that has nothing to do. Postgres waits for the disk, as it really does; the calls go straight to it, without the API between.
 */
export async function run(): Promise<void> {
  const sizes: Record<string, Measured> = {}
  for (const sessions of SIZES) {
    const measured = await measureCalls({ sessions, perWorker: HELD, times: TIMES })
    sizes[sessions] = measured
    console.log(`\n${sessions} sessions, ${HELD} for each worker\n${table(measured.rows)}`)
    console.log(`bytes written by a call: ${JSON.stringify(measured.walBytes)}`)
    console.log(`megabytes: ${JSON.stringify(measured.megabytes)}`)
  }
  const idle = await measureIdle(IDLE_SECONDS)
  console.log(`\nan idle worker, for ${IDLE_SECONDS} s: ${JSON.stringify(idle)}`)
  console.log(`\n${machine()}\n`)
  console.log(JSON.stringify({ perWorker: HELD, sizes, idle, goals: { statementsPerSecond: GOAL }, met: idle.perSecond <= GOAL }))
}

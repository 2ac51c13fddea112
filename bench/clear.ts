import { loadavg } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { eachAtOnce } from './clear/at-once.ts'
import { clearOnce, type Timing } from './clear/clear-once.ts'
import { watchDisk, type DiskWatch } from './clear/disk-watch.ts'
import { probeFsync } from './clear/fsync-probe.ts'
import { linkAgain, linkNew, type Live } from './stack/link.ts'
import { startStack, type Stack } from './stack/stack.ts'
import { plantTexts } from './clear/texts.ts'
import { report, spread, table, type Spread } from './report.ts'

/** Live all the time, beside those that are being cleared. */
const SESSIONS = Number(process.env['SESSIONS'] ?? 200)
/** Each round clears so many sessions, which are linked again before the next, outside the clock. */
const ROUND = 20
/** How many are cleared at once, and in how many rounds. The goals are about the first: people reset one session after the other. */
const MODES = {
  oneByOne: { atOnce: 1, rounds: Number(process.env['ROUNDS'] ?? 10) },
  bursts: { atOnce: 10, rounds: Number(process.env['BURST_ROUNDS'] ?? 5) },
} as const
/** In every third round, beginning with the first, so many phones do not answer: about one of ten. */
const SILENT = { everyRounds: 3, of: [0, 3, 6, 9, 12, 15] } as const
/** As many links at once as the worker starts sockets. */
const LINKS_AT_ONCE = 8

/** Milliseconds that the 99th percentile may take. */
const GOALS = { accepted: 50, goneLocally: 250, unlink: 5000 } as const

type Turn = { live: Live; silent: boolean }

/**
 * What a clear costs while 200 sessions are live: until the order is durable, until nothing is left on this machine, until the phone has
 * confirmed or is said not to have. Database, worker and simulated WhatsApp are processes of their own, on the machine's cores together
 * with this one, in which the API runs.
 */
export async function run(): Promise<void> {
  const [load = 0] = loadavg()
  console.log(`Before anything was started, ${load.toFixed(1)} processes wanted a core`)
  const stack = await startStack()
  const disk = watchDisk(stack.data)
  try {
    const numbers = Array.from({ length: SESSIONS + ROUND }, (_, index) => index)
    const begun = performance.now()
    let sessions = await eachAtOnce(numbers, LINKS_AT_ONCE, async (number) => withTexts(stack, await linkNew(stack, number)))
    const linked = Math.round((performance.now() - begun) / 1000)
    console.log(`${sessions.length} sessions were linked in ${linked} s`)

    const busy = monitorEventLoopDelay({ resolution: 1 })
    const timings: Record<keyof typeof MODES, Timing[]> = { oneByOne: [], bursts: [] }
    const steady: number[] = []
    for (const mode of ['oneByOne', 'bursts'] as const) {
      const { atOnce, rounds } = MODES[mode]
      for (let round = 0; round < rounds; round += 1) {
        const silentRound = round % SILENT.everyRounds === 0
        const turns = sessions.slice(0, ROUND).map((live, index) => ({ live, silent: silentRound && isSilent(index) }))
        sessions = sessions.slice(ROUND)
        for (const { live, silent } of turns) if (silent) await stack.phone('POST', `devices/${live.jid}/offline`)
        busy.enable()
        timings[mode].push(...(await clearRound(stack, disk, turns, atOnce)))
        busy.disable()
        steady.push(await countSteady(stack, sessions))
        const again = await eachAtOnce(turns, LINKS_AT_ONCE, async ({ live }) => withTexts(stack, await linkAgain(stack, live)))
        sessions.push(...again)
      }
    }
    await conditions(stack, busy.percentile(99) / 1e6)
    show(timings, Math.min(...steady))
  } finally {
    disk.close()
    await stack.stop()
  }
}

/** Clears so many at once, again and again. A phone that does not answer is not waited for before the next clears. */
async function clearRound(stack: Stack, disk: DiskWatch, turns: readonly Turn[], atOnce: number): Promise<Timing[]> {
  const all: Promise<Timing>[] = []
  for (let from = 0; from < turns.length; from += atOnce) {
    const now = turns.slice(from, from + atOnce).map(({ live, silent }) => ({ silent, clearing: clearOnce(stack, disk, live) }))
    all.push(...now.map(({ clearing }) => clearing))
    // Whoever fails is heard below, when all are awaited.
    await Promise.allSettled(now.filter(({ silent }) => !silent).map(({ clearing }) => clearing))
  }
  return await Promise.all(all)
}

const isSilent = (index: number): boolean => SILENT.of.some((one) => one === index)

function withTexts(stack: Stack, live: Live): Live {
  plantTexts(stack.data, live)
  return live
}

/** How many of `sessions` are connected, by the worker's word and WhatsApp's, and have been since they were linked. */
async function countSteady(stack: Stack, sessions: readonly Live[]): Promise<number> {
  const [connected, online] = await Promise.all([stack.connected(), stack.online()])
  return sessions.filter(({ id, jid }) => connected.has(id) && online.get(jid) === 1).length
}

/** Says under what the figures were taken. */
async function conditions(stack: Stack, busyMs: number): Promise<void> {
  const [settings] = await stack.sql<{ fsync: string; commit: string }[]>`
    select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`
  console.log(`Postgres: fsync ${settings?.fsync}, synchronous_commit ${settings?.commit}`)
  console.log(table({ 'fsync of 4 KiB, by itself': probeFsync(stack.data) }))
  console.log(`What is seen from outside may be late by this process' own delays: p99 ${busyMs.toFixed(1)} ms`)
}

function rowsOf(timings: readonly Timing[]): Record<string, Spread> {
  const of = (outcome: Timing['outcome']) => timings.filter((one) => one.outcome === outcome).map(({ unlink }) => unlink)
  return {
    accepted: spread(timings.map(({ accepted }) => accepted)),
    tombstone: spread(timings.map(({ tombstone }) => tombstone)),
    goneLocally: spread(timings.map(({ goneLocally }) => goneLocally)),
    unlink: spread(timings.map(({ unlink }) => unlink)),
    unlinkConfirmed: spread(of('confirmed')),
    unlinkUnconfirmed: spread(of('unconfirmed')),
  }
}

function show(timings: Record<keyof typeof MODES, Timing[]>, steady: number): void {
  const met = (rows: Record<string, Spread>) =>
    Object.fromEntries(Object.entries(GOALS).map(([name, ms]) => [name, (rows[name]?.p99 ?? Number.NaN) <= ms]))
  const { oneByOne, bursts } = timings
  const [rows, burstRows] = [rowsOf(oneByOne), rowsOf(bursts)]
  const outcome = (some: readonly Timing[]) =>
    `${some.length} clears, ${some.filter(({ outcome }) => outcome === 'unconfirmed').length} of them of phones that did not answer`
  console.log(`\n${outcome(bursts)}; ${MODES.bursts.atOnce} at once\n${table(burstRows)}`)
  report(`clear: ${outcome(oneByOne)}; one after the other, beside ${steady} live sessions`, rows, {
    liveSessions: SESSIONS,
    stillConnected: steady / SESSIONS,
    clears: oneByOne.length,
    goals: GOALS,
    met: met(rows),
    foundBeforeCommand: [...oneByOne, ...bursts].filter(({ beforeCommand }) => beforeCommand).length,
    bursts: { atOnce: MODES.bursts.atOnce, clears: bursts.length, met: met(burstRows), ...burstRows },
  })
}

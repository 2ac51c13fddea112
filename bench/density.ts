import { join } from 'node:path'
import { loadavg } from 'node:os'
import { rmSync } from 'node:fs'
import { readFlags, type Flags } from './density/flags.ts'
import { measureGrowth, type Growth } from './density/growth.ts'
import { type Identity, makeIdentity, registerIdentities } from './density/identity.ts'
import { plantSessions, plantStock } from './density/plant.ts'
import { type Base, measureBase, type Run, runOnce } from './density/run-once.ts'
import { machine } from './report.ts'
import { startStack, type Stack } from './stack/stack.ts'

/** The first number of the worker's phones, of stock Baileys', and of those that are linked while something is measured. */
const NUMBERS = { worker: 51_901_000_000, stock: 51_902_000_000, growth: 3_000_000 } as const

/** Below so many minutes the memory's slope is that of a process that warms up: it is shown, and claimed as nothing. */
const MIN_GROWTH_MINUTES = 45

/** What a thousand sessions may cost: kilobytes of memory each over the base, percent of a core, seconds, milliseconds. */
const GOALS = { rssPerSessionKB: 512, idleCpuPercent: 6, restartAllSeconds: 60, firstQrP95: 500 } as const

/**
 * What sessions cost that are logged in and have nothing to do: memory, processor time, and how soon all are back after a restart. One
 * worker holds them all; beside it, in the same run against the same simulator, as many sockets of Baileys with the store it comes with.
 */
export async function run(): Promise<void> {
  const flags = readFlags(process.argv.slice(3))
  const sizes = flags.only === 'growth' ? [] : flags.n.toSorted((a, b) => a - b)
  const most = Math.max(0, ...sizes)
  const identities = (first: number) => Array.from({ length: most }, (_, index) => makeIdentity(String(first + index)))
  const own = identities(NUMBERS.worker)
  const stock = flags.stock ? identities(NUMBERS.stock) : []
  say(`before anything was started, ${load()} processes wanted a core`)
  const gaugeFile = join(process.cwd(), `node_modules/.cache/gauge-${process.pid}.json`)
  const stack = await startStack({
    prepareSimulator: (folder) => registerIdentities(folder, [...own, ...stock]),
    workerNodeArgs: ['--expose-gc', '--import', join(import.meta.dirname, 'density/gauge.ts')],
    workerEnv: { GAUGE_FILE: gaugeFile },
  })
  try {
    // The first start compiles what later ones read from a cache, and holds more for it.
    await stack.stopWorker()
    await stack.startWorker()
    const base = await measureBase(stack, gaugeFile)
    say(`the worker without a session: ${Math.round(base.rssKB / 1024)} MB, of which the heap uses ${Math.round(base.heapUsedKB / 1024)}`)
    const runs = await measureSizes(stack, { sizes, own, stock, base, gaugeFile, quietSeconds: flags.quiet, idleSeconds: flags.idle })
    const grown = flags.only === 'runs' ? null : await grow(stack, gaugeFile, flags)
    show(runs, grown)
  } finally {
    rmSync(gaugeFile, { force: true })
    await stack.stop()
  }
}

type Measured = {
  sizes: readonly number[]
  own: Identity[]
  stock: Identity[]
  base: Base
  gaugeFile: string
  quietSeconds: number
  idleSeconds: number
}

async function measureSizes(stack: Stack, { sizes, own, stock, base, gaugeFile, quietSeconds, idleSeconds }: Measured): Promise<Run[]> {
  const runs: Run[] = []
  const stockFolder = join(stack.folder, 'stock')
  let planted = 0
  for (const n of sizes) {
    await stack.stopWorker()
    const begun = performance.now()
    await plantSessions(stack, own.slice(planted, n))
    plantStock(stockFolder, stock.slice(planted, n))
    say(`${n - planted} more sessions were planted in ${seconds(begun)} s`)
    planted = n
    const side = stock.length > 0 ? { folder: stockFolder, identities: stock.slice(0, n) } : null
    const one = await runOnce({ stack, n, base, gaugeFile, quietSeconds, idleSeconds }, side)
    say(`${n} sessions: ${JSON.stringify(one)}; ${load()} processes want a core`)
    runs.push(one)
  }
  return runs
}

async function grow(stack: Stack, gaugeFile: string, { minutes }: Flags): Promise<Growth> {
  say(`link, clear, reconnect for ${minutes} minutes`)
  return await measureGrowth(stack, gaugeFile, minutes, NUMBERS.growth, say)
}

const say = (text: string) => console.log(`${new Date().toISOString().slice(11, 19)} ${text}`)
const load = () => loadavg()[0]?.toFixed(1)
const seconds = (begun: number) => ((performance.now() - begun) / 1000).toFixed(1)

function show(runs: readonly Run[], grown: Growth | null): void {
  const cell = (text: string | number | null) => String(text ?? '-').padStart(13)
  console.log(`\ndensity: sessions that are logged in and idle, in one worker\n${machine()}\n`)
  const heads = [
    'sessions',
    'RSS KB each',
    'stock KB each',
    'idle CPU %',
    'stock CPU %',
    'restart s',
    'CPU s of it',
    'QR p50 ms',
    'QR p95 ms',
    'heap KB each',
  ]
  if (runs.length > 0) console.log(heads.map(cell).join(''))
  for (const one of runs) {
    const { n } = one
    const cells = [n, one.rssPerSessionKB, one.stockRssPerSessionKB, one.idleCpuPercent, one.stockIdleCpuPercent, one.restartAllSeconds]
    console.log([...cells, one.restartCpuSeconds, one.firstQrP50, one.firstQrP95, one.heapPerSessionKB].map(cell).join(''))
  }
  if (grown) {
    const { first, last } = grown
    console.log(`\n${grown.rounds} rounds of link, clear, reconnect in ${grown.minutes} minutes, memory after garbage was thrown away:`)
    console.log(`  RSS ${first.rssKB} KB, then ${last.rssKB} KB: ${percent(grown.rssPercentPerHour)} ± ${percent(grown.rssError)} an hour`)
    console.log(
      `  heap ${first.heapUsedKB} of ${first.heapTotalKB} KB, then ${last.heapUsedKB} of ${last.heapTotalKB} KB: ${percent(grown.heapPercentPerHour)} ± ${percent(grown.heapError)} an hour`,
    )
  }
  const isLong = grown !== null && grown.minutes >= MIN_GROWTH_MINUTES
  if (grown && !isLong) console.log(`  too short for a growth per hour: \`-- --only growth --minutes 60\` measures it`)
  console.log(`\n${JSON.stringify({ runs, growthPercentPerHour: isLong ? round(grown.rssPercentPerHour) : null, goals: GOALS })}`)
}

const round = (value: number) => Math.round(value * 10) / 10
const percent = (value: number) => `${round(value)} %`

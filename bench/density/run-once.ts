import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../../tests/worker/support/eventually.ts'
import { spread } from '../report.ts'
import type { Stack } from '../stack/stack.ts'
import { firstQrMs } from './first-qr.ts'
import type { Identity } from './identity.ts'
import { cpuMs, rssKB } from './process-facts.ts'
import { settle, type Settled } from './settle.ts'
import { startStock } from './stock-process.ts'

/** How long a process without sessions is left alone before its memory counts, milliseconds. */
const BASE_MS = 10_000
const RESTART_MS = 600_000
const LINKS = 20

export type Run = {
  n: number
  rssPerSessionKB: number
  stockRssPerSessionKB: number | null
  idleCpuPercent: number
  stockIdleCpuPercent: number | null
  restartAllSeconds: number
  restartCpuSeconds: number
  firstQrP50: number
  firstQrP95: number
  /** Of JavaScript alone, after garbage was thrown away. */
  heapPerSessionKB: number
}

/** The worker without a session. */
export type Base = Pick<Settled, 'rssKB' | 'heapUsedKB'>

/** How a run is made: `stockFolder` holds the folder of each of `stock`; `null`: without stock Baileys beside it. */
export type RunOptions = { stack: Stack; n: number; base: Base; gaugeFile: string; quietSeconds: number; idleSeconds: number }
export type StockSide = { folder: string; identities: readonly Identity[] } | null

/** The memory of the worker without a session: resident before its garbage was thrown away, as in a run. */
export async function measureBase(stack: Stack, gaugeFile: string): Promise<Base> {
  await sleep(BASE_MS)
  const resident = rssKB(stack.workerPid())
  const { heapUsedKB } = await settle(stack.workerPid(), gaugeFile)
  return { rssKB: resident, heapUsedKB }
}

/** Starts the worker, which is down, with `n` sessions on its disk, and measures. It is left running. */
export async function runOnce({ stack, n, base, gaugeFile, quietSeconds, idleSeconds }: RunOptions, stock: StockSide): Promise<Run> {
  const restart = await restartAll(stack, n)
  const quiet = sleep(quietSeconds * 1000)
  const beside = stock && (await openStock(stack, stock))
  await quiet
  const [worker, other] = await Promise.all([idlePercent(stack.workerPid(), idleSeconds), beside && idlePercent(beside.pid, idleSeconds)])
  const rss = rssKB(stack.workerPid())
  const stockRss = beside && (rssKB(beside.pid) - beside.baseKB) / n
  await beside?.stop()
  const links: number[] = []
  for (let index = 0; index < LINKS; index += 1) links.push(await firstQrMs(stack))
  const connected = (await stack.connected()).size
  if (connected !== n) throw new Error(`${connected} of ${n} sessions are connected at the end`)
  const settled = await settle(stack.workerPid(), gaugeFile)
  const { p50, p95 } = spread(links)
  return {
    n,
    rssPerSessionKB: Math.round((rss - base.rssKB) / n),
    stockRssPerSessionKB: stockRss === null ? null : Math.round(stockRss),
    idleCpuPercent: worker,
    stockIdleCpuPercent: other,
    ...restart,
    firstQrP50: p50,
    firstQrP95: p95,
    heapPerSessionKB: Math.round((settled.heapUsedKB - base.heapUsedKB) / n),
  }
}

/** From the start of the process until every session is connected, by the worker's word and the database's of this life of it. */
async function restartAll(stack: Stack, n: number): Promise<Pick<Run, 'restartAllSeconds' | 'restartCpuSeconds'>> {
  const boots = (
    await stack.sql<{ boot: string }[]>`
    select distinct observed_boot as boot from public.whatsapp_sessions where observed_boot is not null`
  ).map(({ boot }) => boot)
  const begun = performance.now()
  await stack.startWorker()
  await eventually(async () => {
    await sleep(200)
    const [row] = await stack.sql<{ back: number }[]>`
      select count(*)::int as back from public.whatsapp_sessions
      where status = 'connected' and observed_boot is not null and not observed_boot = any (${boots})`
    if (row?.back !== n) throw new Error(`${row?.back} of ${n} sessions came back`)
  }, RESTART_MS)
  const seconds = (performance.now() - begun) / 1000
  const connected = (await stack.connected()).size
  if (connected !== n) throw new Error(`the database says that ${n} are connected, the worker ${connected}`)
  return { restartAllSeconds: Math.round(seconds * 10) / 10, restartCpuSeconds: Math.round(cpuMs(stack.workerPid()) / 100) / 10 }
}

async function openStock(stack: Stack, { folder, identities }: NonNullable<StockSide>) {
  const stock = await startStock(`ws://127.0.0.1:${stack.simulatorPort}/ws/chat`, folder)
  await sleep(BASE_MS)
  const baseKB = rssKB(stock.pid)
  const open = await stock.open(identities.map(({ phone }) => phone))
  if (open !== identities.length) throw new Error(`stock Baileys opened ${open} of ${identities.length}`)
  return { ...stock, baseKB }
}

/** How much of one core a process takes, percent. */
async function idlePercent(pid: number, seconds: number): Promise<number> {
  const [before, begun] = [cpuMs(pid), performance.now()]
  await sleep(seconds * 1000)
  return Math.round((1000 * (cpuMs(pid) - before)) / (performance.now() - begun)) / 10
}

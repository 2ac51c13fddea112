import { randomBytes } from 'node:crypto'
import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import * as z from 'zod'
import { eventually } from '../tests/worker/support/eventually.ts'
import { type Identity, makeIdentity, registerIdentities } from './density/identity.ts'
import { cpuMs, rssKB } from './density/process-facts.ts'
import { plantOnShelf } from './fleet/plant.ts'
import { machine } from './report.ts'
import type { Part } from './stack/process.ts'
import { startStack, type Stack } from './stack/stack.ts'

const FIRST_NUMBER = 51_904_000_000
const LEASE_SECONDS = 30
const WAIT_MS = 900_000
const Flags = z.object({ n: z.coerce.number().int().min(2).max(5000).default(2000), idle: z.coerce.number().min(5).default(60) })

/** What two workers cost and how one stands in for the other. Seconds, kilobytes, calls of the database for each worker and second. */
type Measured = {
  n: number
  startSeconds: number
  heldBy: Record<string, number>
  rssPerSessionKB: number
  idleCpuPercent: number
  idleCallsPerSecond: number
  /** From the end of the lease of the worker that was killed until the last of its sessions is connected at the other. */
  takeoverFirstSeconds: number
  takeoverLastSeconds: number
  unlinked: number
}

/**
 * `npm run bench fleet [-- --n 2000 --idle 60]`: sessions at home in the database, shared by two workers, all of it as it really runs: how soon all
 * are online, what the idle fleet asks of the database, and how soon all are back when one worker is killed.
 */
export async function run(): Promise<void> {
  const text = { type: 'string' } as const
  const { n, idle } = Flags.parse(parseArgs({ args: process.argv.slice(3), options: { n: text, idle: text } }).values)
  say(`before anything was started, ${load()} processes wanted a core`)
  const identities = Array.from({ length: n }, (_, index) => makeIdentity(String(FIRST_NUMBER + index)))
  const stack = await startStack({ idle: true, prepareSimulator: (folder) => registerIdentities(folder, identities) })
  try {
    show(await measure(stack, identities, idle))
  } finally {
    await stack.stop()
  }
}

async function measure(stack: Stack, identities: readonly Identity[], idleSeconds: number): Promise<Measured> {
  const n = identities.length
  const masterKey = randomBytes(32).toString('base64')
  await stack.sql`alter system set track_functions = 'pl'`
  await stack.sql`select pg_reload_conf()`
  await plantOnShelf({ ...stack, masterKey }, identities)
  say(`${n} sessions lie in the database`)

  const env = { WORKER_STORE: 'database', MASTER_KEYS: masterKey, WORKER_CAPACITY: String(n) }
  const begun = performance.now()
  const [first, second] = await Promise.all([stack.startAnother('fleet-1', env), stack.startAnother('fleet-2', env)])
  const baseKB = rssKB(first.pid)
  await connectedAt(stack, n)
  const startSeconds = secondsSince(begun)
  const heldBy = await holders(stack)
  say(`all are connected after ${startSeconds} s: ${JSON.stringify(heldBy)}`)

  await sleep(15_000)
  const before = { calls: await calls(stack), cpu: cpuMs(first.pid) }
  await sleep(idleSeconds * 1000)
  const idleCallsPerSecond = round((await calls(stack)).since(before.calls) / idleSeconds / 2)
  const idleCpuPercent = round((cpuMs(first.pid) - before.cpu) / idleSeconds / 10)
  const rssPerSessionKB = Math.round((rssKB(first.pid) - baseKB) / (heldBy['fleet-1'] ?? n))
  say(`idle: ${idleCallsPerSecond} calls of the database for each worker and second, ${idleCpuPercent} % of a core`)

  const takeover = await takeOver(stack, first, n)
  say(
    `one was killed: its first session is back ${takeover.takeoverFirstSeconds} s after its lease, the last after ${takeover.takeoverLastSeconds} s`,
  )
  const devices = await stack.online()
  await second.stop()
  return { n, startSeconds, heldBy, rssPerSessionKB, idleCpuPercent, idleCallsPerSecond, ...takeover, unlinked: n - devices.size }
}

async function takeOver(stack: Stack, victim: Part, n: number): Promise<Pick<Measured, 'takeoverFirstSeconds' | 'takeoverLastSeconds'>> {
  process.kill(victim.pid, 'SIGKILL')
  const [row] = await stack.sql<{ over: Date }[]>`
    select heartbeat_at + make_interval(secs => ${LEASE_SECONDS}) as over from public.whatsapp_workers where id = 'fleet-1'`
  if (!row) throw new Error('nobody has heard of the worker')
  const already = await countAt(stack, 'fleet-2')
  const at = (time: Date) => round((Date.now() - time.getTime()) / 1000)
  await eventually(async () => {
    await sleep(100)
    if ((await countAt(stack, 'fleet-2')) <= already) throw new Error('none is back')
  }, WAIT_MS)
  const takeoverFirstSeconds = at(row.over)
  await connectedAt(stack, n, 'fleet-2')
  return { takeoverFirstSeconds, takeoverLastSeconds: at(row.over) }
}

async function countAt({ sql }: Stack, worker: string | null): Promise<number> {
  const [row] = await sql<
    { count: number }[]
  >`select count(*)::int as count from public.whatsapp_sessions s join private.leases l on l.session_id = s.id
    where s.status = 'connected' and s.worker_id = l.worker_id and (${worker}::text is null or l.worker_id = ${worker})`
  return row?.count ?? 0
}

/** Until so many are connected, by the word of who holds them. */
async function connectedAt(stack: Stack, n: number, worker: string | null = null): Promise<void> {
  await eventually(async () => {
    await sleep(200)
    const count = await countAt(stack, worker)
    if (count !== n) throw new Error(`${count} of ${n} sessions are connected`)
  }, WAIT_MS)
}

async function holders({ sql }: Stack): Promise<Record<string, number>> {
  const rows = await sql<
    { id: string; count: number }[]
  >`select worker_id as id, count(*)::int from private.leases group by worker_id order by 1`
  return Object.fromEntries(rows.map(({ id, count }) => [id, count]))
}

/** What the workers have called so far, by Postgres' own count. */
async function calls({ sql }: Stack) {
  const [row] = await sql<{ count: number }[]>`select coalesce(sum(calls), 0)::int as count from pg_stat_user_functions
    where schemaname = 'public' and (funcname like 'worker%' or funcname like 'purge%')`
  const count = row?.count ?? 0
  return { count, since: (earlier: { count: number }) => count - earlier.count }
}

const say = (words: string) => console.log(`${new Date().toISOString().slice(11, 19)} ${words}`)
const load = () => loadavg()[0]?.toFixed(1)
const round = (value: number) => Math.round(value * 100) / 100
const secondsSince = (begun: number) => round((performance.now() - begun) / 1000)

function show(measured: Measured): void {
  console.log(`\nfleet: two workers that share sessions in the database\n${machine()}\n`)
  for (const [name, value] of Object.entries(measured)) console.log(name.padEnd(24), JSON.stringify(value))
  console.log(`\n${JSON.stringify(measured)}`)
}

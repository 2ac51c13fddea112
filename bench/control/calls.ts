import type { Sql, TransactionSql } from 'postgres'
import * as z from 'zod'
import { speakAs, speakAsWorker } from '../../tests/database/interleave.ts'
import { startTestDatabase } from '../../tests/support/database.ts'
import { populate, type Population } from '../../tests/support/populate.ts'
import { spread, type Spread } from '../report.ts'

type Size = { sessions: number; perWorker: number; times: number }
type Act = (tx: TransactionSql, turn: number) => PromiseLike<unknown>
/** `before` is outside the clock. */
type Call = { act: Act; before?: Act; seldom?: true }
type Target = { id: string; generation: number; token: number; worker_id: string }

/** The worker that is measured, and those that die, one after the other. */
const ME = 'worker-0000'
const CHANGED = 10
/** Calls of each that do not count. */
const WARM_UP = 2
const SeenChange = z.object({ change: z.coerce.number() })
const Written = z.object({ bytes: z.coerce.number() })
const Size = z.array(z.object({ name: z.string(), mb: z.number() }))

export type Measured = {
  /** Milliseconds. */
  rows: Record<string, Spread>
  /** What a call writes to the log of changes, bytes; nothing where it is taken back. */
  walBytes: Record<string, number>
  megabytes: Record<string, number>
}

/** Fills a database of its own and takes the time of each call, milliseconds; and how large the tables are with their indexes. */
export async function measureCalls({ sessions, perWorker, times }: Size): Promise<Measured> {
  const database = await startTestDatabase({ durable: true })
  try {
    const { sql } = database
    const admin = await database.person('admin@example.org')
    const population = await populate(sql, { sessions, perWorker, events: 5, shelfRows: 6 })
    for (const id of [population.largeOrganization, population.smallOrganization]) {
      await sql`insert into public.organization_members (organization_id, user_id, role) values (${id}, ${admin.id}, 'admin')`
    }
    // What one organisation may do within an hour is not what is measured.
    await sql`update private.bounds set at_most = 1000000 where what in ('waiting_links', 'orders_per_hour', 'sessions')`
    const targets = await sql<Target[]>`
      select s.id, s.generation, l.token::integer, l.worker_id from public.whatsapp_sessions s join private.leases l on l.session_id = s.id
      where s.organization_id = ${population.largeOrganization} and s.status = 'connected' limit ${2 * times}`
    const rows: Record<string, Spread> = {}
    const walBytes: Record<string, number> = {}
    // The first change of a page after a checkpoint writes the whole page: none comes in between.
    await sql`alter system set checkpoint_timeout = '1d'`
    await sql`select pg_reload_conf()`
    for (const [name, call] of Object.entries(callsOf(population, targets, admin.id))) {
      const count = call.seldom ? Math.max(5, Math.round(times / 10)) : times
      const before = await writtenOf(sql)
      rows[name] = spread(await timesOf(sql, call, count))
      if (!call.seldom) walBytes[name] = Math.round(((await writtenOf(sql)) - before) / (count + WARM_UP))
    }
    return { rows, walBytes, megabytes: await sizesOf(sql) }
  } finally {
    await database.stop()
  }
}

function callsOf(
  { largeOrganization, smallOrganization, workers }: Population,
  targets: readonly Target[],
  adminId: string,
): Record<string, Call> {
  const target = (turn: number): Target => targets[turn % targets.length] ?? { id: '', generation: 1, token: 0, worker_id: '' }
  const newest = { change: 0 }
  const byAdmin = (act: Act): Call => ({ before: (tx) => speakAs(tx, adminId), act })
  const byWorker = (act: Act): Call => ({ before: (tx) => speakAsWorker(tx), act })
  const since: Act = (tx) => tx`select public.worker_snapshot(${ME}, ${newest.change})`
  const learn = async (tx: TransactionSql) => {
    const [row] = await tx`select last_value as change from private.changes`
    newest.change = SeenChange.parse(row).change
  }
  return {
    'purge, nothing stale': byWorker((tx) => tx`select public.purge_stale_sessions()`),
    'snapshot, whole': byWorker((tx) => tx`select public.worker_snapshot(${ME})`),
    'snapshot, nothing changed': { before: learn, act: since },
    'snapshot, 10 changed': {
      async before(tx) {
        await learn(tx)
        await tx`update public.whatsapp_sessions set desired = desired where id in (
          select session_id from private.leases where worker_id = ${ME} limit ${CHANGED})`
      },
      act: since,
    },
    'read of everything (doctor)': { ...byWorker((tx) => tx`select public.worker_snapshot()`), seldom: true },
    'claims after a death': {
      seldom: true,
      async before(tx, turn) {
        await tx`update public.whatsapp_workers set heartbeat_at = now() - interval '1 hour' where id = ${workers[1 + (turn % (workers.length - 1))] ?? ''}`
      },
      act: since,
    },
    look: byWorker((tx, turn) => tx`select public.worker_look(${target(turn).id}, ${target(turn).worker_id})`),
    heartbeat: byWorker((tx) => tx`select public.worker_heartbeat(${ME}, 'http://127.0.0.1:1', '0', 2000, 10, 'database')`),
    observation: byWorker((tx, turn) => {
      const { id, generation, worker_id, token } = target(turn)
      return tx`select public.worker_observe(${id}, ${generation}, ${worker_id}, 'reconnecting', null, null, null, ${token})`
    }),
    'write to the shelf, 1 KB': byWorker((tx, turn) => {
      const { id, generation, worker_id, token } = target(turn)
      const puts = { identity: 'A'.repeat(1368) }
      return tx`select public.worker_shelve(${worker_id}, ${tx.json([{ sessionId: id, token, sequence: turn + 1, generation, fresh: false, puts, drops: [] }])})`
    }),
    'assigned_worker, held': byAdmin((tx, turn) => tx`select public.assigned_worker(${target(turn).id})`),
    'assigned_worker, unheld': {
      async before(tx, turn) {
        await tx`update private.leases set worker_id = null where session_id = ${target(turn).id}`
        await speakAs(tx, adminId)
      },
      act: (tx, turn) => tx`select public.assigned_worker(${target(turn).id})`,
    },
    'list, 50 sessions': byAdmin((tx) => tx`select public.search_sessions(${smallOrganization})`),
    'list, every tenth session': { ...byAdmin((tx) => tx`select public.search_sessions(${largeOrganization})`), seldom: true },
    'workers of 50 sessions': byAdmin((tx) => tx`select public.workers_of_organization(${smallOrganization})`),
    'workers of every tenth': { ...byAdmin((tx) => tx`select public.workers_of_organization(${largeOrganization})`), seldom: true },
    create_session: byAdmin((tx) => tx`select public.create_session(${smallOrganization}, 'New')`),
    reset_session: byAdmin((tx, turn) => tx`select public.reset_session(${target(turn).id})`),
  }
}

class TakenBack extends Error {}

/** Each in a transaction that is committed to the disk inside the clock, or taken back where what it did would change the next one. */
async function timesOf(sql: Sql, { before, act, seldom }: Call, times: number): Promise<number[]> {
  const samples: number[] = []
  for (let turn = -WARM_UP; turn < times; turn += 1) {
    let begun = 0
    await sql
      .begin(async (tx) => {
        await before?.(tx, Math.max(0, turn))
        begun = performance.now()
        await act(tx, Math.max(0, turn))
        if (seldom) {
          if (turn >= 0) samples.push(performance.now() - begun)
          throw new TakenBack()
        }
      })
      .catch((error: unknown) => {
        if (!(error instanceof TakenBack)) throw error
      })
    if (turn >= 0 && !seldom) samples.push(performance.now() - begun)
  }
  return samples
}

/** Of what grows with the sessions, with indexes and values that are stored apart. */
async function sizesOf(sql: Sql): Promise<Record<string, number>> {
  const rows = await sql`
    select relname as name, round(pg_total_relation_size(oid) / 1e6, 1)::float as mb from pg_class
    where relname in ('whatsapp_sessions', 'leases', 'shelf', 'whatsapp_session_events', 'whatsapp_clearances') and relkind = 'r' order by 1`
  return Object.fromEntries(Size.parse([...rows]).map(({ name, mb }) => [name, mb]))
}

async function writtenOf(sql: Sql): Promise<number> {
  const [row] = await sql`select pg_current_wal_insert_lsn() - '0/0' as bytes`
  return Written.parse(row).bytes
}

import { setTimeout as sleep } from 'node:timers/promises'
import postgres, { type Sql, type TransactionSql } from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startWithCast, type Cast } from './cast.ts'
import { speakAs, speakAsWorker } from './interleave.ts'

/**
 * Two transactions that each want the same two rows, in opposite order: the first stops half way, with the row in hand that the other
 * wants next, until the other waits. Whoever waits for rows in an order of its own ends in a deadlock here.
 */
const GATE = 4711
let cast: Cast
let sql: Sql
beforeAll(async () => {
  cast = await startWithCast()
  sql = cast.db.sql
  // Before a row is changed it is locked, and then asks whether to wait here.
  await sql.unsafe(`
    create schema scene;
    create function scene.wait_at_the_gate() returns trigger language plpgsql security definer as $$
    begin
      if current_setting('scene.waits_at', true) = old.display_name then perform pg_advisory_xact_lock(${GATE}); end if;
      return case when tg_op = 'DELETE' then old else new end;
    end $$;
    create trigger aaa_wait_at_the_gate before update or delete on public.whatsapp_sessions
      for each row execute function scene.wait_at_the_gate();
  `)
})
afterAll(() => cast.db.stop())
afterEach(() => sql`truncate public.whatsapp_sessions, public.whatsapp_clearances`)

type Scene = { organization: string; ids: string[] }
type Act = (tx: TransactionSql, scene: Scene) => Promise<unknown>

const byAdmin =
  (act: Act): Act =>
  async (tx, scene) => (await speakAs(tx, cast.admin.id), await act(tx, scene))
const byWorker =
  (act: Act): Act =>
  async (tx, scene) => (await speakAsWorker(tx), await act(tx, scene))
const deleteOrganization: Act = (tx, { organization }) => tx`delete from public.organizations where id = ${organization}`
const purgeByPage = byAdmin((tx) => tx`select public.purge_stale_sessions()`)
const purgeByWorker = byWorker((tx) => tx`select public.purge_stale_sessions()`)
const stamp = byWorker((tx, { ids }) => tx`select public.worker_touch(${ids}::uuid[])`)
const ofOrganization = ({ organization }: Scene) => sql`organization_id = ${organization}`

type Order = 'heap' | 'index'
/** What makes a transaction meet the rows in an order. */
const PLANS = {
  heap: 'set local enable_indexscan = off; set local enable_bitmapscan = off',
  index: 'set local enable_seqscan = off; set local enable_bitmapscan = off',
}

/** Two stale rows: the heap has them in this order, the organisation's index in the opposite one. */
async function twoStaleRows(): Promise<Scene> {
  const organization = await cast.db.createOrganization('Crowded', { owner: cast.owner, admin: cast.admin })
  const ids: string[] = []
  for (const [name, minutes] of [
    ['first in the heap', 20],
    ['first in the index', 40],
  ] as const) {
    const [row] = await sql<{ id: string }[]>`
      insert into public.whatsapp_sessions (organization_id, display_name, created_at)
      values (${organization}, ${name}, now() - make_interval(mins => ${minutes})) returning id`
    ids.push(row?.id ?? '')
  }
  return { organization, ids }
}

/** The first stops with the first row of its `order` in hand, and the second comes from the other end. What became of both; what went wrong in one of them is its answer. */
async function collide(scene: Scene, first: Act, second: Act, order: Order = 'heap'): Promise<unknown[]> {
  const plans = order === 'heap' ? ([PLANS.heap, PLANS.index] as const) : ([PLANS.index, PLANS.heap] as const)
  // Of their own, so that no plan is left over from other tests.
  const [mine, other] = [postgres(cast.db.databaseUrl, { max: 1 }), postgres(cast.db.databaseUrl, { max: 1 })]
  const keeper = await sql.reserve()
  try {
    await keeper`select pg_advisory_lock(${GATE})`
    const one = settled(
      mine.begin(async (tx) => {
        await tx.unsafe(`${plans[0]}; set local scene.waits_at = 'first in the ${order}'`)
        return await first(tx, scene)
      }),
    )
    await lockWaits(1)
    let isOver = false
    const two = settled(
      other.begin(async (tx) => {
        await tx.unsafe(plans[1])
        return await second(tx, scene)
      }),
    ).finally(() => (isOver = true))
    await lockWaits(2, () => isOver)
    await keeper`select pg_advisory_unlock(${GATE})`
    return await Promise.all([one, two])
  } finally {
    keeper.release()
    await Promise.all([mine.end(), other.end()])
  }
}

async function lockWaits(count: number, isEnough = () => false): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    const waiting = await sql`select 1 from pg_stat_activity where wait_event_type = 'Lock'`
    if (waiting.length >= count || isEnough()) return
    await sleep(10)
  }
  throw new Error(`there were never ${count} who waited for a lock`)
}

async function settled(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => 'done',
    (error: unknown) => (error as { code?: string }).code ?? error,
  )
}

describe('two who want the same rows in opposite order', () => {
  it.each<[string, Act]>([
    ['deletes', (tx, scene) => tx`delete from public.whatsapp_sessions where ${ofOrganization(scene)}`],
    ['stamps', (tx, scene) => tx`update public.whatsapp_sessions set last_active_at = now() where ${ofOrganization(scene)}`],
  ])('do end in a deadlock when one of them simply %s: the scene is real', async (_, act) => {
    const ends = await collide(await twoStaleRows(), act, deleteOrganization)
    expect(new Set(ends)).toEqual(new Set(['40P01', 'done']))
  })

  it.each<[string, string, Act, Act, Order?]>([
    ['a deleted organisation', 'a purge by the page', deleteOrganization, purgeByPage, 'index'],
    ['a deleted organisation', 'a purge by the worker', deleteOrganization, purgeByWorker, 'index'],
    ['a deleted organisation', 'a stamp of watched links', deleteOrganization, stamp, 'index'],
    ['a purge by the page', 'a deleted organisation', purgeByPage, deleteOrganization],
    ['a purge by the worker', 'a deleted organisation', purgeByWorker, deleteOrganization],
    ['a purge by the worker', 'a purge by the page', purgeByWorker, purgeByPage],
    ['a stamp of watched links', 'a deleted organisation', stamp, deleteOrganization],
    ['a stamp of watched links', 'a purge by the page', stamp, purgeByPage],
  ])('both come through: %s and %s', async (_first, _second, first, second, order) => {
    const scene = await twoStaleRows()
    expect(await collide(scene, first, second, order)).toEqual(['done', 'done'])
  })
})

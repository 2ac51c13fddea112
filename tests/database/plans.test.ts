import type { TransactionSql } from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { populate, type Population } from '../support/populate.ts'
import { startWithCast, type Cast } from './cast.ts'
import { speakAs, speakAsWorker } from './interleave.ts'
import { carryOut } from './plans.ts'

/** Sessions of all organisations, and of each worker. What is planned for so many is planned for more. */
const [SESSIONS, HELD] = [20_000, 500]
/** What grows with them. A call that reads one of these from one end to the other is slower for each customer that others win. */
const LARGE = ['leases', 'webhook_deliveries', 'shelf', 'whatsapp_clearances', 'whatsapp_session_events', 'whatsapp_sessions']

let cast: Cast
let population: Population
/** A connected session of an ordinary organisation. */
let session: { id: string; generation: number; token: number; worker_id: string; order_id: string }
beforeAll(async () => {
  cast = await startWithCast()
  population = await populate(cast.db.sql, { sessions: SESSIONS, perWorker: HELD, events: 2, shelfRows: 1 })
  for (const id of [population.largeOrganization, population.smallOrganization]) {
    await cast.db.sql`insert into public.organization_members (organization_id, user_id, role) values (${id}, ${cast.admin.id}, 'admin')`
  }
  const [found] = await cast.db.sql<(typeof session)[]>`
    select s.id, s.generation, l.token::integer, l.worker_id, c.id as order_id
    from public.whatsapp_sessions s join private.leases l on l.session_id = s.id join public.whatsapp_clearances c on c.session_id = s.id
    where s.organization_id = ${population.smallOrganization} and s.status = 'connected' limit 1`
  if (!found) throw new Error('there is no such session')
  session = found
}, 120_000)
afterAll(() => cast.db.stop())

type Act = (tx: TransactionSql) => PromiseLike<unknown>
const byWorker =
  (act: Act): Act =>
  async (tx) => (await speakAsWorker(tx), await act(tx))
const byAdmin =
  (act: Act): Act =>
  async (tx) => (await speakAs(tx, cast.admin.id), await act(tx))
/** First of all another worker with as many sessions dies. */
const afterADeath =
  (act: Act): Act =>
  async (tx) => {
    await tx`update public.whatsapp_workers set heartbeat_at = now() - interval '1 hour' where id = 'worker-0001'`
    await act(tx)
  }
const unheld =
  (act: Act): Act =>
  async (tx) => {
    await tx`update private.leases set worker_id = null where session_id = ${session.id}`
    await act(tx)
  }
/** What is old was taken away so many seconds ago, and not when this database was prepared. */
const upkeptAgo =
  (seconds: number, act: Act): Act =>
  async (tx) => {
    await tx`update private.webhook_upkeep set at = now() - make_interval(secs => ${seconds})`
    await act(tx)
  }
const change = (tx: TransactionSql) => {
  const { id: sessionId, generation, token } = session
  return tx.json([{ sessionId, token, sequence: 1, generation, fresh: false, puts: { 'key:1': 'AAAA' }, drops: ['key:2'] }])
}

/** How many rows a call may look at, where that is not a few: of what it holds, not of what there is. */
const A_FEW = 400
type Case = [call: string, act: Act, indexes: string[], rows?: number]

describe(`among ${SESSIONS} sessions`, () => {
  it.each<Case>([
    ['a purge', byWorker((tx) => tx`select public.purge_stale_sessions()`), ['whatsapp_sessions_that_may_be_stale']],
    [
      'a pass in which everything is read',
      byWorker((tx) => tx`select public.worker_snapshot('worker-0003')`),
      ['leases_of_a_worker', 'whatsapp_clearances_open', 'whatsapp_sessions_pkey'],
      7 * HELD,
    ],
    [
      'a pass in which nothing has changed',
      byWorker((tx) => tx`select public.worker_snapshot('worker-0003', 2000000000)`),
      ['leases_of_a_worker', 'whatsapp_clearances_open', 'whatsapp_sessions_pkey'],
      7 * HELD,
    ],
    [
      'a pass that takes over from a dead worker',
      afterADeath((tx) => tx`select public.worker_snapshot('worker-0003', 2000000000)`),
      ['leases_of_a_worker', 'leases_pkey', 'whatsapp_sessions_pkey'],
      20 * HELD,
    ],
    [
      'a look',
      byWorker((tx) => tx`select public.worker_look(${session.id}, ${session.worker_id})`),
      ['leases_pkey', 'whatsapp_sessions_pkey'],
    ],
    [
      'a heartbeat',
      byWorker((tx) => tx`select public.worker_heartbeat('worker-0003', 'http://127.0.0.1:1', '0', 1000, 10, 'database')`),
      ['leases_of_a_worker', 'whatsapp_session_events_by_age'],
      5 * HELD,
    ],
    [
      'an observation',
      byWorker(
        (tx) => tx`select public.worker_observe(
          ${session.id}, ${session.generation}, ${session.worker_id}, 'reconnecting', null, null, null, ${session.token})`,
      ),
      ['leases_pkey', 'whatsapp_session_events_of_a_session', 'whatsapp_sessions_pkey'],
    ],
    [
      'a link that ended',
      byWorker(
        (tx) => tx`select public.worker_unlinked(${session.id}, ${session.generation}, 'banned', ${session.worker_id}, ${session.token})`,
      ),
      ['leases_pkey', 'whatsapp_clearances_of_a_session', 'whatsapp_sessions_pkey'],
    ],
    [
      'a write to the shelf',
      byWorker((tx) => tx`select public.worker_shelve(${session.worker_id}, ${change(tx)})`),
      ['leases_pkey', 'shelf_pkey'],
    ],
    [
      'a read of the shelf',
      byWorker((tx) => tx`select public.worker_unshelve(${session.id}, ${session.worker_id}, ${session.token})`),
      ['leases_pkey', 'shelf_pkey'],
    ],
    [
      'a clear of the shelf, and its receipt',
      async (tx) => {
        await tx`update public.whatsapp_clearances set completed_at = null, receipt = null where id = ${session.order_id}`
        await tx`select public.worker_clear_shelf(${session.order_id}, ${session.worker_id}, ${session.token}, '{}')`
        await tx`select public.worker_complete_order(${session.order_id}, ${tx.json({ orderId: session.order_id })})`
      },
      ['leases_pkey', 'shelf_pkey', 'whatsapp_clearances_pkey'],
    ],
    [
      'a look for webhooks that are due',
      upkeptAgo(
        0,
        byWorker((tx) => tx`select public.worker_deliver('[]', 20)`),
      ),
      ['webhook_deliveries_waiting'],
      3 * A_FEW,
    ],
    [
      // Once a minute: it looks at as many as are kept of the webhooks that were told something since.
      'a look for webhooks that takes away what is old, too',
      upkeptAgo(
        61,
        byWorker((tx) => tx`select public.worker_deliver('[]', 20)`),
      ),
      ['webhook_deliveries_by_age', 'webhook_deliveries_of_an_endpoint'],
      SESSIONS + 3 * A_FEW,
    ],
    [
      'leases that are given away',
      byWorker(
        (tx) => tx`select public.worker_release(${session.worker_id}, ${tx.json([{ sessionId: session.id, token: session.token }])})`,
      ),
      ['leases_pkey'],
      5 * HELD,
    ],
    [
      'the worker of a session',
      byAdmin((tx) => tx`select public.assigned_worker(${session.id})`),
      ['leases_pkey', 'whatsapp_sessions_pkey'],
    ],
    [
      'a worker for a session that nobody holds',
      unheld(byAdmin((tx) => tx`select public.assigned_worker(${session.id})`)),
      ['leases_pkey', 'whatsapp_sessions_pkey'],
    ],
    [
      'the workers of an organisation',
      byAdmin((tx) => tx`select public.workers_of_organization(${population.smallOrganization})`),
      ['leases_pkey', 'whatsapp_sessions_of_an_organization'],
    ],
    [
      'a page of the list',
      byAdmin((tx) => tx`select public.search_sessions(${population.smallOrganization})`),
      ['whatsapp_sessions_of_an_organization', 'whatsapp_sessions_pkey'],
    ],
    [
      'a page of the list of an organisation that has every tenth session',
      byAdmin((tx) => tx`select public.search_sessions(${population.largeOrganization})`),
      ['whatsapp_sessions_of_an_organization', 'whatsapp_sessions_pkey'],
      SESSIONS / 10 + 15 * A_FEW,
    ],
    [
      'a new session',
      byAdmin((tx) => tx`select public.create_session(${population.smallOrganization}, 'New')`),
      ['whatsapp_clearances_of_an_organization', 'whatsapp_sessions_of_an_organization'],
      3 * A_FEW,
    ],
    [
      'a reset',
      byAdmin((tx) => tx`select public.reset_session(${session.id})`),
      ['whatsapp_clearances_of_an_organization', 'whatsapp_sessions_pkey'],
    ],
  ])('%s goes by indexes and looks at what it is about', async (_, act, indexes, rows = A_FEW) => {
    const carried = await carryOut(cast.db.databaseUrl, async (tx) => await act(tx))
    expect(carried.wholeTables.filter((name) => LARGE.includes(name))).toEqual([])
    expect(carried.indexes).toEqual(expect.arrayContaining(indexes))
    expect(carried.rows).toBeLessThan(rows)
  })

  it('is told when a call does read everything: the eye is open', async () => {
    const carried = await carryOut(cast.db.databaseUrl, (tx) => tx`select public.worker_snapshot()`)
    expect(carried.wholeTables).toContain('whatsapp_sessions')
    expect(carried.rows).toBeGreaterThan(SESSIONS)
  })
})

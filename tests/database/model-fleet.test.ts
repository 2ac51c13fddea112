import * as fc from 'fast-check'
import type { TransactionSql } from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Look, SnapshotChanges } from '#domain/snapshot.ts'
import type { ShelfChange } from '../../worker/database.ts'
import type { Findings } from '../../worker/store/tombstones.ts'
import type { Caller } from '../simulation/model/leases.ts'
import { startWithCast } from './cast.ts'
import type { Cast } from './cast.ts'
import { prepareShiftedTime } from './shifted-time.ts'
import { CALLS_OF_PEOPLE, nothing, one, passMs } from './twin-calls.ts'
import { compareTwins } from './twin-histories.ts'
import { receiptOf } from './twins.ts'
import type { Call, Step, Subject } from './twins.ts'

/** Histories of up to this many calls. A failing one replays: fast-check says its seed and path. */
const HISTORIES = 60
const LENGTH = 50
const SEED = 20_261_123

/** Two workers, and for each of them another process that begins in its place. */
const CALLERS: [Caller, ...Caller[]] = [
  { id: 'worker-1', boot: 'first', isShared: true },
  { id: 'worker-2', boot: 'first', isShared: true },
  { id: 'worker-1', boot: 'second', isShared: true },
  { id: 'worker-2', boot: 'second', isShared: true },
]

let cast: Cast
let instanceId: string
beforeAll(async () => {
  cast = await startWithCast()
  await prepareShiftedTime(cast.db.sql)
  const [row] = await cast.db.sql<{ id: string }[]>`select id from private.instance`
  instanceId = row?.id ?? ''
})
afterAll(() => cast.db.stop())

const base64 = (value: Uint8Array): string => Buffer.from(value).toString('base64')

const heartbeat = (first: boolean, draining: boolean): Call => ({
  who: 'worker',
  real: (tx, { caller: { id, boot } }) =>
    one(tx`select public.worker_heartbeat(${id}, 'http://127.0.0.1:1', '0', 1000, 1, 'database', ${boot}, ${first}, ${draining})`),
  model: ({ worker }) => worker.heartbeat({ first, draining }),
})

const CALLS_OF_WORKERS: Record<string, Call> = {
  'first heartbeat': heartbeat(true, false),
  heartbeat: heartbeat(false, false),
  'last heartbeat': heartbeat(false, true),
  snapshot: {
    who: 'worker',
    real: (tx, { snapshot, caller: { id, boot } }) =>
      snapshot(async (since) => SnapshotChanges.parse(await one(tx`select public.worker_snapshot(${id}, ${since}, ${boot})`))),
    model: ({ worker }, { snapshot }) => snapshot(async (since) => worker.snapshot(since)),
  },
  look: {
    who: 'worker',
    real: async (tx, { sessionId, caller: { id, boot } }) =>
      Look.parse(await one(tx`select public.worker_look(${sessionId}, ${id}, ${boot})`)),
    model: ({ worker }, { sessionId }) => worker.look(sessionId),
  },
  linked: {
    who: 'worker',
    real: (tx, { sessionId, generation, token, caller: { id } }) =>
      one(tx`select public.worker_linked(${sessionId}, ${generation}, ${id}, '4911', ${token})`),
    model: ({ worker }, { sessionId, generation, token }) => worker.linked(sessionId, generation, '4911', token),
  },
  unlinked: {
    who: 'worker',
    real: (tx, { sessionId, generation, token, caller: { id } }) =>
      one(tx`select public.worker_unlinked(${sessionId}, ${generation}, 'unlinked_from_phone', ${id}, ${token})`),
    model: ({ worker }, { sessionId, generation, token }) => worker.unlinked(sessionId, generation, 'unlinked_from_phone', token),
  },
  complete: {
    who: 'worker',
    real: (tx, { orderId }) => one(tx`select public.worker_complete_order(${orderId}, ${tx.json({ orderId, note: 'done' })})`),
    model: ({ worker }, { orderId }) => worker.completeOrder(orderId, receiptOf(orderId, 'done')),
  },
  release: {
    who: 'worker',
    real: (tx, { sessionId, token, caller: { id } }) => one(tx`select public.worker_release(${id}, ${tx.json([{ sessionId, token }])})`),
    model: ({ worker }, { sessionId, token }) => worker.release([{ id: sessionId, token: token ?? 0 }]),
  },
  touch: {
    who: 'worker',
    real: (tx, { sessionId }) => nothing(tx`select public.worker_touch(${[sessionId]}::uuid[])`).then(() => null),
    model: ({ worker }, { sessionId }) => worker.touch([sessionId]),
  },
}

const observation: fc.Arbitrary<[string, Call]> = fc
  .record({ status: fc.constantFrom('connected', 'reconnecting', 'stopped' as const), sequence: fc.integer({ min: 1, max: 9 }) })
  .map(({ status, sequence }) => [
    `observe ${status} (${sequence})`,
    {
      who: 'worker',
      real: (tx: TransactionSql, { sessionId, generation, token, caller: { id, boot } }: Subject) =>
        one(tx`select public.worker_observe(${sessionId}, ${generation}, ${id}, ${status}, null, ${boot}, ${sequence}, ${token})`),
      model: ({ worker }, { sessionId, generation, token, caller: { boot } }) =>
        worker.observe({ sessionId, generation, status, reason: null, boot: boot ?? '', sequence, token }),
    },
  ])

/** The counts are few, so that the same one comes again, late and out of turn. `null`: the row goes. A linked session stores most of the time. */
const change: fc.Arbitrary<[string, Call]> = fc
  .record({
    sequence: fc.integer({ min: 1, max: 24 }),
    fresh: fc.boolean(),
    rows: fc.dictionary(
      fc.constantFrom('identity', 'key:1', 'key:2', 'names', 'outbox:1'),
      fc.option(fc.uint8Array({ minLength: 1, maxLength: 4 }), { nil: null, freq: 4 }),
      { minKeys: 1, maxKeys: 3 },
    ),
  })
  .map(({ sequence, fresh, rows }) => {
    const entries = Object.entries(rows)
    const puts = Object.fromEntries(entries.flatMap(([name, value]) => (value ? [[name, base64(value)]] : [])))
    const drops = entries.flatMap(([name, value]) => (value ? [] : [name]))
    const of = ({ sessionId, token, generation }: Subject): Omit<ShelfChange, 'rows'> => ({
      sessionId,
      token: token ?? 0,
      sequence,
      generation,
      fresh,
    })
    return [
      `shelve (${sequence}${fresh ? ', fresh' : ''}, ${Object.keys(rows).join()})`,
      {
        who: 'worker',
        real: (tx: TransactionSql, subject: Subject) =>
          one(tx`select public.worker_shelve(${subject.caller.id}, ${tx.json([{ ...of(subject), puts, drops }])})`),
        model: ({ worker }, subject) => worker.shelve([{ ...of(subject), rows: new Map(entries) }]),
      },
    ]
  })

const reading: fc.Arbitrary<[string, Call]> = fc.integer({ min: 0, max: 12 }).map((sequence) => [
  `unshelve (${sequence})`,
  {
    who: 'worker',
    real: (tx: TransactionSql, { sessionId, token, caller: { id } }: Subject) =>
      one(tx`select public.worker_unshelve(${sessionId}, ${id}, ${token}, ${sequence})`),
    model: ({ worker }, { sessionId, token }) =>
      worker
        .unshelve(sessionId, token ?? 0, sequence)
        ?.map(({ generation, name, value }) => ({ generation, name, value: base64(value) })) ?? null,
  },
])

const clear: fc.Arbitrary<[string, Call]> = fc.integer({ min: 1, max: 9 }).map((found) => {
  // The database looks at nothing of it.
  const findings = { found } as unknown as Findings
  return [
    `clear (${found})`,
    {
      who: 'worker',
      real: (tx: TransactionSql, { orderId, token, caller: { id } }: Subject) =>
        one(tx`select public.worker_clear_shelf(${orderId}, ${id}, ${token}, ${tx.json({ found })})`),
      model: ({ worker }, { orderId, token }) => worker.clearShelf(orderId, token, findings),
    },
  ]
})

const named = (...names: string[]): fc.Arbitrary<[string, Call]> =>
  fc.constantFrom(...Object.entries({ ...CALLS_OF_PEOPLE, ...CALLS_OF_WORKERS }).filter(([name]) => names.includes(name)))
const step: fc.Arbitrary<Step> = fc
  .record({
    call: fc.oneof(
      { weight: 6, arbitrary: named('first heartbeat', 'heartbeat', 'heartbeat', 'last heartbeat') },
      { weight: 6, arbitrary: named('snapshot', 'look') },
      { weight: 2, arbitrary: named('create') },
      { weight: 4, arbitrary: named('linked') },
      { weight: 8, arbitrary: change },
      { weight: 2, arbitrary: reading },
      { weight: 3, arbitrary: clear },
      { weight: 2, arbitrary: named('complete', 'release') },
      { weight: 4, arbitrary: observation },
      { weight: 2, arbitrary: named('start', 'stop', 'touch') },
      { weight: 2, arbitrary: named('reset', 'cancel', 'delete', 'purge by the page', 'unlinked') },
    ),
    // Most go by fast, or everybody would be silent all the time.
    passMs: fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 1, max: 3000 }) }, { weight: 1, arbitrary: passMs }),
    session: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: fc.nat({ max: 3 }) }),
    order: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 2 }) }),
    generationOffset: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(-1, 1) }),
    token: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(1, null) }),
    caller: fc.oneof(
      { weight: 4, arbitrary: fc.constant('holder' as const) },
      { weight: 4, arbitrary: fc.nat({ max: 1 }) },
      { weight: 1, arbitrary: fc.nat({ max: 3 }) },
    ),
  })
  .map(({ call: [name, call], ...rest }) => Object.assign(rest, { name, call, toString: () => name }))

/** Without these a comparison would prove little. */
const MUST_HAPPEN = [
  ...['true', 'false'].flatMap((answer) => [`heartbeat: ${answer}`, `observe connected: ${answer}`, `linked: ${answer}`]),
  ...['snapshot', 'look'].flatMap((call) => [`${call}: done`, `${call}: not_holder`]),
  ...['0 of them', '1 of them'].map((answer) => `shelve: ${answer}`),
  ...['null', '0 of them', '2 of them'].map((answer) => `unshelve: ${answer}`),
  ...['null', 'done', 'order_missing'].map((answer) => `clear: ${answer}`),
  ...['done', 'storage_failed', 'order_missing'].map((answer) => `complete: ${answer}`),
  ...['0', '1'].map((answer) => `release: ${answer}`),
  ...['done', 'null'].map((answer) => `unlinked: ${answer}`),
]

describe('the model of leases and of the shelf', () => {
  it('says and stores what the real database does, whatever processes of two workers do to it', async () => {
    const wanted = { step, length: LENGTH, histories: HISTORIES, seed: SEED, callers: CALLERS }
    const seen = await compareTwins(cast, instanceId, wanted)
    expect(MUST_HAPPEN.filter((kind) => !seen.has(kind))).toEqual([])
  }, 300_000)
})

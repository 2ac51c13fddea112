import * as fc from 'fast-check'
import type { TransactionSql } from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Look, SnapshotChanges } from '#domain/snapshot.ts'
import type { StatusReason } from '#domain/reasons.ts'
import { SESSION_STATES } from '#domain/session.ts'
import type { SessionState } from '#domain/session.ts'
import { startWithCast, type Cast } from './cast.ts'
import { prepareShiftedTime } from './shifted-time.ts'
import { SOLITARY } from '../simulation/model/worker-calls.ts'
import { CALLS_OF_PEOPLE, ids, nothing, one, passMs } from './twin-calls.ts'
import { compareTwins } from './twin-histories.ts'
import { receiptOf, without } from './twins.ts'
import type { Call, Step } from './twins.ts'

/** Histories of up to this many calls. A failing one replays: fast-check says its seed and path. */
const HISTORIES = 80
const LENGTH = 40
const SEED = 20_261_122

let cast: Cast
let instanceId: string
beforeAll(async () => {
  cast = await startWithCast()
  await prepareShiftedTime(cast.db.sql)
  const [row] = await cast.db.sql<{ id: string }[]>`select id from private.instance`
  instanceId = row?.id ?? ''
})
afterAll(() => cast.db.stop())

/** Nobody is told apart by leases. */
const ofOneWorker = (value: unknown): unknown => without(value, ['token', 'held', 'surplus'])
const CALLS_OF_THE_WORKER: Record<string, Call> = {
  purge: {
    who: 'worker',
    real: (tx) => ids(tx`select public.purge_stale_sessions()`),
    model: ({ worker }) => worker.purge(),
  },
  snapshot: {
    who: 'worker',
    real: async (tx, { snapshot }) =>
      ofOneWorker(await snapshot(async (since) => SnapshotChanges.parse(await one(tx`select public.worker_snapshot(null, ${since})`)))),
    model: async ({ worker }, { snapshot }) => ofOneWorker(await snapshot(async (since) => worker.snapshot(since))),
  },
  look: {
    who: 'worker',
    real: async (tx, { sessionId }) => ofOneWorker(Look.parse(await one(tx`select public.worker_look(${sessionId})`))),
    model: ({ worker }, { sessionId }) => ofOneWorker(worker.look(sessionId)),
  },
  heartbeat: {
    who: 'worker',
    real: (tx) => nothing(tx`select public.worker_heartbeat('worker-1', 'http://127.0.0.1:1', '0', 9, 1)`).then(() => null),
    model: ({ worker }) => (worker.heartbeat({ first: false, draining: false }), null),
  },
  touch: {
    who: 'worker',
    real: (tx, { sessionId }) => nothing(tx`select public.worker_touch(${[sessionId]}::uuid[])`).then(() => null),
    model: ({ worker }, { sessionId }) => worker.touch([sessionId]),
  },
  linked: {
    who: 'worker',
    real: (tx, { sessionId, generation }) => one(tx`select public.worker_linked(${sessionId}, ${generation}, 'worker-1', '4911')`),
    model: ({ worker }, { sessionId, generation }) => worker.linked(sessionId, generation, '4911'),
  },
  unlinked: {
    who: 'worker',
    real: async (tx, { sessionId, generation }) =>
      ofOneWorker(await one(tx`select public.worker_unlinked(${sessionId}, ${generation}, 'unlinked_from_phone')`)),
    model: ({ worker }, { sessionId, generation }) => ofOneWorker(worker.unlinked(sessionId, generation, 'unlinked_from_phone')),
  },
  complete: {
    who: 'worker',
    real: (tx, { orderId }) => one(tx`select public.worker_complete_order(${orderId}, ${tx.json({ orderId, note: 'done' })})`),
    model: ({ worker }, { orderId }) => worker.completeOrder(orderId, receiptOf(orderId, 'done')),
  },
  'complete with another receipt': {
    who: 'worker',
    real: (tx, { orderId, sessionId }) =>
      one(tx`select public.worker_complete_order(${orderId}, ${tx.json({ orderId: sessionId, note: 'wrong' })})`),
    model: ({ worker }, { orderId, sessionId }) => worker.completeOrder(orderId, receiptOf(sessionId, 'wrong')),
  },
  fail: {
    who: 'worker',
    real: (tx, { orderId }) => nothing(tx`select public.worker_fail_order(${orderId}, ${'no space '.repeat(100)})`).then(() => null),
    model: ({ worker }, { orderId }) => worker.failOrder(orderId, 'no space '.repeat(100)),
  },
}

const CALLS_OF_THE_OPERATOR: Record<string, Call> = {
  save: {
    who: 'operator',
    real: (tx) => nothing(tx`select shifted.save()`).then(() => null),
    model: ({ database }, _, backup) => void (backup.saved = database.save()),
  },
  restore: {
    who: 'operator',
    real: (tx) => nothing(tx`select shifted.restore()`).then(() => null),
    model: ({ database }, _, backup) => database.restore(backup.saved),
  },
}

/** The counts are few, so that the same one comes again, late and out of turn. */
const observation = fc
  .record({
    status: fc.oneof(fc.constantFrom(...SESSION_STATES), fc.constantFrom<SessionState>('stopped', 'connected', 'connected')),
    reason: fc.constantFrom<StatusReason | null>(null, null, 'replaced', 'link_expired'),
    boot: fc.constantFrom('first', 'second'),
    sequence: fc.integer({ min: 1, max: 9 }),
  })
  .map(({ status, reason, boot, sequence }): [string, Call] => [
    `${['observe', status, reason ?? []].flat().join(' ')} (${boot}, ${sequence})`,
    {
      who: 'worker',
      real: (tx: TransactionSql, { sessionId, generation }) =>
        one(tx`select public.worker_observe(${sessionId}, ${generation}, 'worker-1', ${status}, ${reason}, ${boot}, ${sequence})`),
      model: ({ worker }, { sessionId, generation }) => worker.observe({ sessionId, generation, status, reason, boot, sequence }),
    },
  ])

/** Chance alone would end most sessions before anything happens to them. */
const ENDS = ['reset', 'cancel', 'delete', 'purge', 'purge by the page', 'unlinked', 'restore']
const CALLS = Object.entries({ ...CALLS_OF_PEOPLE, ...CALLS_OF_THE_WORKER, ...CALLS_OF_THE_OPERATOR })
const ending = fc.constantFrom(...CALLS.filter(([name]) => ENDS.includes(name)))
const ongoing = fc.constantFrom(...CALLS.filter(([name]) => !ENDS.includes(name)))
const linking = fc.constantFrom(...CALLS.filter(([name]) => name === 'linked' || name === 'create'))
const step: fc.Arbitrary<Step> = fc
  .record({
    call: fc.oneof(
      { weight: 3, arbitrary: ending },
      { weight: 7, arbitrary: ongoing },
      { weight: 7, arbitrary: observation },
      { weight: 4, arbitrary: linking },
    ),
    passMs,
    session: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat({ max: 4 }) }),
    order: fc.nat({ max: 2 }),
    generationOffset: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(-1, 1) }),
  })
  .map(({ call: [name, call], ...rest }) => Object.assign(rest, { name, call, token: null, caller: 0, toString: () => name }))

/** Without these a comparison would prove little. */
const MUST_HAPPEN = [
  ...['gone', 'deleted', 'disconnected', 'already_connected'].map((outcome) => `cancel: ${outcome}`),
  ...['true', 'false'].flatMap((answer) => [`delete: ${answer}`, `linked: ${answer}`, `observe connected: ${answer}`]),
  ...['0 of them', '1 of them', '2 of them'].flatMap((answer) => [`purge: ${answer}`, `purge by the page: ${answer}`]),
  ...['done', 'not_found', 'not_linked'].map((answer) => `stop: ${answer}`),
  'observe connected: 23514',
  'observe stopped: true',
  'observe stopped replaced: true',
  'observe connecting: true',
  'reset: an order',
  'unlinked: done',
  'unlinked: null',
  'complete: done',
  'complete: order_missing',
  'restore: null',
]

describe('the model of the database', () => {
  it('says and stores what the real one does, whatever people, the worker and a backup do to it', async () => {
    const wanted = { step, length: LENGTH, histories: HISTORIES, seed: SEED, callers: [SOLITARY] } as const
    const seen = await compareTwins(cast, instanceId, wanted)
    expect(MUST_HAPPEN.filter((kind) => !seen.has(kind))).toEqual([])
  }, 300_000)
})

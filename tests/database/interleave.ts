import type { Sql, TransactionSql } from 'postgres'
import { setTimeout as sleep } from 'node:timers/promises'

/** Makes a transaction speak as a signed-in person, as the API does for each request. */
export async function speakAs(tx: TransactionSql, userId: string): Promise<void> {
  await tx`select set_config('request.jwt.claim.sub', ${userId}, true),
    set_config('request.jwt.claims', ${JSON.stringify({ sub: userId, role: 'authenticated' })}, true)`
  await tx.unsafe('set local role authenticated')
}

/** Makes a transaction speak with the service key. */
export async function speakAsWorker(tx: TransactionSql): Promise<void> {
  await tx`select set_config('request.jwt.claims', '{"role": "service_role"}', true)`
  await tx.unsafe('set local role service_role')
}

/**
 * Runs two transactions on two connections so that the second one meets the first in the middle: it starts when the first
 * has done its work and not yet committed, and must then wait for it.
 * @throws when the second does not wait: then the two do not guard each other.
 */
export async function interleave<A, B>(
  sql: Sql,
  first: (tx: TransactionSql) => Promise<A>,
  second: (tx: TransactionSql) => Promise<B>,
): Promise<[A, B]> {
  const done = Promise.withResolvers<void>()
  const commit = Promise.withResolvers<void>()
  const a = sql.begin(async (tx) => {
    const result = await first(tx)
    done.resolve()
    await commit.promise
    return result
  }) as Promise<A>
  a.catch(done.reject)
  await done.promise

  let pid = 0
  const b = sql.begin(async (tx) => {
    const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`
    pid = row?.pid ?? 0
    return await second(tx)
  }) as Promise<B>
  try {
    await waitsForALock(sql, () => pid, b)
  } finally {
    commit.resolve()
  }
  return await Promise.all([a, b])
}

/** However long a transaction takes to come to the lock: one that does not wait ends, and one that fails says why. */
async function waitsForALock(sql: Sql, pid: () => number, transaction: Promise<unknown>): Promise<void> {
  const state = { over: false }
  const ended = transaction.finally(() => (state.over = true))
  ended.catch(() => {})
  while (!state.over) {
    const [row] = await sql`select 1 from pg_stat_activity where pid = ${pid()} and wait_event_type = 'Lock'`
    if (row) return
    await sleep(20)
  }
  await ended
  throw new Error('the second transaction did not wait for the first')
}

/**
 * Lets a second transaction begin in the middle of a first one, which goes on when the second waits: two that take the same rows in
 * another order would then wait for each other.
 * @throws when the second does not wait, or when the database ends one of them.
 */
export async function cross(
  sql: Sql,
  first: { begins: (tx: TransactionSql) => PromiseLike<unknown>; goesOn: (tx: TransactionSql) => PromiseLike<unknown> },
  second: (tx: TransactionSql) => PromiseLike<unknown>,
): Promise<void> {
  const { promise: began, resolve: begin } = Promise.withResolvers<void>()
  const { promise: met, resolve: meet, reject: miss } = Promise.withResolvers<void>()
  const a = sql.begin(async (tx) => {
    await first.begins(tx)
    begin()
    await met
    await first.goesOn(tx)
  })
  await began
  let pid = 0
  const b = sql.begin(async (tx) => {
    const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`
    pid = row?.pid ?? 0
    await second(tx)
  })
  waitsForALock(sql, () => pid, b).then(meet, miss)
  const answers = await Promise.allSettled([a, b])
  for (const answer of answers) if (answer.status === 'rejected') throw answer.reason
}

/**
 * Runs two transactions on two connections, the second one from the middle of the first; it may wait for it or not. What goes
 * wrong in one of them is its answer.
 */
export async function overlap<A, B>(
  sql: Sql,
  first: (tx: TransactionSql) => Promise<A>,
  second: (tx: TransactionSql) => Promise<B>,
): Promise<[A | Error, B | Error]> {
  const done = Promise.withResolvers<void>()
  const commit = Promise.withResolvers<void>()
  const a = settled(
    sql.begin(async (tx) => {
      const result = await first(tx)
      done.resolve()
      await commit.promise
      return result
    }) as Promise<A>,
  )
  await Promise.race([done.promise, a])

  const state = { pid: 0, over: false }
  const b = settled(
    sql.begin(async (tx) => {
      const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`
      state.pid = row?.pid ?? 0
      return await second(tx)
    }) as Promise<B>,
  ).finally(() => (state.over = true))
  while (!state.over) {
    const [waits] = await sql`select 1 from pg_stat_activity where pid = ${state.pid} and wait_event_type = 'Lock'`
    if (waits) break
    await sleep(2)
  }
  commit.resolve()
  return await Promise.all([a, b])
}

async function settled<T>(promise: Promise<T>): Promise<T | Error> {
  try {
    return await promise
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

import { createPostgresConnection, type PostgresConnection } from '@supabase/lite/postgres'
import type { ReservedSql } from 'postgres'

type Options = Parameters<typeof createPostgresConnection>[0]
/** Some connections to the database; `broken` once one of them has closed. `waiting` refuses what has no answer yet. */
type Pool = {
  connection: PostgresConnection
  reserve: () => Promise<ReservedSql>
  end: PostgresConnection['driver']['end']
  broken: boolean
  waiting: Set<(error: Error) => void>
}

/** How long what is under way over a broken pool may take, seconds. */
const LAST_WORDS_SECONDS = 1
const CONNECT_SECONDS = 5

/**
 * The API's connection to the database, which outlives the database. The driver (postgres 3.4) may leave a connection that closed in
 * a state in which all later queries wait without end, and a transaction that goes on over one throws where nobody can catch it. So
 * the first connection that closes takes its whole pool with it: the next request opens a new one.
 */
export function createLastingConnection(options: Options): PostgresConnection {
  let ended = false

  function open(): Pool {
    const connection = createPostgresConnection({
      ...options,
      postgresOptions: { ...options.postgresOptions, max_lifetime: null, connect_timeout: CONNECT_SECONDS, onclose: () => retire(pool) },
    })
    const { driver } = connection
    const pool: Pool = {
      connection,
      reserve: driver.reserve.bind(driver),
      end: driver.end.bind(driver),
      broken: false,
      waiting: new Set(),
    }
    return pool
  }

  function retire(pool: Pool): void {
    if (pool.broken || ended) return
    pool.broken = true
    current = open()
    const forget = () => pool.waiting.forEach((refuse) => refuse(closed()))
    pool.end({ timeout: LAST_WORDS_SECONDS }).then(forget, forget)
  }

  const first = open()
  let current = first
  first.connection.driver.reserve = async () => {
    const pool = current
    return speakingWhileWhole(await answered(pool, pool.reserve()), pool)
  }
  first.connection.driver.end = async (how) => {
    ended = true
    await current.end(how)
  }
  return first.connection
}

/** Refuses what is asked of a connection whose pool is broken, instead of handing it to the driver. */
function speakingWhileWhole(reserved: ReservedSql, pool: Pool): ReservedSql {
  const [unsafe, release] = [reserved.unsafe, reserved.release]
  return Object.assign(reserved, {
    unsafe: (...args: Parameters<typeof unsafe>) => (pool.broken ? Promise.reject(closed()) : answered(pool, unsafe(...args))),
    release: () => {
      if (!pool.broken) release()
    },
  })
}

/** What `asked` answers, or a refusal when its pool ends without an answer. */
function answered<T>(pool: Pool, asked: PromiseLike<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  pool.waiting.add(reject)
  asked.then(resolve, reject)
  return promise.finally(() => pool.waiting.delete(reject))
}

function closed(): Error {
  return Object.assign(new Error('The connection to the database closed.'), { code: 'CONNECTION_CLOSED' })
}

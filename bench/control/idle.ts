import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { startStack } from '../stack/stack.ts'

const Facts = z.object({ calls: z.coerce.number(), written: z.coerce.number(), committed: z.coerce.number() })
const Statement = z.object({ name: z.string(), calls: z.coerce.number() })

export type Idle = { perSecond: number; transactionsPerSecond: number; walBytesPerSecond: number; byName: Record<string, number> }

/**
 * Counts what a real worker that holds nothing asks of the database in so many seconds: the functions it calls, by Postgres' own count; all
 * transactions, which the API's own statements are part of; and what is written to the log of changes.
 */
export async function measureIdle(seconds: number): Promise<Idle> {
  const stack = await startStack()
  try {
    await stack.sql`alter system set track_functions = 'pl'`
    await stack.sql`select pg_reload_conf()`
    // Past its start, and on connections that know of the setting.
    await sleep(15_000)
    const [before, called] = [await factsOf(stack), await statementsOf(stack)]
    await sleep(seconds * 1000)
    const [after, then] = [await factsOf(stack), await statementsOf(stack)]
    const each = (count: number) => Math.round((count / seconds) * 1000) / 1000
    const byName = Object.fromEntries(
      [...then].flatMap(([name, calls]) => {
        const made = calls - (called.get(name) ?? 0)
        return made > 0 ? [[name, each(made)] as const] : []
      }),
    )
    return {
      perSecond: each(Object.values(byName).reduce((sum, one) => sum + one * seconds, 0)),
      transactionsPerSecond: each(after.committed - before.committed),
      walBytesPerSecond: each(after.written - before.written),
      byName,
    }
  } finally {
    await stack.stop()
  }
}

type Asked = Pick<Awaited<ReturnType<typeof startStack>>, 'sql'>

async function factsOf({ sql }: Asked): Promise<z.infer<typeof Facts>> {
  const [row] = await sql`
    select (select sum(calls) from pg_stat_user_functions) as calls, pg_current_wal_lsn() - '0/0' as written,
      (select xact_commit from pg_stat_database where datname = current_database()) as committed`
  return Facts.parse({ ...row, calls: row?.['calls'] ?? 0 })
}

/** What is called from outside: the functions of `public` that are the worker's. */
async function statementsOf({ sql }: Asked): Promise<Map<string, number>> {
  const rows = await sql`select funcname as name, calls from pg_stat_user_functions where schemaname = 'public'`
  return new Map(
    z
      .array(Statement)
      .parse([...rows])
      .map(({ name, calls }) => [name, calls]),
  )
}

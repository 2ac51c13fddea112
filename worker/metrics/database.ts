import { Counter, Gauge, Histogram } from 'prom-client'
import type { Registry } from 'prom-client'
import type { Clock } from '../clock.ts'
import type { Database } from '../database.ts'
import { watchCalls } from './watch-calls.ts'

const CALL_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** How the database answers, call by call. Returns how to watch one. */
export function createDatabaseMetrics(registry: Registry, clock: Clock): (database: Database) => Database {
  const registers = [registry]
  const labelNames = ['call'] as const
  const seconds = new Histogram({
    name: 'latchkey_database_call_seconds',
    help: 'How long calls of the database took, failed ones too.',
    labelNames,
    buckets: CALL_SECONDS,
    registers,
  })
  const failures = new Counter({
    name: 'latchkey_database_failures_total',
    help: 'Calls that were refused, were not answered in time, or whose answer cannot be right.',
    labelNames,
    registers,
  })
  const succeededAt = new Gauge({
    name: 'latchkey_database_success_timestamp_seconds',
    help: 'When a call last succeeded; when the worker began, where none has yet.',
    labelNames,
    registers,
  })

  return (database) => {
    for (const call of Object.keys(database)) {
      seconds.zero({ call })
      failures.inc({ call }, 0)
      succeededAt.set({ call }, clock.now() / 1000)
    }
    return watchCalls(database, async (call, _args, run) => {
      const begunAt = clock.now()
      try {
        const answer = await run()
        succeededAt.set({ call }, clock.now() / 1000)
        return answer
      } catch (error) {
        failures.inc({ call })
        throw error
      } finally {
        seconds.observe({ call }, Math.max(0, clock.now() - begunAt) / 1000)
      }
    })
  }
}

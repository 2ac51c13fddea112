import { Counter, Gauge } from 'prom-client'
import type { Registry } from 'prom-client'
import type { Database } from '../database.ts'

/** How sessions pass between workers. Where each keeps its own they do not, and these stay at zero. Returns how to watch it. */
export function createLeaseMetrics(registry: Registry): <D extends Database>(database: D) => D {
  const registers = [registry]
  const surplus = new Gauge({
    name: 'latchkey_sessions_surplus',
    help: 'Sessions beyond this worker’s share, which it gives away one after the other.',
    registers,
  })
  const released = new Counter({ name: 'latchkey_sessions_released_total', help: 'Sessions that this worker gave away.', registers })
  const lost = new Counter({
    name: 'latchkey_sessions_lost_total',
    help: 'Times that the database said that somebody else holds a session by now. One session may count more than once.',
    registers,
  })

  return (database) => ({
    ...database,
    async snapshot(...call: Parameters<Database['snapshot']>) {
      const snapshot = await database.snapshot(...call)
      surplus.set(snapshot.surplus ?? 0)
      return snapshot
    },
    async shelve(...call: Parameters<Database['shelve']>) {
      const others = await database.shelve(...call)
      lost.inc(others.length)
      return others
    },
    async unshelve(...call: Parameters<Database['unshelve']>) {
      const rows = await database.unshelve(...call)
      if (rows === null) lost.inc()
      return rows
    },
    async release(...call: Parameters<Database['release']>) {
      const count = await database.release(...call)
      released.inc(count)
      return count
    },
  })
}

import { Counter, Histogram } from 'prom-client'
import type { Registry } from 'prom-client'
import { REMOTE_UNLINKS } from '#domain/clearance.ts'
import type { ClearOrder } from '#domain/clearance.ts'
import type { ClearEngine } from '../clear/clear.ts'
import type { Clock } from '../clock.ts'
import type { Database } from '../database.ts'
import { readGauge } from './read-gauge.ts'

const CLEAR_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86_400]
/** Orders that were counted as completed are remembered, lest a receipt that is stored again counts again. */
const REMEMBERED = 1000

type Seen = Pick<ClearOrder, 'id' | 'requested_at'>

/** Clears, as the database has them: an order is open from when somebody gave it until its receipt is stored. */
export function createClearMetrics(registry: Registry, clock: Clock) {
  const registers = [registry]
  const completed = new Counter({
    name: 'latchkey_clears_completed_total',
    help: 'Clears whose receipt the database has, by what became of the device at WhatsApp.',
    labelNames: ['remote_unlink'] as const,
    registers,
  })
  const seconds = new Histogram({
    name: 'latchkey_clear_seconds',
    help: 'From the order to the receipt in the database.',
    buckets: CLEAR_SECONDS,
    registers,
  })
  const retries = new Counter({ name: 'latchkey_clear_retries_total', help: 'Clears that have to be tried again.', registers })
  for (const remote_unlink of REMOTE_UNLINKS) completed.inc({ remote_unlink }, 0)

  /** Since when orders are open, by this machine's clock: their age is taken by the database's. `read`: by which read they were last seen. */
  const open = new Map<string, { since: number; read: number }>()
  const counted = new Set<string>()
  let reads = 0

  const see = (orders: readonly Seen[], takenAt: string, read: number): void => {
    for (const { id, requested_at } of orders) {
      // Read before its receipt was stored, and heard after.
      if (counted.has(id)) continue
      const ageMs = Math.max(0, Date.parse(takenAt) - Date.parse(requested_at))
      open.set(id, { since: open.get(id)?.since ?? clock.now() - ageMs, read })
    }
  }
  const complete = (orderId: string, remote_unlink: string): void => {
    const since = open.get(orderId)?.since
    open.delete(orderId)
    if (counted.has(orderId)) return
    counted.add(orderId)
    const [oldest] = counted
    if (counted.size > REMEMBERED && oldest !== undefined) counted.delete(oldest)
    completed.inc({ remote_unlink })
    if (since !== undefined) seconds.observe(Math.max(0, clock.now() - since) / 1000)
  }

  return {
    watch: <D extends Database>(database: D): D => ({
      ...database,
      async snapshot(...call: Parameters<Database['snapshot']>) {
        reads += 1
        const read = reads
        const snapshot = await database.snapshot(...call)
        see(snapshot.orders, snapshot.taken_at, read)
        // What was not seen since before this read began is open no more: it was completed elsewhere, or the database went back in time.
        for (const [id, seen] of open) if (seen.read < read) open.delete(id)
        return snapshot
      },
      async look(...call: Parameters<Database['look']>) {
        const look = await database.look(...call)
        // Another worker's are that one's to count.
        if (look.held !== false) see(look.orders, look.taken_at, reads)
        return look
      },
      async unlinked(...call: Parameters<Database['unlinked']>) {
        const order = await database.unlinked(...call)
        if (order) see([order], order.requested_at, reads)
        return order
      },
      async completeOrder(...call: Parameters<Database['completeOrder']>) {
        const stored = await database.completeOrder(...call)
        complete(stored.orderId, stored.remoteUnlink)
        return stored
      },
      async failOrder(...call: Parameters<Database['failOrder']>) {
        retries.inc()
        await database.failOrder(...call)
      },
    }),
    follow(clear: Pick<ClearEngine, 'remembered'>): void {
      readGauge(
        registry,
        'latchkey_clears_open',
        'Clears that were begun here and have no receipt in the database yet.',
        () => clear.remembered().open,
      )
      readGauge(registry, 'latchkey_clear_oldest_open_seconds', 'How long the oldest open order has waited; 0 where none is open.', () => {
        const ages = [...open.values()].map(({ since }) => clock.now() - since)
        return Math.max(0, ...ages) / 1000
      })
    },
  }
}

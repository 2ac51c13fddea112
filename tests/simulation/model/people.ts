import { ADMIN, Refused } from './state.ts'
import type { SessionRow } from './state.ts'
import type { Table } from './table.ts'

/** What the admin may call. A refusal is thrown. */
export function createPeople(table: Table) {
  /** `private.lock_my_session` */
  const mine = (id: string): SessionRow => {
    const row = table.row(id)
    if (!row) throw new Refused('not_found')
    return row
  }
  const isLinked = ({ status }: SessionRow) => status === 'connected' || status === 'reconnecting' || status === 'stopped'

  /** The newest order on record. */
  const newestOrder = (sessionId: string): string | null => {
    const [newest] = table.ordersOf(sessionId).toSorted((a, b) => b.max_generation - a.max_generation || b.requested_at - a.requested_at)
    return newest?.id ?? null
  }

  return {
    createSession(): SessionRow {
      const now = table.now()
      const row: SessionRow = {
        id: table.newId(),
        desired: 'online',
        generation: 1,
        link_requested_at: now,
        status: 'connecting',
        status_reason: null,
        phone_number: null,
        worker_id: null,
        linked_at: null,
        connected_at: null,
        last_active_at: now,
        observed_boot: null,
        observed_sequence: null,
        created_at: now,
        change: table.nextChange(),
      }
      table.insert(row)
      return { ...row }
    },

    startSession(id: string): SessionRow {
      const row = mine(id)
      const now = table.now()
      switch (row.status) {
        case 'stopped':
          table.update(row, { desired: 'online', status: 'reconnecting', status_reason: null })
          break
        case 'disconnected':
          table.orderClear(row, 'reset', ADMIN)
          table.update(row, {
            desired: 'online',
            generation: row.generation + 1,
            status: 'connecting',
            status_reason: null,
            phone_number: null,
            worker_id: null,
            link_requested_at: now,
            last_active_at: now,
          })
          break
        case 'connecting':
          table.update(row, { desired: 'online', status_reason: null, link_requested_at: now, last_active_at: now })
          break
        default:
          if (row.desired !== 'online') table.update(row, { desired: 'online' })
      }
      return { ...row }
    },

    stopSession(id: string): SessionRow {
      const row = mine(id)
      if (!isLinked(row)) throw new Refused('not_linked')
      table.update(row, { desired: 'stopped' })
      return { ...row }
    },

    /** Returns the order's id. */
    resetSession(id: string): string {
      const row = mine(id)
      const order = table.orderClear(row, 'reset', ADMIN)
      table.update(row, {
        desired: 'stopped',
        generation: row.generation + 1,
        status: 'disconnected',
        status_reason: 'reset',
        phone_number: null,
        worker_id: null,
        connected_at: null,
        link_requested_at: null,
      })
      return order.id
    },

    cancelLink(id: string): { outcome: 'gone' | 'deleted' | 'disconnected' | 'already_connected'; order_id: string | null } {
      const row = table.row(id)
      if (!row) return { outcome: 'gone', order_id: newestOrder(id) }
      if (isLinked(row)) return { outcome: 'already_connected', order_id: null }
      if (row.status === 'disconnected') return { outcome: 'disconnected', order_id: newestOrder(id) }
      if (row.linked_at === null) {
        table.remove(row, 'cancel', ADMIN)
        return { outcome: 'deleted', order_id: newestOrder(id) }
      }
      const order = table.orderClear(row, 'cancel', ADMIN)
      table.update(row, {
        desired: 'stopped',
        generation: row.generation + 1,
        status: 'disconnected',
        status_reason: 'link_cancelled',
        worker_id: null,
        link_requested_at: null,
      })
      return { outcome: 'disconnected', order_id: order.id }
    },

    /** `false`: no such row, or one that a living worker says is connected. */
    deleteSession(id: string): boolean {
      const row = table.row(id)
      if (!row || (row.status === 'connected' && row.worker_id !== null && table.workerIsOnline(row.worker_id))) return false
      table.remove(row, 'delete', ADMIN)
      return true
    },

    purgeStale: (): string[] => table.purge(ADMIN),
  }
}

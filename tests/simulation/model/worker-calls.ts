import type { ClearOrder, Receipt } from '#domain/clearance.ts'
import { NOTES_AT_ONCE, WORKER_KINDS } from '#domain/events.ts'
import { StatusReason } from '#domain/reasons.ts'
import type { Look, SessionIntent, SnapshotChanges } from '#domain/snapshot.ts'
import type { Beat, Note, NumberedObservation, Token } from '../../../worker/database.ts'
import { createLeases } from './leases.ts'
import type { Caller } from './leases.ts'
import { createShelf } from './shelf.ts'
import { clearOrderOf, intentOf, iso, Refused, WORKER } from './state.ts'
import type { SessionRow } from './state.ts'
import type { Table } from './table.ts'

/** A worker whose folder is the home of its sessions, alone. */
export const SOLITARY: Caller = { id: WORKER, boot: null, isShared: false }

/** What a worker may call with the service key. A refusal is thrown. */
export function createWorkerCalls(table: Table, instanceId: string, me: Caller = SOLITARY) {
  const leases = createLeases(table, me)
  const shelf = createShelf(table, leases)
  const rowOf = (id: string, generation: number): SessionRow | undefined => {
    const row = table.row(id)
    return row?.generation === generation ? row : undefined
  }
  /** `private.session_json` */
  const intentHere = (row: SessionRow): SessionIntent => leases.withToken(row.id, { ...intentOf(row), change: leases.changeOf(row) })

  return {
    /** `worker_snapshot(since)` */
    snapshot(since: number): SnapshotChanges {
      leases.claimShare()
      const rows = table.rowsInOrder().filter(({ id }) => leases.isMine(id))
      const change_sum = rows.reduce((sum, row) => sum + leases.changeOf(row), 0)
      const sessions = rows.filter((row) => leases.changeOf(row) > since).map(intentHere)
      const orders = table
        .ordersInOrder()
        .filter((order) => order.completed_at === null && leases.isMine(order.session_id))
        .map((order) => leases.withToken(order.session_id, clearOrderOf(order)))
      const [session_count, order_count, surplus] = [rows.length, orders.length, leases.surplus()]
      return { instance_id: instanceId, taken_at: iso(table.now()), session_count, change_sum, order_count, surplus, sessions, orders }
    },

    look(sessionId: string): Look {
      leases.claim(sessionId)
      const row = table.row(sessionId)
      const orders = table
        .ordersOf(sessionId)
        .filter((order) => order.completed_at === null)
        .map((order) => leases.withToken(sessionId, clearOrderOf(order)))
      const cleared = table.ordersOf(sessionId).filter((order) => order.completed_at !== null)
      const cleared_generation = cleared.length > 0 ? Math.max(...cleared.map((order) => order.max_generation)) : null
      return {
        instance_id: instanceId,
        taken_at: iso(table.now()),
        held: leases.mayDo(sessionId),
        session: row ? intentHere(row) : null,
        orders,
        cleared_generation,
      }
    },

    heartbeat: (beat: Pick<Beat, 'first' | 'draining'>): boolean => leases.heartbeat(beat),
    release: (given: readonly { id: string; token: number }[]): number => leases.release(given),
    ...shelf,

    touch(sessionIds: string[]): void {
      for (const id of sessionIds) {
        const row = table.row(id)
        if (row?.status === 'connecting') table.update(row, { last_active_at: table.now() })
      }
    },

    observe({ sessionId, generation, status, reason, boot, sequence, token }: NumberedObservation): boolean {
      const row = rowOf(sessionId, generation)
      if (!row || leases.isFenced(sessionId, token)) return false
      if (row.observed_boot === boot && (row.observed_sequence ?? 0) >= sequence) return true
      if (status === 'connecting' && row.status !== 'connecting') return true
      const now = table.now()
      const observed = { worker_id: me.id, observed_boot: boot, observed_sequence: sequence }
      if (status === 'stopped' && reason === null && row.desired === 'online' && row.linked_at !== null) {
        table.update(row, { ...observed, status: 'reconnecting', status_reason: null, last_active_at: now })
        return true
      }
      table.update(row, {
        ...observed,
        status,
        status_reason: reason,
        connected_at: status === 'connected' && row.status !== 'connected' ? now : row.connected_at,
        last_active_at: status === 'connected' || row.status === 'connected' ? now : row.last_active_at,
      })
      return true
    },

    /** The timeline decides nothing, so it is not kept here. */
    note(_boot: string, notes: readonly Note[]): void {
      const kinds: readonly string[] = WORKER_KINDS
      if (notes.length > NOTES_AT_ONCE || notes.some(({ kind }) => !kinds.includes(kind))) throw new Refused('invalid_input')
    },

    linked(sessionId: string, generation: number, phoneNumber: string, token?: Token): boolean {
      if (leases.isFenced(sessionId, token)) return false
      const row = rowOf(sessionId, generation)
      if (!row || row.status === 'disconnected') return false
      if (row.status !== 'connecting') return true
      const now = table.now()
      table.update(row, {
        status: 'reconnecting',
        status_reason: null,
        linked_at: now,
        last_active_at: now,
        worker_id: me.id,
        phone_number: phoneNumber,
      })
      return true
    },

    unlinked(sessionId: string, generation: number, reason: string, token?: Token): ClearOrder | null {
      if (leases.isFenced(sessionId, token)) return null
      const row = rowOf(sessionId, generation)
      if (row) {
        const order = table.orderClear(row, 'unlinked', null)
        table.update(row, {
          desired: 'stopped',
          generation: row.generation + 1,
          status: 'disconnected',
          status_reason: StatusReason.parse(reason),
          worker_id: null,
          connected_at: null,
          link_requested_at: null,
        })
        return leases.withToken(sessionId, clearOrderOf(order))
      }
      const earlier = table.ordersOf(sessionId).findLast((order) => order.reason === 'unlinked' && order.max_generation === generation)
      return earlier ? leases.withToken(sessionId, clearOrderOf(earlier)) : null
    },

    completeOrder(orderId: string, receipt: Receipt): Receipt {
      if (receipt.orderId !== orderId) throw new Refused('invalid_input')
      const order = table.state().orders.get(orderId)
      if (!order) throw new Refused('order_missing')
      if (order.completed_at === null || order.receipt === null) {
        shelf.refuseUnfinished(order)
        Object.assign(order, { completed_at: table.now(), receipt: structuredClone(receipt), last_error: null })
        leases.end(order.session_id)
      }
      return structuredClone(order.receipt ?? receipt)
    },

    failOrder(orderId: string, error: string): void {
      const order = table.state().orders.get(orderId)
      if (!order || order.completed_at !== null) return
      order.attempts += 1
      order.last_error = error.slice(0, 500)
    },

    purge: (): string[] => table.purge(null),
  }
}

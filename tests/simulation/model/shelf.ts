import type { Database, ShelfChange } from '../../../worker/database.ts'
import type { Findings } from '../../../worker/store/tombstones.ts'
import type { Leases } from './leases.ts'
import { Refused } from './state.ts'
import type { OrderRow } from './state.ts'
import type { Table } from './table.ts'

/** The second store of credentials: `private.shelf` and its functions, as one process of a worker calls them. */
export function createShelf(table: Table, leases: Leases) {
  const shelfOf = (id: string): Map<string, Uint8Array> => {
    const { shelf } = table.state()
    const known = shelf.get(id) ?? new Map<string, Uint8Array>()
    shelf.set(id, known)
    return known
  }
  const isCredential = (name: string): boolean => name === 'identity' || name.startsWith('key:')
  /** `false`: somebody else holds the session. */
  const store = ({ sessionId, token, sequence, generation, fresh, rows }: ShelfChange): boolean => {
    const lease = leases.held(sessionId, token)
    if (!lease) return false
    if (sequence <= lease.shelved) return true
    lease.shelved = sequence
    if (generation <= lease.clearedGeneration) return true
    const shelf = shelfOf(sessionId)
    const here = `${generation}/`
    if (fresh) for (const at of shelf.keys()) if (at.startsWith(here) && isCredential(at.slice(here.length))) shelf.delete(at)
    for (const [name, value] of rows) {
      if (value) shelf.set(here + name, Uint8Array.from(value))
      else shelf.delete(here + name)
    }
    return true
  }

  return {
    shelve: (changes: readonly ShelfChange[]): string[] => changes.flatMap((change) => (store(change) ? [] : [change.sessionId])),
    unshelve(sessionId: string, token: number, sequence: number): Awaited<ReturnType<Database['unshelve']>> {
      const lease = leases.held(sessionId, token)
      if (!lease) return null
      lease.shelved = Math.max(lease.shelved, sequence)
      return Array.from(shelfOf(sessionId), ([at, value]) => {
        const [generation = '', ...name] = at.split('/')
        return { generation: Number(generation), name: name.join('/'), value: Uint8Array.from(value) }
      })
    },
    clearShelf(orderId: string, token: number | null, found: Findings): Awaited<ReturnType<Database['clearShelf']>> {
      const { orders, findings } = table.state()
      const order = orders.get(orderId)
      if (!order) throw new Refused('order_missing')
      if (order.completed_at !== null) return { done: true }
      const lease = leases.held(order.session_id, token)
      if (!lease) return null
      lease.clearedGeneration = Math.max(lease.clearedGeneration, order.max_generation)
      const shelf = shelfOf(order.session_id)
      for (const at of shelf.keys()) if (Number.parseInt(at, 10) <= order.max_generation) shelf.delete(at)
      const stored = findings.get(orderId) ?? structuredClone(found)
      findings.set(orderId, stored)
      return { done: false, findings: structuredClone(stored) }
    },
    /** `private.refuse_unfinished_clear` */
    refuseUnfinished({ id, session_id, max_generation }: OrderRow): void {
      const { shelf, leases: all, findings } = table.state()
      const isLeft = [...(shelf.get(session_id)?.keys() ?? [])].some((at) => Number.parseInt(at, 10) <= max_generation)
      const lease = all.get(session_id)
      if (isLeft || (lease?.isKept && lease.clearedGeneration < max_generation)) throw new Refused('storage_failed')
      findings.delete(id)
    },
  }
}

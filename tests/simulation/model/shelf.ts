import type { Database, ShelfChange } from '../../../worker/database.ts'
import type { Findings } from '../../../worker/store/tombstones.ts'
import { Refused } from './state.ts'
import type { Shelf } from './state.ts'
import type { Table } from './table.ts'

/** The second store of credentials (`private.shelf` and its functions), for one worker whose processes follow each other. */
export function createShelf(table: Table) {
  const findings = new Map<string, Findings>()
  const shelfOf = (id: string): Shelf => {
    const known = table.state().shelf.get(id)
    if (known) return known
    const shelf: Shelf = { rows: new Map(), clearedGeneration: 0 }
    table.state().shelf.set(id, shelf)
    return shelf
  }
  const isHeld = (token: number | null): boolean => token === table.state().token
  const isCredential = (name: string): boolean => name === 'identity' || name.startsWith('key:')
  const store = ({ sessionId, generation, fresh, rows }: ShelfChange): void => {
    const shelf = shelfOf(sessionId)
    if (generation <= shelf.clearedGeneration) return
    const key = (name: string): string => `${generation}/${name}`
    if (fresh)
      for (const at of shelf.rows.keys()) if (at.startsWith(key('')) && isCredential(at.slice(key('').length))) shelf.rows.delete(at)
    for (const [name, value] of rows) {
      if (value) shelf.rows.set(key(name), Uint8Array.from(value))
      else shelf.rows.delete(key(name))
    }
  }

  return {
    shelve(changes: readonly ShelfChange[]): string[] {
      for (const change of changes) if (isHeld(change.token)) store(change)
      return changes.filter(({ token }) => !isHeld(token)).map(({ sessionId }) => sessionId)
    },
    unshelve(sessionId: string, token: number): Awaited<ReturnType<Database['unshelve']>> {
      if (!isHeld(token)) return null
      return Array.from(shelfOf(sessionId).rows, ([at, value]) => {
        const [generation = '', ...name] = at.split('/')
        return { generation: Number(generation), name: name.join('/'), value: Uint8Array.from(value) }
      })
    },
    clearShelf(orderId: string, token: number | null, found: Findings): Awaited<ReturnType<Database['clearShelf']>> {
      const order = table.state().orders.get(orderId)
      if (!order) throw new Refused('order_missing')
      if (order.completed_at !== null) return { done: true }
      if (!isHeld(token)) return null
      const shelf = shelfOf(order.session_id)
      shelf.clearedGeneration = Math.max(shelf.clearedGeneration, order.max_generation)
      for (const at of shelf.rows.keys()) if (Number.parseInt(at, 10) <= order.max_generation) shelf.rows.delete(at)
      const stored = findings.get(orderId) ?? structuredClone(found)
      findings.set(orderId, stored)
      return { done: false, findings: structuredClone(stored) }
    },
    release: (): number => 0,
  }
}

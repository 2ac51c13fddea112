import type { OrderRow } from '../model/state.ts'
import type { Identities } from '../support/identities.ts'
import type { Surroundings } from '../support/surroundings.ts'
import type { Violations } from '../support/violations.ts'

/**
 * A receipt that the database took says that all is verified to be absent, so it is, in that very moment. That somebody tidies up later
 * would hide a clear that forgot something.
 */
export function createAbsenceCheck({ database, disk }: Surroundings, identities: Identities, violations: Violations) {
  const checked = new Set<string>()
  const check = ({ id, session_id, max_generation, reason }: OrderRow): void => {
    const covers = (sessionId: string, generation: number | null): boolean =>
      sessionId === session_id && generation !== null && generation <= max_generation
    for (const { path, node, content } of disk.files('now')) {
      const identity = node.sql && identities.inFile(node.sql)
      const queue = /\/([0-9a-f-]{36})[^/]*(?:\.json|\/outbox\.json)$/.exec(path)?.[1]
      const isLeft = identity
        ? covers(identity.sessionId, identity.generation)
        : queue !== undefined && path.includes('outbox') && covers(queue, generationOf(content()))
      if (isLeft) violations.add('resurrection', 'CLR-1, CLR-2', `order ${id} (${reason}) has its receipt, but there is ${path}`)
    }
  }
  return {
    /** `excused`: the database or the folder was put back to an older state, so that a late word of an older worker may be stored now. */
    afterReceipt(excused: boolean): void {
      for (const order of database.orders()) {
        if (order.completed_at === null || checked.has(order.id)) continue
        checked.add(order.id)
        if (!excused) check(order)
      }
    },
  }
}

function generationOf(text: string): number | null {
  const value = JSON.parse(text) as { generation?: number } | null
  return value?.generation ?? null
}

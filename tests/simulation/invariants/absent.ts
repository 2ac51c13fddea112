import type { OrderRow } from '../model/state.ts'
import type { Identities } from '../support/identities.ts'
import type { Machine } from '../support/machine.ts'
import type { ModelDatabase } from '../support/model-database.ts'
import type { Violations } from '../support/violations.ts'

/**
 * A receipt that the database took says that all is verified to be absent, so it is, in that very moment. That somebody tidies up later
 * would hide a clear that forgot something.
 */
export function createAbsenceCheck(database: ModelDatabase, identities: Identities, violations: Violations) {
  const checked = new Set<string>()
  /** What is there of a session up to a generation. */
  const remains = ({ disk, reader }: Machine, of: string, maxGeneration: number): string[] => {
    const covers = (sessionId: string, generation: number | null): boolean =>
      sessionId === of && generation !== null && generation <= maxGeneration
    const left: string[] = []
    for (const { path, node, content } of disk.files('now')) {
      const identity = node.sql && identities.inFile(node.sql)
      const names = /^\/data\/sessions\/([0-9a-f-]{36})\/names\.json$/.exec(path)?.[1]
      const queue = /\/([0-9a-f-]{36})[^/]*(?:\.json|\/outbox\.json)$/.exec(path)?.[1]
      const isLeft = identity
        ? covers(identity.sessionId, identity.generation)
        : names !== undefined
          ? covers(names, generationOf(content()))
          : queue !== undefined && path.includes('outbox') && covers(queue, generationOf(content()))
      if (isLeft) left.push(path)
    }
    for (const { path, sessionId, generations } of reader.keys('now')) {
      if (generations.some((generation) => covers(sessionId, generation))) left.push(path)
    }
    return left
  }
  const check = (machine: Machine, { id, session_id, max_generation, reason }: OrderRow): void => {
    const shelf = [...(database.shelf().get(session_id)?.keys() ?? [])].filter((at) => Number.parseInt(at, 10) <= max_generation)
    for (const path of [...remains(machine, session_id, max_generation), ...shelf]) {
      violations.add('resurrection', 'CLR-1, CLR-2', `order ${id} (${reason}) has its receipt, but there is ${path}`)
    }
  }
  return {
    /** Where the worker is that told it, and in the database. `excused`: the database or the folder was put back to an older state, so that a late word of an older worker may be stored now. */
    afterReceipt(machine: Machine, excused: boolean): void {
      for (const order of database.orders()) {
        if (order.completed_at === null || checked.has(order.id)) continue
        checked.add(order.id)
        if (!excused) check(machine, order)
      }
    },
    /** A worker that has just begun has erased what its tombstones cover, whatever the database does, unless the disk refused. */
    afterSweep(machine: Machine, tombstones: Iterable<{ sessionId: string; maxGeneration: number }>): void {
      for (const { sessionId, maxGeneration } of tombstones) {
        for (const path of remains(machine, sessionId, maxGeneration)) {
          violations.add('resurrection', 'CLR-4', `a worker began, and ${path} is still there, which a tombstone covers`)
        }
      }
    },
  }
}

function generationOf(text: string): number | null {
  const value = JSON.parse(text) as { generation?: number } | null
  return value?.generation ?? null
}

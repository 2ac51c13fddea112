import type { Memory } from '../reconcile/inventory.ts'
import { running } from './entries.ts'
import type { Entries } from './entries.ts'

/** What runs here, for whoever compares it with the database and the disk. */
export function memoryOf(entries: Entries): Memory {
  return {
    ids: () => entries.all().flatMap((entry) => (running(entry) ? [entry.id] : [])),
    of(sessionId) {
      const session = running(entries.find(sessionId))
      if (!session) return null
      const { generation } = session
      return { running: session.isLinked() ? 'linked' : 'linking', generation, status: session.status(), socket: session.hasSocket() }
    },
    changeOf: (sessionId) => entries.find(sessionId)?.changedAt ?? 0,
    touched: entries.touched,
  }
}

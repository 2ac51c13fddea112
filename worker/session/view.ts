import type { SessionView } from '#domain/observation.ts'
import type { Entry } from './entries.ts'

/** What the worker holds of a session: what runs, else what its row says. `null` where there is no row. */
export function viewOf({ row, session }: Entry): SessionView | null {
  if (!row) return null
  const base = { sessionId: row.id, generation: row.generation, link: session?.linkStep() ?? null }
  if (!session || session.generation !== row.generation) {
    return { ...base, status: row.status, reason: row.status_reason, phoneNumber: row.phone_number }
  }
  return { ...base, status: session.status(), reason: session.reason(), phoneNumber: session.phoneNumber() ?? row.phone_number }
}

import { HEARTBEAT_STALE_SECONDS } from './routes.ts'
import type { SessionState } from './session.ts'

/** A never-linked session that nobody has touched for this long is stale. Seconds; `purge_stale_sessions()` holds the same figure. */
export const STALE_AFTER_SECONDS = 300

/** A worker that fell silent so long before the others is no worker any more. Seconds; `private.worker_may_know_more()` holds the same figure. */
export const RETIRED_AFTER_SECONDS = 86_400

/** What the stale rule looks at. Times are ISO 8601. */
export type StaleFacts = {
  status: SessionState
  linked_at: string | null
  last_active_at: string | null
  created_at: string
}

/** What the purge looks at of each worker. Times are ISO 8601; `away_since` and `returned_at` are those of its last long silence. */
export type WorkerFacts = { heartbeat_at: string; away_since: string | null; returned_at: string | null }

/**
 * The stale rule: connecting, never linked, and untouched for five minutes. The database's own clock decides what is
 * purged; this copy serves to word it on the page, and a test keeps the two equal.
 */
export function isStale(session: StaleFacts, now: Date): boolean {
  if (session.status !== 'connecting' || session.linked_at !== null) return false
  return dueAt(session) < now.getTime()
}

/**
 * What a purge takes: a stale session of which no worker may know more than the row says. A worker that cannot reach the database can
 * neither stamp what is watched nor say what was scanned: a session whose five minutes passed without it has them anew when it is back.
 */
export function isPurged(session: StaleFacts, workers: readonly WorkerFacts[], now: Date): boolean {
  return isStale(session, now) && !mayKnowMore(dueAt(session), workers, now)
}

/** When the five minutes are over, milliseconds. */
function dueAt({ last_active_at, created_at }: StaleFacts): number {
  return Date.parse(last_active_at ?? created_at) + STALE_AFTER_SECONDS * 1000
}

function mayKnowMore(due: number, workers: readonly WorkerFacts[], now: Date): boolean {
  const newest = Math.max(...workers.map((worker) => Date.parse(worker.heartbeat_at)))
  return workers.some((worker) => {
    const heard = Date.parse(worker.heartbeat_at)
    if (heard <= newest - RETIRED_AFTER_SECONDS * 1000) return false
    if (heard < Math.min(due, now.getTime() - HEARTBEAT_STALE_SECONDS * 1000)) return true
    if (worker.away_since === null || worker.returned_at === null) return false
    return Date.parse(worker.away_since) < due && Date.parse(worker.returned_at) > heard - STALE_AFTER_SECONDS * 1000
  })
}

import type { SessionState } from './session.ts'

/** A never-linked session that nobody has touched for this long is stale. Seconds; `purge_stale_sessions()` holds the same figure. */
export const STALE_AFTER_SECONDS = 300

/** What the stale rule looks at. Times are ISO 8601. */
export type StaleFacts = {
  status: SessionState
  linked_at: string | null
  last_active_at: string | null
  created_at: string
}

/**
 * The stale rule: connecting, never linked, and untouched for five minutes. The database's own clock decides what is
 * purged; this copy serves to word it on the page, and a test keeps the two equal.
 */
export function isStale(session: StaleFacts, now: Date): boolean {
  if (session.status !== 'connecting' || session.linked_at !== null) return false
  const touched = Date.parse(session.last_active_at ?? session.created_at)
  return touched < now.getTime() - STALE_AFTER_SECONDS * 1000
}

import { LINK_REQUEST_FRESH_SECONDS } from '#domain/link.ts'
import { IS_LINKED } from '#domain/session.ts'
import type { SessionIntent } from '#domain/snapshot.ts'

/** What this worker holds of a session's row, besides the row itself. */
export type LocalFacts = {
  /** A link attempt, a linked session (online or trying to be), or nothing is under way for the row's generation. */
  running: 'no' | 'linking' | 'linked'
  /** The last `link_requested_at` that was acted upon. */
  answered: string | null
  /** A tombstone covers the row's generation. */
  forbidden: boolean
  /** What lies on disk for the row's generation; read only when it matters. */
  credentials(): 'absent' | 'never_linked' | 'linked' | 'damaged'
}

export type Action =
  /** Nothing runs and nothing should, or what runs is what is wanted. */
  | 'leave'
  | 'stop'
  /** Stopping was wanted while no worker ran: nothing to do but say so. */
  | 'mark_stopped'
  /** The row says online, a tombstone says never again: only a clear of the row's generation leads on. */
  | 'mark_fenced'
  | 'begin_link'
  /** A link was asked for that a tombstone forbids: one that is damaged, or of a database that was restored. */
  | 'refuse_link'
  /** Somebody asked anew for a link that is under way. */
  | 'keep_link'
  | 'login'
  /** Paired, but the database has not heard of it: tell it first, then log in. */
  | 'confirm_link'
  /** The row says linked, the disk says no. */
  | 'report_missing'

/** What to do about a row (rules FOL-3 to FOL-7). `takenAt` is the database's clock, as is `link_requested_at`: no clocks are compared. */
export function decide(row: SessionIntent, takenAt: string, local: LocalFacts): Action {
  const stopIfRunning = (): Action => (local.running === 'no' ? 'leave' : 'stop')
  if (local.forbidden) return local.running === 'no' ? whileForbidden(row, takenAt, local) : 'stop'
  if (row.status === 'disconnected') return stopIfRunning()
  if (row.desired === 'stopped') {
    if (local.running !== 'no') return 'stop'
    if (!IS_LINKED[row.status]) return 'leave'
    if (!holdsLink(local)) return 'report_missing'
    return row.status === 'stopped' ? 'leave' : 'mark_stopped'
  }
  if (local.running === 'linked') return 'leave'
  if (local.running === 'linking') return isNewRequest(row, local) ? 'keep_link' : 'leave'

  switch (row.status) {
    case 'connecting':
      if (local.credentials() === 'linked') return 'confirm_link'
      return isNewRequest(row, local) && isFresh(row, takenAt) ? 'begin_link' : 'leave'
    case 'connected':
    case 'reconnecting':
      return holdsLink(local) ? 'login' : 'report_missing'
    case 'stopped':
      // Replaced, given up, or the disk was full: offline until somebody starts it.
      return holdsLink(local) ? 'leave' : 'report_missing'
  }
}

function whileForbidden(row: SessionIntent, takenAt: string, local: LocalFacts): Action {
  if (row.status === 'connected' || row.status === 'reconnecting') return 'mark_fenced'
  if (row.status !== 'connecting' || row.desired === 'stopped') return 'leave'
  return isNewRequest(row, local) && isFresh(row, takenAt) ? 'refuse_link' : 'leave'
}

function holdsLink(local: LocalFacts): boolean {
  return local.credentials() === 'linked'
}

function isNewRequest(row: SessionIntent, local: LocalFacts): boolean {
  return row.link_requested_at !== null && row.link_requested_at !== local.answered
}

function isFresh(row: SessionIntent, takenAt: string): boolean {
  if (row.link_requested_at === null) return false
  return Date.parse(takenAt) - Date.parse(row.link_requested_at) <= LINK_REQUEST_FRESH_SECONDS * 1000
}

/** More than this many surprises of one kind in one pass are not surprises but a wrong folder or a wrong database. */
export function tooMany(found: number, total: number): boolean {
  return found > Math.max(3, total * 0.05)
}

import type { LiveState } from '../../lib/live.ts'
import type { SessionOverview } from '../../lib/session-overview.ts'

/** While a row lags behind what the page knows of it, milliseconds. */
const HASTY_POLL = 200
/** While something moves, milliseconds. */
const FAST_POLL = 1000
/** While nothing does, milliseconds: with the 30 s of a heartbeat, "connected" is unsaid within 35 s. */
const SLOW_POLL = 4000
/** While Realtime tells of changes, milliseconds: in case it has missed one. */
const SAFETY_POLL = 30_000
/** However long nobody answers, somebody asks again after so long, milliseconds. */
const LONGEST_WAIT = 15_000

type PollFacts = {
  sessions: readonly Pick<SessionOverview, 'effective_status' | 'status_reason' | 'clearing'>[]
  /** Orders to clear that are not completed. */
  openOrders: number
  /** The link dialog is open. */
  linkOpen: boolean
  /** The worker said in the stream that a session is connected, and its row does not say so yet. */
  lagging: boolean
  /** The tab is not seen. */
  hidden: boolean
  workerOnline: boolean
  live: LiveState
  /** How long until a worker that says nothing more counts as offline, milliseconds; `null` while nobody knows. */
  silenceIn: number | null
  /** How many looks have failed, one after the other. */
  failures: number
}

/** How long to wait before asking again, milliseconds; `false` while nobody looks. */
export function pollInterval(facts: PollFacts): number | false {
  const { linkOpen, lagging, hidden, failures } = facts
  if (hidden && !linkOpen) return false
  if (failures > 0) return backedOff(failures)
  if (linkOpen && lagging) return HASTY_POLL
  const isBusy = linkOpen || (facts.workerOnline && (facts.openOrders > 0 || facts.sessions.some(moves)))
  if (facts.live !== 'realtime') return isBusy ? FAST_POLL : SLOW_POLL
  // No change announces that a worker has fallen silent, or that one is back: then it is looked when it is due, and as often as ever.
  if (isBusy || !facts.workerOnline || facts.silenceIn === null) return SLOW_POLL
  return Math.min(SAFETY_POLL, Math.max(FAST_POLL, facts.silenceIn))
}

/** 1, 2, 4, 8 and then 15 s, and up to a quarter less: pages that lost the same server do not come back to it together. */
function backedOff(failures: number): number {
  return Math.min(LONGEST_WAIT, 1000 * 2 ** (failures - 1)) * (1 - Math.random() / 4)
}

/** Counts how often in a row a query has failed; to be asked after each of its looks. */
export function createFailureCount() {
  let successes = 0
  let failuresBefore = 0
  return ({ dataUpdateCount, errorUpdateCount }: { dataUpdateCount: number; errorUpdateCount: number }): number => {
    if (dataUpdateCount !== successes) {
      successes = dataUpdateCount
      failuresBefore = errorUpdateCount
    }
    return errorUpdateCount - failuresBefore
  }
}

/** Whether the row of the session that the link's stream calls connected says something else. */
export function lags(sessions: readonly { id: string; effective_status: string }[], connectedId: string | null): boolean {
  return sessions.some(({ id, effective_status }) => id === connectedId && effective_status !== 'connected')
}

/** A row whose codes ran out waits for a person, not for the worker. */
function moves(session: PollFacts['sessions'][number]): boolean {
  if (session.clearing || session.effective_status === 'reconnecting') return true
  return session.effective_status === 'connecting' && session.status_reason === null
}

import type { SessionOverview } from './session-overview.ts'

/** While a row lags behind what the page knows of it, milliseconds. */
export const HASTY_POLL = 200
/** While something moves, milliseconds. */
export const FAST_POLL = 1000
/** While nothing does, milliseconds: with the 30 s of a heartbeat, "connected" is unsaid within 35 s. */
export const SLOW_POLL = 4000

type PollFacts = {
  sessions: Pick<SessionOverview, 'effective_status' | 'status_reason' | 'clearing'>[]
  /** Orders to clear that are not completed. */
  openOrders: number
  /** The link dialog is open. */
  linkOpen: boolean
  /** The worker said in the stream that a session is connected, and its row does not say so yet. */
  lagging: boolean
  /** The tab is not seen. */
  hidden: boolean
  workerOnline: boolean
}

/** How long to wait before asking again, milliseconds; `false` while nobody looks. */
export function pollInterval({ sessions, openOrders, linkOpen, lagging, hidden, workerOnline }: PollFacts): number | false {
  if (linkOpen) return lagging ? HASTY_POLL : FAST_POLL
  if (hidden) return false
  return workerOnline && (openOrders > 0 || sessions.some(moves)) ? FAST_POLL : SLOW_POLL
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

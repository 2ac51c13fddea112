import { nextState, SESSION_STATES, TRANSITIONS } from '#domain/session.ts'
import type { SessionEvent, SessionState } from '#domain/session.ts'
import type { SessionRow } from '../model/state.ts'
import type { Violations } from './violations.ts'
import type { LogLine } from './worker-log.ts'

/** Every transition that the table knows, as `state event`. */
export const ALL_TRANSITIONS: readonly string[] = SESSION_STATES.flatMap((state) =>
  Object.keys(TRANSITIONS[state]).map((event) => `${state} ${event}`),
)

/** What a worker may make of a row by itself, in as many steps as it likes: it reports the last word only. */
const WORKERS_EVENTS: readonly SessionEvent[] = [
  'paired',
  'opened',
  'dropped',
  'replaced',
  'gave_up',
  'stopped',
  'link_expired',
  'link_refused',
]

export type Transitions = ReturnType<typeof createTransitions>

/** Compares every change of state with the table, and counts which of its transitions were taken (FEN-1's other half: nothing else happens). */
export function createTransitions(taken: Set<string>, violations: Violations) {
  const take = (from: SessionState, event: SessionEvent, to: SessionState, where: string): void => {
    if (nextState(from, event) === to) taken.add(`${from} ${event}`)
    else violations.add('transition', 'CLO, LNK', `${where}: ${from} became ${to} by ${event}`)
  }
  const byName = new WeakMap<object, SessionState>()

  return {
    /** A call changed a row, or at least could have. */
    rowChanged(call: string, before: SessionRow, after: SessionRow, reason: unknown): void {
      const [from, to] = [before.status, after.status]
      switch (call) {
        case 'startSession':
          if (from === 'stopped') take(from, 'started', to, call)
          else if (from !== to || from === 'connecting') take(from, 'link_requested', to, call)
          return
        case 'stopSession':
          if (from === 'stopped') take(from, 'stopped', to, call)
          return
        case 'resetSession':
          return take(from, 'cleared', to, call)
        case 'cancelLink':
          if (from !== to) take(from, 'link_cancelled', to, call)
          return
        case 'linked':
          if (from !== to) take(from, 'paired', to, call)
          return
        case 'unlinked':
          if (from === to) return
          // A link that the database has not heard of yet can be gone already.
          return take(from === 'connecting' ? 'reconnecting' : from, reason === 'banned' ? 'refused' : 'unlinked', to, call)
        case 'observe':
          if (from !== to && !isReachable(from, to, before.desired === 'online')) {
            violations.add('transition', 'FOL-12', `observe: ${from} became ${to}`)
          }
      }
    },
    /** The worker says what a session went through. */
    logged({ fields, message }: LogLine, session: object): void {
      if (message === 'an event that the state does not know was refused') {
        return violations.add('transition', 'CLO', `refused: ${String(fields['status'])} ${String(fields['event'])}`)
      }
      if (message !== 'session') return
      const { event, status, reason } = fields as { event: SessionEvent; status: SessionState; reason: unknown }
      const from = byName.get(session) ?? firstState(event, status, reason)
      byName.set(session, status)
      take(from, event, status, 'worker')
    },
  }
}

/** What a session was before the first thing that it tells: a linked one begins as its row was, which is not told. */
function firstState(event: SessionEvent, to: SessionState, reason: unknown): SessionState {
  if (event === 'dropped' && reason === null) return 'connected'
  const order: readonly SessionState[] = ['reconnecting', 'connecting', 'connected', 'stopped', 'disconnected']
  return order.find((from) => nextState(from, event) === to) ?? 'connecting'
}

function isReachable(from: SessionState, to: SessionState, wantedOnline: boolean): boolean {
  const events = wantedOnline ? [...WORKERS_EVENTS, 'started' as const] : WORKERS_EVENTS
  const seen = new Set<SessionState>([from])
  for (const state of seen) for (const event of events) seen.add(nextState(state, event) ?? state)
  return seen.has(to)
}

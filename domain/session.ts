import * as z from 'zod/mini'

/** What a session can be. The Postgres enum `session_status` holds the same words; a test compares the two. */
export const SESSION_STATES = ['connecting', 'connected', 'reconnecting', 'stopped', 'disconnected'] as const
export type SessionState = (typeof SESSION_STATES)[number]

/** What people want of a session that exists. That it exists at all is said by its row. */
export const DESIRED_STATES = ['online', 'stopped'] as const

/**
 * `effective_status` adds one derived word: a worker that is dead says nothing, so the stored status of its
 * sessions is hearsay. It is never stored.
 */
export const EFFECTIVE_STATES = [...SESSION_STATES, 'worker_offline'] as const
export type EffectiveState = (typeof EFFECTIVE_STATES)[number]

/** What can happen to a session. Foreign words (Baileys' close codes) are translated to these at the border. */
export const SESSION_EVENTS = [
  'link_requested',
  'link_expired',
  'link_refused',
  'link_cancelled',
  'paired',
  'opened',
  'dropped',
  'replaced',
  'gave_up',
  'stopped',
  'started',
  'refused',
  'unlinked',
  'cleared',
] as const
export type SessionEvent = (typeof SESSION_EVENTS)[number]

/**
 * Every state change there is. A pair that is not listed is refused by `nextState`.
 *
 * `paired` leads to `reconnecting`, not to `connected`: after the scan WhatsApp closes the connection (515) and the
 * worker logs in anew, so the session is linked but not yet online. Offline is not unlinked: being replaced (440) or
 * giving up keeps the credentials and ends in `stopped`, from where one click starts it again.
 */
export const TRANSITIONS = {
  connecting: {
    link_requested: 'connecting',
    link_expired: 'connecting',
    link_refused: 'connecting',
    link_cancelled: 'disconnected',
    paired: 'reconnecting',
    cleared: 'disconnected',
  },
  connected: {
    dropped: 'reconnecting',
    replaced: 'stopped',
    stopped: 'stopped',
    refused: 'disconnected',
    unlinked: 'disconnected',
    cleared: 'disconnected',
  },
  reconnecting: {
    opened: 'connected',
    dropped: 'reconnecting',
    replaced: 'stopped',
    gave_up: 'stopped',
    stopped: 'stopped',
    refused: 'disconnected',
    unlinked: 'disconnected',
    cleared: 'disconnected',
  },
  stopped: {
    started: 'reconnecting',
    stopped: 'stopped',
    unlinked: 'disconnected',
    cleared: 'disconnected',
  },
  disconnected: {
    link_requested: 'connecting',
    cleared: 'disconnected',
  },
} as const satisfies Record<SessionState, Partial<Record<SessionEvent, SessionState>>>

/** The state after `event`, or `null` when `state` does not know that event. */
export function nextState(state: SessionState, event: SessionEvent): SessionState | null {
  const row: Partial<Record<SessionEvent, SessionState>> = TRANSITIONS[state]
  return row[event] ?? null
}

/** Whether a state implies credentials at WhatsApp: such a session is never removed without being unlinked. */
export const IS_LINKED = {
  connecting: false,
  connected: true,
  reconnecting: true,
  stopped: true,
  disconnected: false,
} as const satisfies Record<SessionState, boolean>

export const SessionId = z.uuid()
export const OrganizationId = z.uuid()
/** Counts the links of one session: a clear erases generations up to one number and never a newer one. */
export const Generation = z.int().check(z.minimum(1))

/**
 * Postgres prints timestamps as `2026-11-22 03:13:47.142+00`, PostgREST as ISO 8601; both become ISO 8601 in UTC.
 * Anything else is refused.
 */
export const Timestamp = z.pipe(
  z.string().check(z.refine((text) => !Number.isNaN(Date.parse(isoText(text))), 'not a timestamp')),
  z.transform((text) => new Date(isoText(text)).toISOString()),
)

function isoText(text: string): string {
  return text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')
}

import { EFFECTIVE_STATES, SESSION_STATES } from '#domain/session.ts'
import { ERROR_CODES } from '#domain/errors.ts'
import { STATUS_REASONS } from '#domain/reasons.ts'
import { expect, it } from 'vitest'
import { viewAfter, viewAfterError } from '../../src/features/link/link-view.ts'
import { createFailureCount, lags, pollInterval } from '../../src/features/sessions/poll-interval.ts'
import { rowActions } from '../../src/features/sessions/row-actions.ts'
import { sessionLabel } from '../../src/lib/session-overview.ts'
import { STATE_BADGES } from '../../src/features/sessions/state-badges.ts'
import { en } from '../../src/words/en.ts'
import { fakeSession } from './support/fake-rows.ts'
import { statusEvent } from './support/fake-streams.ts'

const idle = {
  sessions: [],
  openOrders: 0,
  linkOpen: false,
  lagging: false,
  hidden: false,
  workerOnline: true,
  live: 'polling',
  silenceIn: null,
  failures: 0,
} as const

it('asks every 4 s while nothing moves, so that 30 s of lost heartbeat and one poll stay under 35 s', () => {
  expect(pollInterval({ ...idle, sessions: [fakeSession({ status: 'connected' }), fakeSession({ status: 'disconnected' })] })).toBe(4000)
})

it('asks every second while something moves', () => {
  for (const moving of [{ status: 'connecting' }, { status: 'reconnecting' }, { status: 'disconnected', clearing: true }] as const)
    expect(pollInterval({ ...idle, sessions: [fakeSession(moving)] })).toBe(1000)
  expect(pollInterval({ ...idle, openOrders: 1 })).toBe(1000)
})

it('does not hurry for what waits for a person or for a worker that is not there', () => {
  expect(pollInterval({ ...idle, sessions: [fakeSession({ status_reason: 'link_expired' })] })).toBe(4000)
  expect(pollInterval({ ...idle, openOrders: 1, workerOnline: false })).toBe(4000)
})

it('hurries while a row lags behind what the dialog shows, and no longer than the dialog stands', () => {
  expect(pollInterval({ ...idle, linkOpen: true, lagging: true })).toBe(200)
  expect(pollInterval({ ...idle, lagging: true })).toBe(4000)
  const [linked, other] = [fakeSession({ status: 'reconnecting' }), fakeSession({ status: 'reconnecting' })]
  expect(lags([linked, other], linked.id)).toBe(true)
  expect(lags([{ ...linked, effective_status: 'connected' }, other], linked.id)).toBe(false)
  expect(lags([linked, other], null)).toBe(false)
})

it('rests while the tab is hidden, unless a link is open', () => {
  expect(pollInterval({ ...idle, hidden: true, sessions: [fakeSession()] })).toBe(false)
  expect(pollInterval({ ...idle, hidden: true, linkOpen: true })).toBe(1000)
})

it('asks now and then while Realtime tells of changes, and just when a worker would have fallen silent', () => {
  const told = { ...idle, live: 'realtime', silenceIn: 60_000 } as const
  expect(pollInterval(told)).toBe(30_000)
  expect(pollInterval({ ...told, silenceIn: 24_500 })).toBe(24_500)
  expect(pollInterval({ ...told, silenceIn: -80 })).toBe(1000)
  // What moves may move unheard; that a worker is back is announced by nothing.
  for (const facts of [{ openOrders: 1 }, { linkOpen: true }, { workerOnline: false }, { silenceIn: null }])
    expect(pollInterval({ ...told, ...facts })).toBe(4000)
  expect(pollInterval({ ...told, linkOpen: true, lagging: true })).toBe(200)
  expect(pollInterval({ ...told, hidden: true })).toBe(false)
})

it('asks less and less often while nobody answers, up to every 15 s, and never at the same beat as others', () => {
  for (const [failures, longest] of [1000, 2000, 4000, 8000, 15_000, 15_000].entries()) {
    const waits = Array.from({ length: 40 }, () => Number(pollInterval({ ...idle, linkOpen: true, failures: failures + 1 })))
    expect(waits.filter((wait) => wait > longest || wait < longest * 0.75)).toEqual([])
    expect(new Set(waits).size).toBeGreaterThan(30)
  }
  expect(pollInterval({ ...idle, hidden: true, failures: 3 })).toBe(false)
  expect(pollInterval({ ...idle, failures: 40 })).toBeLessThanOrEqual(15_000)
})

it('counts failures in a row, and begins anew after a success', () => {
  const failures = createFailureCount()
  const looks = [
    [0, 1],
    [0, 2],
    [1, 2],
    [2, 2],
    [2, 3],
    [2, 4],
    [3, 4],
  ] as const
  expect(looks.map(([dataUpdateCount, errorUpdateCount]) => failures({ dataUpdateCount, errorUpdateCount }))).toEqual([1, 2, 0, 0, 1, 2, 0])
})

it('has a badge and a word for every state', () => {
  expect(Object.keys(STATE_BADGES).toSorted()).toEqual([...EFFECTIVE_STATES].toSorted())
  expect(Object.keys(en.states).toSorted()).toEqual([...EFFECTIVE_STATES].toSorted())
  // Only what is online may look so, and no two states look the same.
  expect(EFFECTIVE_STATES.filter((state) => STATE_BADGES[state].tone === 'good')).toEqual(['connected'])
  expect(new Set(Object.values(STATE_BADGES).map((badge) => JSON.stringify(badge))).size).toBe(EFFECTIVE_STATES.length)
})

it('words every error code and every reason', () => {
  expect(ERROR_CODES.filter((code) => !/^[A-Z].*\.$/.test(en.failures[code]))).toEqual([])
  expect(STATUS_REASONS.filter((reason) => !/^\S.+[^.]$/.test(en.reasons[reason]))).toEqual([])
})

it('shows the trash on every state but connected, by what the page shows', () => {
  const withTrash = SESSION_STATES.filter((status) => rowActions({ status, effective_status: status, linked_at: null }).trash)
  expect(withTrash).toEqual(SESSION_STATES.filter((status) => status !== 'connected'))
  expect(rowActions({ status: 'connected', effective_status: 'worker_offline', linked_at: 'x' }).trash).toBe(true)
})

it('asks before it deletes what was ever linked, and only then', () => {
  expect(rowActions({ status: 'connecting', effective_status: 'connecting', linked_at: null }).confirmDelete).toBe(false)
  expect(rowActions({ status: 'disconnected', effective_status: 'disconnected', linked_at: 'x' }).confirmDelete).toBe(true)
})

it('labels a session by number, else name, else the first 20 characters of its id', () => {
  const id = '19aec740-1add-4da7-9abc-def012345678'
  const inOnePiece = (number: string | null) => number ?? ''
  expect(sessionLabel({ id, phone_number: '+51987654321', display_name: 'Ventas' }, inOnePiece)).toBe('+51987654321')
  expect(sessionLabel({ id, phone_number: '+51987654321', display_name: null }, inOnePiece)).toBe('+51987654321')
  expect(sessionLabel({ id, phone_number: null, display_name: 'Ventas' }, inOnePiece)).toBe('Ventas')
  expect(sessionLabel({ id, phone_number: null, display_name: null }, inOnePiece)).toBe('19aec740-1add-4da7-9…')
})

it('takes an attempt that ended without a cause for expired, and says any other cause', () => {
  expect(viewAfter(statusEvent('ended', { reason: 'link_expired' }))).toEqual({ step: 'expired' })
  expect(viewAfter(statusEvent('ended'))).toEqual({ step: 'expired' })
  expect(viewAfter(statusEvent('ended', { reason: 'passkey_required' }))).toEqual({
    step: 'failed',
    code: null,
    reason: 'passkey_required',
  })
})

it('goes on trying after what passes by itself, and stops after what does not', () => {
  for (const code of ['worker_offline', 'unreachable', 'timeout', 'not_ready', 'database_unavailable'] as const)
    expect(viewAfterError(code)).toEqual({ step: 'offline', code })
  for (const code of ['forbidden', 'not_found', 'unauthorized', 'internal'] as const)
    expect(viewAfterError(code)).toEqual({ step: 'failed', code, reason: null })
})

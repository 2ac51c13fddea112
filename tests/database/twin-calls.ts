import * as fc from 'fast-check'
import type { Call } from './twins.ts'

/** The first column of the first row. */
export async function one(rows: Promise<readonly Record<string, unknown>[]>): Promise<unknown> {
  const [row] = await rows
  return row ? Object.values(row)[0] : null
}

export const nothing = async (rows: Promise<unknown>) => void (await rows)
const row = (columns: unknown) => {
  const { organization_id: _o, display_name: _d, created_by: _c, updated_at: _u, change: _n, ...rest } = columns as Record<string, unknown>
  return rest
}
export const ids = async (rows: Promise<readonly Record<string, unknown>[]>) => (await rows).map((found) => Object.values(found)[0])

/** What an admin can ask for. */
export const CALLS_OF_PEOPLE: Record<string, Call> = {
  create: {
    who: 'admin',
    real: async (tx, { organizationId }) => row(await one(tx`select to_jsonb(public.create_session(${organizationId}))`)),
    model: ({ people }) => people.createSession(),
  },
  start: {
    who: 'admin',
    real: async (tx, { sessionId }) => row(await one(tx`select to_jsonb(public.start_session(${sessionId}))`)),
    model: ({ people }, { sessionId }) => people.startSession(sessionId),
  },
  stop: {
    who: 'admin',
    real: async (tx, { sessionId }) => row(await one(tx`select to_jsonb(public.stop_session(${sessionId}))`)),
    model: ({ people }, { sessionId }) => people.stopSession(sessionId),
  },
  reset: {
    who: 'admin',
    real: (tx, { sessionId }) => one(tx`select public.reset_session(${sessionId})`),
    model: ({ people }, { sessionId }) => people.resetSession(sessionId),
  },
  cancel: {
    who: 'admin',
    real: (tx, { sessionId }) => one(tx`select public.cancel_link(${sessionId})`),
    model: ({ people }, { sessionId }) => people.cancelLink(sessionId),
  },
  delete: {
    who: 'admin',
    real: async (tx, { sessionId }) => (await tx`delete from public.whatsapp_sessions where id = ${sessionId} returning id`).length === 1,
    model: ({ people }, { sessionId }) => people.deleteSession(sessionId),
  },
  'purge by the page': {
    who: 'admin',
    real: (tx) => ids(tx`select public.purge_stale_sessions()`),
    model: ({ people }) => people.purgeStale(),
  },
}

/** Around the borders of the rules (30 seconds, five minutes, a day), to the millisecond, and far beyond them. */
export const passMs = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 20_000 }) },
  { weight: 3, arbitrary: fc.constantFrom(29_999, 30_000, 30_001, 120_000, 270_000) },
  { weight: 2, arbitrary: fc.constantFrom(299_999, 300_000, 300_001) },
  { weight: 1, arbitrary: fc.constantFrom(3_600_000, 86_399_999, 86_400_001) },
)

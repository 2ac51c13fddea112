import * as z from 'zod/mini'
import { SessionViews } from '#domain/api.ts'
import type { Result } from '#domain/errors.ts'
import type { SessionList, SessionListing } from '#domain/listing.ts'
import type { SessionView } from '#domain/observation.ts'
import { StatusReason } from '#domain/reasons.ts'
import { LIST_ROUTE } from '#domain/routes.ts'
import { EFFECTIVE_STATES, Generation, OrganizationId, SessionId, Timestamp } from '#domain/session.ts'
import { databaseRefusal } from './database.ts'
import type { Caller } from './rights.ts'
import type { Settings } from './settings.ts'
import { askWorker, readAnswer, type WorkerCall, workerNonsense } from './worker-client.ts'

/** Rows that are read at once: what Supabase gives at most unless it is told otherwise. */
const PAGE_ROWS = 1000
/** Organisations that the worker is asked about at once, and how long all of them may take, milliseconds. */
const ASKED_AT_ONCE = 8
const OVERLAY_MS = 5000

const Row = z.object({
  id: SessionId,
  organization_id: OrganizationId,
  display_name: z.nullable(z.string()),
  generation: Generation,
  effective_status: z.enum(EFFECTIVE_STATES),
  status_reason: z.nullable(StatusReason),
  phone_number: z.nullable(z.string()),
  connected_at: z.nullable(Timestamp),
  last_active_at: z.nullable(Timestamp),
  created_at: Timestamp,
})
type Row = z.infer<typeof Row>
const Rows = z.array(Row)
const COLUMNS = Object.keys(Row.shape).join(', ')

/** All sessions that the caller sees, as the worker holds them; where it does not answer the rows stand for themselves. */
export async function listSessions(settings: Settings, caller: Caller, organizationId: string | null): Promise<Result<SessionList>> {
  const rows = await readRows(caller.database, organizationId)
  if (!rows.ok) return rows
  const held = await heldByWorker(settings, caller, [...new Set(rows.value.map((row) => row.organization_id))])
  const sessions = rows.value
    .toSorted((a, b) => a.created_at.localeCompare(b.created_at) || a.id.localeCompare(b.id))
    .map((row) => listingOf(row, held.get(row.id)))
  return { ok: true, value: { sessions } }
}

/**
 * Reads page after page, by id: an offset would skip a row when one before it goes. A short page is no last one, for a project may give
 * fewer rows at once than are asked for; only an empty one is, or as many rows as were counted.
 */
async function readRows(database: Caller['database'], organizationId: string | null): Promise<Result<Row[]>> {
  const rows: Row[] = []
  for (let counted = Number.POSITIVE_INFINITY; rows.length < counted;) {
    const last = rows.at(-1)
    let asked = database.from('whatsapp_session_overview').select(COLUMNS, last ? {} : { count: 'exact' })
    if (organizationId !== null) asked = asked.eq('organization_id', organizationId)
    if (last) asked = asked.gt('id', last.id)
    const { data, error, status, count } = await asked.order('id').limit(PAGE_ROWS)
    if (error) return databaseRefusal(error, status)
    const page = Rows.parse(data)
    if (page.length === 0) break
    rows.push(...page)
    if (!last) counted = count ?? counted
  }
  return { ok: true, value: rows }
}

/** What the worker holds of these organisations: of all of them, or of those that it answered for in time. */
async function heldByWorker(settings: Settings, caller: Caller, organizationIds: readonly string[]): Promise<Map<string, SessionView>> {
  const held = new Map<string, SessionView>()
  const deadline = performance.now() + OVERLAY_MS
  const leftMs = () => deadline - performance.now()
  const waiting = [...organizationIds]
  async function askOneAfterAnother(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined && leftMs() > 0; next = waiting.shift()) {
      for (const view of await viewsOf(settings, caller, next, leftMs())) held.set(view.sessionId, view)
    }
  }
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, askOneAfterAnother))
  return held
}

async function viewsOf(settings: Settings, { userId, requestId }: Caller, organizationId: string, limitMs: number): Promise<SessionView[]> {
  const call: WorkerCall = { requestId, userId, organizationId, sessionId: null, ...LIST_ROUTE, body: '', orderId: null }
  const asked = await askWorker(settings, call, limitMs)
  const read = asked.ok ? await readAnswer(asked.value, call) : asked
  if (!read.ok) return []
  const parsed = SessionViews.safeParse(read.value.json)
  if (parsed.success) return parsed.data.sessions
  workerNonsense(call, 'list', ...read.value.facts)
  return []
}

/** A view of an older generation is of before the row was read. */
function listingOf(row: Row, view: SessionView | undefined): SessionListing {
  const now = view && view.generation >= row.generation ? view : null
  return {
    sessionId: row.id,
    organizationId: row.organization_id,
    displayName: row.display_name,
    status: now?.status ?? row.effective_status,
    reason: now ? now.reason : row.status_reason,
    phoneNumber: now ? now.phoneNumber : row.phone_number,
    link: now?.link ?? null,
    connectedAt: row.connected_at,
    lastActiveAt: row.last_active_at,
  }
}

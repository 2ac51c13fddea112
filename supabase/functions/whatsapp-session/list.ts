import * as z from 'zod/mini'
import type { Result } from '#domain/errors.ts'
import type { SessionList, SessionListing } from '#domain/listing.ts'
import type { SessionView } from '#domain/observation.ts'
import { StatusReason } from '#domain/reasons.ts'
import { EFFECTIVE_STATES, Generation, OrganizationId, SessionId, Timestamp } from '#domain/session.ts'
import { databaseRefusal } from './database.ts'
import { heldViews } from './held-views.ts'
import type { Caller } from './rights.ts'
import type { Settings } from './settings.ts'

/** Rows that are read at once: what Supabase gives at most unless it is told otherwise. */
const PAGE_ROWS = 1000

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

/** All sessions that the caller sees, as their workers hold them; where none answers the rows stand for themselves. */
export async function listSessions(settings: Settings, caller: Caller, organizationId: string | null): Promise<Result<SessionList>> {
  const rows = await readRows(caller.database, organizationId)
  if (!rows.ok) return rows
  const held = await heldViews(settings, caller, [...new Set(rows.value.map((row) => row.organization_id))])
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

import { infiniteQueryOptions } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { RemovalRecord } from '../../lib/removal-order.ts'
import { ask, type Client } from '../../lib/supabase.ts'
import { type Filters, periodOf } from './filters.ts'

/** Rows that are shown at once, and that an export asks for at once: the most that the database gives. */
const PAGE = 50
const EXPORTED_PAGE = 200

/** One removal. `requested_at` as the database wrote it, to the microsecond: the next page begins after it. */
export const ActivityRow = z.object({ ...RemovalRecord.shape, requested_at: z.string() })
export type ActivityRow = z.infer<typeof ActivityRow>

type Cursor = Pick<ActivityRow, 'requested_at' | 'id'> | null
type Wanted = { organizationId: string; filters: Filters }

/** The removals of an organisation that are wanted, newest first, page after page. Throws a `Failure`. */
export function activityQuery(client: Client, wanted: Wanted) {
  return infiniteQueryOptions({
    queryKey: ['whatsapp-clearances', 'activity', wanted.organizationId, wanted.filters],
    queryFn: ({ pageParam, signal }) => page(client, wanted, pageParam, PAGE, signal),
    initialPageParam: null as Cursor,
    getNextPageParam: (rows) => cursorAfter(rows, PAGE),
  })
}

/** All of them, for an export, as they come. Throws a `Failure`, also when `signal` is aborted. */
export async function* allActivity(client: Client, wanted: Wanted, signal: AbortSignal): AsyncGenerator<ActivityRow[]> {
  let cursor: Cursor = null
  do {
    const rows: ActivityRow[] = await page(client, wanted, cursor, EXPORTED_PAGE, signal)
    yield rows
    cursor = cursorAfter(rows, EXPORTED_PAGE)
  } while (cursor)
}

function page(
  client: Client,
  { organizationId, filters }: Wanted,
  cursor: Cursor,
  size: number,
  signal: AbortSignal,
): Promise<ActivityRow[]> {
  const { query, reason, outcome } = filters
  const call = client
    .rpc('activity', {
      organization_id: organizationId,
      query: query.trim(),
      ...(reason && { reasons: [reason] }),
      ...(outcome && { outcomes: [outcome] }),
      ...periodOf(filters),
      ...(cursor && { before: cursor.requested_at, before_id: cursor.id }),
      page_size: size,
    })
    .abortSignal(signal)
  return ask(call, z.array(ActivityRow))
}

function cursorAfter(rows: readonly ActivityRow[], size: number): Cursor {
  return rows.length < size ? null : (rows.at(-1) ?? null)
}

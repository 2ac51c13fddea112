import { TIMELINE_LENGTH, type TimelineKind } from '#domain/events.ts'
import { Timestamp } from '#domain/session.ts'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { ask, type Client } from '../../../lib/supabase.ts'

/** What happened, as the database has it. A kind that a newer server knows is no reason to show none of the others. */
const TimelineRow = z.object({ id: z.int(), at: Timestamp, kind: z.string(), detail: z.unknown() })
export type TimelineRow = z.infer<typeof TimelineRow>

/** Entries that are shown at first, and so many more each time. */
export const TIMELINE_STEP = 50
/** How often it is looked again while somebody sees it, milliseconds. */
const AGAIN = 4000

type TimelineWanted = {
  organizationId: string
  sessionId: string
  /** `null`: all. */
  kinds: readonly TimelineKind[] | null
  /** How many entries are wanted. */
  length: number
}

/**
 * The newest entries of a session. It is read as a whole each time: there are 500 at most, and entries of a minute are counted together
 * after they were read. Throws a `Failure`.
 */
export function timelineQuery(client: Client, { organizationId, sessionId, kinds, length }: TimelineWanted) {
  return queryOptions({
    queryKey: ['whatsapp-session', organizationId, sessionId, 'timeline', kinds, length],
    queryFn: async ({ signal }): Promise<{ entries: TimelineRow[]; hasOlder: boolean }> => {
      const all = client
        .from('whatsapp_session_events')
        .select('id, at, kind, detail')
        .eq('organization_id', organizationId)
        .eq('session_id', sessionId)
      const wanted = kinds ? all.in('kind', kinds) : all
      const rows = await ask(
        wanted
          .order('id', { ascending: false })
          .limit(length + 1)
          .abortSignal(signal),
        z.array(TimelineRow),
      )
      return { entries: rows.slice(0, length).toSorted(newestFirst), hasOlder: rows.length > length && length < TIMELINE_LENGTH }
    },
    placeholderData: keepPreviousData,
    refetchInterval: AGAIN,
  })
}

/** The worker's notes come a moment after what they tell of. */
function newestFirst(one: TimelineRow, other: TimelineRow): number {
  return Date.parse(other.at) - Date.parse(one.at) || other.id - one.id
}

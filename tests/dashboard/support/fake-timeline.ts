import type { TimelineKind } from '#domain/events.ts'

/** A line of `whatsapp_session_events`. */
export type FakeEvent = { id: number; organization_id: string; session_id: string; at: string; kind: TimelineKind; detail: object }

/** The timeline as PostgREST reads it by the filters that the page uses. */
export function fakeTimeline(events: readonly FakeEvent[], query: URLSearchParams): FakeEvent[] {
  const only = (column: string) => query.get(column)?.replace('eq.', '')
  const kinds = query
    .get('kind')
    ?.replace(/^in\.\(|\)$/g, '')
    .split(',')
  return events
    .filter(({ organization_id, session_id }) => organization_id === only('organization_id') && session_id === only('session_id'))
    .filter(({ kind }) => !kinds || kinds.includes(kind))
    .toSorted((one, other) => other.id - one.id)
    .slice(0, Number(query.get('limit')))
}

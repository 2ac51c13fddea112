import { CLEAR_REASONS, type ClearReason } from '#domain/clearance.ts'
import { type Outcome, OUTCOMES } from '../../lib/removal-order.ts'

/** What is wanted of the activity. Days are of the browser's time zone, as in `2026-11-22`. */
export type Filters = {
  query: string
  reason: ClearReason | null
  outcome: Outcome | null
  from: string | null
  to: string | null
}

export const NO_FILTERS: Filters = { query: '', reason: null, outcome: null, from: null, to: null }

const NAMES = { query: 'q', reason: 'reason', outcome: 'outcome', from: 'from', to: 'to' } as const satisfies Record<keyof Filters, string>

/** What the address asks for; what it cannot mean is left out. */
export function filtersOf(params: URLSearchParams): Filters {
  const { query, reason, outcome, from, to } = NAMES
  return {
    query: params.get(query) ?? '',
    reason: CLEAR_REASONS.find((known) => known === params.get(reason)) ?? null,
    outcome: OUTCOMES.find((known) => known === params.get(outcome)) ?? null,
    from: dayOf(params.get(from)),
    to: dayOf(params.get(to)),
  }
}

/** The address that asks for this; whatever else stands there stays. */
export function withFilters(params: URLSearchParams, filters: Filters): URLSearchParams {
  const next = new URLSearchParams(params)
  for (const key of Object.keys(NAMES) as (keyof Filters)[]) {
    const value = filters[key]
    if (value) next.set(NAMES[key], value)
    else next.delete(NAMES[key])
  }
  return next
}

export function isFiltered(filters: Filters): boolean {
  return Object.values(filters).some((value) => value !== null && value.trim() !== '')
}

/** The period as the database takes it: from the first moment of one day to before the first of the day after another. */
export function periodOf({ from, to }: Pick<Filters, 'from' | 'to'>): { since?: string; until?: string } {
  return { ...(from && { since: startOf(from, 0) }), ...(to && { until: startOf(to, 1) }) }
}

/** By the calendar: a day has 23 or 25 hours where clocks change. */
function startOf(day: string, daysLater: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date + daysLater).toISOString()
}

function dayOf(text: string | null): string | null {
  return text && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : null
}

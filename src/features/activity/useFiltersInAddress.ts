import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'wouter'
import { type Filters, filtersOf, withFilters } from './filters.ts'

/** What is wanted of the activity, as the address says it: so it can be linked to and survives a reload. */
export function useFiltersInAddress(): [Filters, (filters: Filters) => void] {
  const [params, setParams] = useSearchParams()
  const text = params.toString()
  const filters = useMemo(() => filtersOf(new URLSearchParams(text)), [text])
  const setFilters = useCallback((next: Filters) => setParams((now) => withFilters(now, next), { replace: true }), [setParams])
  return [filters, setFilters]
}

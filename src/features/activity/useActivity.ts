import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { type Topic, useLive } from '../../lib/live.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { activityQuery } from './activity-query.ts'
import type { Filters } from './filters.ts'

const TOPICS: readonly Topic[] = ['orders']
/** While an order that is shown is open, and while none is, milliseconds, for each page that is read again. */
const POLL_OPEN = 2000
const POLL = 10_000

/** Follows the removals that are wanted. What was found before stands until the next answer. */
export function useActivity(organizationId: string, filters: Filters) {
  const client = useSupabase()
  const queries = useQueryClient()
  const options = activityQuery(client, { organizationId, filters })
  const look = useCallback(() => queries.invalidateQueries({ queryKey: ['whatsapp-clearances', 'activity'] }), [queries])
  const { live } = useLive(TOPICS, look)
  const activity = useInfiniteQuery({
    ...options,
    placeholderData: keepPreviousData,
    retry: false,
    refetchInterval: ({ state }) => {
      const pages = state.data?.pages ?? []
      const isOpen = pages.some((rows) => rows.some(({ outcome }) => outcome === 'open'))
      return (isOpen && live !== 'realtime' ? POLL_OPEN : POLL) * Math.max(pages.length, 1)
    },
  })
  return {
    rows: activity.data?.pages.flat() ?? null,
    /** Why nothing could ever be read. */
    loadError: activity.data ? null : activity.error,
    /** What is shown answers an older question. */
    isSearching: activity.isPlaceholderData,
    hasOlder: activity.hasNextPage,
    isLoadingOlder: activity.isFetchingNextPage,
    showOlder: () => void activity.fetchNextPage({ cancelRefetch: true }),
    tryAgain: () => void activity.refetch(),
  }
}

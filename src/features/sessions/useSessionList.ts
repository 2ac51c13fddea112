import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { usePageVisible } from '../../lib/usePageVisible.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { clearPurged, purgeStale } from './session-commands.ts'
import { openOrdersQuery, sessionsQuery } from './session-queries.ts'
import { lags, pollInterval } from './poll-interval.ts'

/** When nothing was read for so long, what the page shows is hearsay; milliseconds. */
const OUTDATED_AFTER = 10_000

type ListOptions = {
  organizationId: string
  mayChange: boolean
  linkOpen: boolean
  /** The session that the link's stream calls connected. */
  connectedId: string | null
}

/** Follows the sessions, the open orders and the worker of an organisation by polling, as fast as things move. */
export function useSessionList({ organizationId, mayChange, linkOpen, connectedId }: ListOptions) {
  const client = useSupabase()
  const queries = useQueryClient()
  const hidden = !usePageVisible()

  // Polling is the retry.
  const steady = { retry: false, refetchIntervalInBackground: true } as const
  const orders = useQuery({
    ...openOrdersQuery(client, organizationId),
    ...steady,
    enabled: mayChange,
    refetchInterval: () => interval(),
  })
  const look = useQuery({ ...sessionsQuery(client, organizationId), ...steady, refetchInterval: () => interval() })

  function interval(): number | false {
    const seen = queries.getQueryData(sessionsQuery(client, organizationId).queryKey)
    return pollInterval({
      sessions: seen?.sessions ?? [],
      openOrders: queries.getQueryData(openOrdersQuery(client, organizationId).queryKey)?.length ?? 0,
      workerOnline: seen?.workerOnline ?? false,
      linkOpen,
      lagging: lags(seen?.sessions ?? [], connectedId),
      hidden,
    })
  }

  const refresh = useCallback(() => {
    void queries.invalidateQueries({ queryKey: ['whatsapp-sessions'] })
    void queries.invalidateQueries({ queryKey: ['whatsapp-clearances'] })
  }, [queries])

  const isOutdated = look.data !== undefined && look.errorUpdatedAt - look.dataUpdatedAt > OUTDATED_AFTER
  return {
    sessions: look.data?.sessions ?? [],
    isLoading: look.isPending,
    /** Why nothing could ever be read. */
    loadError: look.data ? null : look.error,
    /** When what is shown was read, if it is too old to be believed; milliseconds since 1970. */
    outdatedSince: isOutdated ? look.dataUpdatedAt : null,
    orders: orders.data ?? [],
    /** `undefined` while nobody knows. */
    workerOnline: isOutdated ? undefined : look.data?.workerOnline,
    refresh,
  }
}

/** Purges stale sessions once per page load and organisation; answers with how many were removed. */
export function usePurgeOnLoad(organizationId: string, enabled: boolean, onPurged: () => void): number {
  const client = useSupabase()
  const purge = useQuery({
    queryKey: ['purge-stale', organizationId],
    queryFn: async () => {
      const removed = await purgeStale(client)
      if (removed.length > 0) {
        onPurged()
        void clearPurged(client, removed).then(onPurged)
      }
      return removed.length
    },
    enabled,
    retry: 1,
    staleTime: 'static',
    gcTime: Number.POSITIVE_INFINITY,
  })
  return purge.data ?? 0
}

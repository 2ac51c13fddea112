import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { usePageVisible } from '../../lib/usePageVisible.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { clearPurged, purgeStale } from './session-commands.ts'
import { openOrdersQuery, sessionsQuery, workerOnlineQuery } from './session-queries.ts'
import { pollInterval, SLOW_POLL } from './poll-interval.ts'

/** When nothing was read for so long, what the page shows is hearsay; milliseconds. */
const OUTDATED_AFTER = 10_000

type ListOptions = { organizationId: string; mayChange: boolean; linkOpen: boolean }

/** Follows the sessions, the open orders and the worker of an organisation by polling, as fast as things move. */
export function useSessionList({ organizationId, mayChange, linkOpen }: ListOptions) {
  const client = useSupabase()
  const queries = useQueryClient()
  const hidden = !usePageVisible()

  // Polling is the retry.
  const steady = { retry: false, refetchIntervalInBackground: true } as const
  const worker = useQuery({ ...workerOnlineQuery(client), ...steady, refetchInterval: linkOpen ? 1000 : hidden ? false : SLOW_POLL })
  const orders = useQuery({
    ...openOrdersQuery(client, organizationId),
    ...steady,
    enabled: mayChange,
    refetchInterval: () => interval(),
  })
  const sessions = useQuery({ ...sessionsQuery(client, organizationId), ...steady, refetchInterval: () => interval() })

  function interval(): number | false {
    return pollInterval({
      sessions: queries.getQueryData(sessionsQuery(client, organizationId).queryKey) ?? [],
      openOrders: queries.getQueryData(openOrdersQuery(client, organizationId).queryKey)?.length ?? 0,
      workerOnline: queries.getQueryData(workerOnlineQuery(client).queryKey) ?? false,
      linkOpen,
      hidden,
    })
  }

  const refresh = useCallback(() => {
    void queries.invalidateQueries({ queryKey: ['whatsapp-sessions'] })
    void queries.invalidateQueries({ queryKey: ['whatsapp-clearances'] })
  }, [queries])

  return {
    sessions: sessions.data ?? [],
    isLoading: sessions.isPending,
    /** Why nothing could ever be read. */
    loadError: sessions.data ? null : sessions.error,
    /** When what is shown was read, if it is too old to be believed; milliseconds since 1970. */
    outdatedSince: sessions.data && sessions.errorUpdatedAt - sessions.dataUpdatedAt > OUTDATED_AFTER ? sessions.dataUpdatedAt : null,
    orders: orders.data ?? [],
    workerOnline: worker.isError ? undefined : worker.data,
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

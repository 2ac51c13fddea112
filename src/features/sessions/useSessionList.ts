import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { type Topic, useLive } from '../../lib/live.ts'
import { outdatedSince } from '../../lib/outdated.ts'
import { usePageVisible } from '../../lib/usePageVisible.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { createFailureCount, lags, pollInterval } from './poll-interval.ts'
import { type ListView, linkedRowQuery, openOrdersQuery, sessionsQuery } from './session-queries.ts'
import { silenceQuery } from './silence-query.ts'

const TOPICS: readonly Topic[] = ['sessions', 'orders']

type ListOptions = {
  organizationId: string
  view: ListView
  mayChange: boolean
  linkOpen: boolean
  /** The session that is being linked. It is followed wherever it stands in the list. */
  linkedId: string | null
  /** The session that the link's stream calls connected. */
  connectedId: string | null
}

/**
 * Follows the sessions, the open orders and the worker of an organisation: looks again when it is told of a change, and asks by itself,
 * as fast as things move, where nobody tells.
 */
export function useSessionList({ organizationId, view, mayChange, linkOpen, linkedId, connectedId }: ListOptions) {
  const client = useSupabase()
  const queries = useQueryClient()
  const hidden = !usePageVisible()
  const [failuresOf] = useState(createFailureCount)

  const lookAgain = useCallback(
    () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['whatsapp-sessions'] }),
        queries.invalidateQueries({ queryKey: ['whatsapp-clearances'] }),
      ]),
    [queries],
  )
  const { live, changed } = useLive(TOPICS, lookAgain)

  // Polling is the retry.
  const steady = { retry: false, refetchInterval: () => interval(), refetchIntervalInBackground: true } as const
  useQuery({ ...silenceQuery(client), ...steady, enabled: live === 'realtime' })
  const orders = useQuery({ ...openOrdersQuery(client, organizationId), ...steady, enabled: mayChange })
  const linkedRow = useQuery({ ...linkedRowQuery(client, linkedId), ...steady })
  // What was found before stands until the new look has found something.
  const look = useQuery({ ...sessionsQuery(client, organizationId, view), ...steady, placeholderData: keepPreviousData })

  function interval(): number | false {
    const { queryKey } = sessionsQuery(client, organizationId, view)
    const seen = queries.getQueryData(queryKey)
    const state = queries.getQueryState(queryKey)
    const silentAt = queries.getQueryData(silenceQuery(client).queryKey)
    return pollInterval({
      sessions: seen?.sessions ?? [],
      openOrders: queries.getQueryData(openOrdersQuery(client, organizationId).queryKey)?.length ?? 0,
      workerOnline: seen?.workerOnline ?? false,
      linkOpen,
      lagging: lags(seen?.sessions ?? [], connectedId),
      hidden,
      live,
      silenceIn: silentAt ? silentAt - Date.now() : null,
      failures: state ? failuresOf(state) : 0,
    })
  }

  const outdated = outdatedSince({ ...look, dataUpdatedAt: look.data?.readAt ?? 0 })
  return {
    /** What was found, maybe by the view before this one. */
    look: look.data,
    /** What is shown is not yet what is looked for. */
    isSearching: look.isPlaceholderData,
    linkedRow: linkedId === null ? null : (linkedRow.data ?? null),
    isLoading: look.isPending,
    /** Why nothing could ever be read. */
    loadError: look.data ? null : look.error,
    /** When what is shown was read, if it is too old to be believed; milliseconds since 1970. */
    outdatedSince: outdated,
    orders: orders.data ?? [],
    /** `undefined` while nobody knows. */
    workerOnline: outdated !== null ? undefined : look.data?.workerOnline,
    /** To be called after each command: looks again, and has the other tabs do so. */
    refresh: changed,
  }
}

import type { DeliveryState } from '#domain/webhook.ts'
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { asFailure } from '../../lib/failure.ts'
import { type Topic, useLive } from '../../lib/live.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { toast } from '../../lib/toast.ts'
import { useWebhookWords } from '../../words/webhook-words.ts'
import { useWords } from '../../words/words.ts'
import { anyDeadQuery, deliveriesKey, deliveriesQuery, redeliver, redeliverDead } from './delivery-queries.ts'

/** Most of what is delivered is told of sessions, and is queued in the moment in which they change. */
const TOPICS: readonly Topic[] = ['sessions', 'orders']
/** While a delivery that is shown waits, and while none does, milliseconds, for each page that is read again. */
const POLL_WAITING = 2000
const POLL = 4000

/** Follows the deliveries of an endpoint that are in a state (`null`: in any), and sends them again. */
export function useDeliveries(endpointId: string, state: DeliveryState | null) {
  const client = useSupabase()
  const failures = useWords().failures
  const words = useWebhookWords().deliveries
  const queries = useQueryClient()
  const look = useCallback(() => queries.invalidateQueries({ queryKey: deliveriesKey(endpointId) }), [queries, endpointId])
  useLive(TOPICS, look)
  const deliveries = useInfiniteQuery({
    ...deliveriesQuery(client, { endpointId, state }),
    placeholderData: keepPreviousData,
    retry: false,
    refetchInterval: ({ state: { data } }) => {
      const pages = data?.pages ?? []
      const waits = pages.some((rows) => rows.some((row) => row.state === 'waiting'))
      return (waits ? POLL_WAITING : POLL) * Math.max(pages.length, 1)
    },
  })
  const anyDead = useQuery({ ...anyDeadQuery(client, endpointId), refetchInterval: POLL })
  const onError = (error: unknown) => {
    const { code } = asFailure(error)
    toast.error(code === 'not_found' ? words.gone : failures[code])
  }
  return {
    rows: deliveries.data?.pages.flat() ?? null,
    /** Why nothing could ever be read. */
    loadError: deliveries.data ? null : deliveries.error,
    /** What is shown answers an older question. */
    isSearching: deliveries.isPlaceholderData,
    hasOlder: deliveries.hasNextPage,
    isLoadingOlder: deliveries.isFetchingNextPage,
    anyDead: anyDead.data === true,
    showOlder: () => void deliveries.fetchNextPage({ cancelRefetch: true }),
    tryAgain: () => void deliveries.refetch(),
    redeliver: useMutation({
      mutationFn: (deliveryId: string) => redeliver(client, deliveryId),
      onSuccess: () => toast.message(words.redelivering),
      onError,
      onSettled: look,
    }),
    redeliverDead: useMutation({
      mutationFn: () => redeliverDead(client, endpointId),
      onSuccess: (count) => toast.message(count === 0 ? words.noneFailed : words.redelivered(count)),
      onError,
      onSettled: look,
    }),
  }
}

export type Deliveries = ReturnType<typeof useDeliveries>

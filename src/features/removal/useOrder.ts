import { useQuery } from '@tanstack/react-query'
import { useSupabase } from '../../lib/supabase.ts'
import { useNow } from '../../lib/useNow.ts'
import { isAway, orderQuery, type OrderLook, toldQuery } from './removal-queries.ts'
import { type Progress, progressOf } from './steps.ts'

/** While an order is open, and while it cannot be read, milliseconds. */
const POLL = 1000
const POLL_AFTER_FAILURE = 4000

export type FollowedOrder =
  | { kind: 'looking' }
  | { kind: 'none' }
  | {
      kind: 'order'
      record: NonNullable<OrderLook['record']>
      progress: Progress
      /** The worker was asked and did not confirm in time. */
      isSlow: boolean
    }

/** Follows an order until its receipt is there. `isUnread`: the last look failed. */
export function useOrder(orderId: string | null): { order: FollowedOrder; isUnread: boolean } {
  const client = useSupabase()
  const now = useNow(POLL)
  const wanted = { enabled: orderId !== null, retry: false } as const
  const { data: told } = useQuery({ ...toldQuery(orderId ?? ''), ...wanted })
  const look = useQuery({
    ...orderQuery(client, orderId ?? ''),
    ...wanted,
    refetchInterval: ({ state }) => {
      if (state.status === 'error') return POLL_AFTER_FAILURE
      return state.data?.record?.receipt ? false : POLL
    },
  })
  return { order: followed(look.data), isUnread: look.isError }

  function followed(seen: OrderLook | undefined): FollowedOrder {
    if (!seen) return { kind: 'looking' }
    const { record, workerOnline } = seen
    if (!record) return { kind: 'none' }
    return { kind: 'order', record, progress: progressOf(record, isAway(workerOnline, told, now)), isSlow: told?.kind === 'pending' }
  }
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { asFailure } from '../../lib/failure.ts'
import { useSupabase } from '../../lib/supabase.ts'
import { toast } from '../../lib/toast.ts'
import { useNow } from '../../lib/useNow.ts'
import { useWords } from '../../words/words.ts'
import { deliveriesKey, type Delivery, deliveryQuery } from './delivery-queries.ts'
import { sendTest } from './webhook-queries.ts'

/** How often it is asked what became of a test, milliseconds. */
const ASK_AGAIN = 700
/** How long a test may wait before that is said: it is sent by the worker, which may be away. */
const SLOW = 12_000

export type TestOutcome =
  | { step: 'idle' }
  | { step: 'sending' }
  | { step: 'slow' }
  /** `delivery`: as it was after its first attempt, or the last one since. */
  | { step: 'delivered'; delivery: Delivery }
  | { step: 'failed'; delivery: Delivery }

/** Sends a test to an endpoint, and says what came of it. */
export function useTest(endpointId: string) {
  const client = useSupabase()
  const failures = useWords().failures
  const queries = useQueryClient()
  const [test, setTest] = useState<{ id: string; since: number } | null>(null)
  const now = useNow(1000)
  const sending = useMutation({
    mutationFn: () => sendTest(client, endpointId),
    onSuccess: (id) => {
      setTest({ id, since: Date.now() })
      return queries.invalidateQueries({ queryKey: deliveriesKey(endpointId) })
    },
    onError: (error) => toast.error(failures[asFailure(error).code]),
  })
  const { data: delivery } = useQuery({
    ...deliveryQuery(client, endpointId, test?.id ?? ''),
    enabled: test !== null,
    refetchInterval: ({ state: { data } }) => (data && data.state !== 'waiting' ? false : ASK_AGAIN),
  })
  return {
    outcome: outcomeOf(sending.isPending, test, delivery ?? null, now),
    send: () => {
      setTest(null)
      sending.mutate()
    },
    dismiss: () => setTest(null),
  }
}

function outcomeOf(isPending: boolean, test: { since: number } | null, delivery: Delivery | null, now: number): TestOutcome {
  if (isPending) return { step: 'sending' }
  if (!test) return { step: 'idle' }
  if (delivery?.state === 'delivered') return { step: 'delivered', delivery }
  if (delivery && (delivery.last_status !== null || delivery.last_error !== null)) return { step: 'failed', delivery }
  return { step: now - test.since > SLOW ? 'slow' : 'sending' }
}

import { useWebhookWords } from '../../words/webhook-words.ts'
import { callFailure } from './call-failure.ts'
import type { Delivery } from './delivery-queries.ts'

/** What came back from the last attempt, in words; '' before there was one. */
export function useAnswer(): (delivery: Pick<Delivery, 'last_status' | 'last_error'>) => string {
  const { deliveries, callFailures } = useWebhookWords()
  return ({ last_status, last_error }) => {
    if (last_status !== null) return deliveries.answered(last_status)
    return last_error === null ? '' : callFailures[callFailure(last_error)]
  }
}

import { WEBHOOK_RETRY_SECONDS } from '#domain/webhook.ts'
import type { Answer } from './post.ts'
import type { TryEnd } from './port.ts'

/** How much longer a pause may be by chance, so that what failed together does not come together. */
const JITTER = 0.2

/** What an answer means. `attempt`: which try it was, from 1. `chance`: at least 0, below 1. */
export function endOfTry(answer: Answer, attempt: number, chance: number): Omit<TryEnd, 'id' | 'claim'> {
  const status = 'status' in answer ? answer.status : null
  if (status !== null && status >= 200 && status < 300) return { outcome: 'delivered', status, error: null, retryInMs: null }
  const error = 'failure' in answer ? answer.failure : wordsOf(answer.status)
  if (status === 410) return { outcome: 'gone', status, error, retryInMs: null }
  const pause = WEBHOOK_RETRY_SECONDS[attempt - 1]
  if (pause === undefined) return { outcome: 'dead', status, error, retryInMs: null }
  return { outcome: 'retry', status, error, retryInMs: Math.round(pause * 1000 * (1 + JITTER * chance)) }
}

function wordsOf(status: number): string {
  return status >= 300 && status < 400 ? `HTTP ${status}: a redirect is not followed.` : `HTTP ${status}.`
}

import type { ErrorCode } from '#domain/errors.ts'
import { Outbox, QueuedText, RemovedTexts, SentTexts } from '#domain/message.ts'
import { queryOptions } from '@tanstack/react-query'
import { asFailure, type FailureCode } from '../../../lib/failure.ts'
import { askWorker, type Client } from '../../../lib/supabase.ts'

/** How often it is looked again while somebody sees it, milliseconds: a tick should come while one watches. */
const AGAIN = 2000
/** The same while the worker refuses, or is away. */
const AGAIN_WHEN_REFUSED = 8000

/** What a worker says in place of a list; that it is away, or that no phone is linked, is an answer too. */
const REFUSALS: ReadonlySet<FailureCode> = new Set<ErrorCode>([
  'not_linked',
  'not_found',
  'worker_offline',
  'not_ready',
  'timeout',
  'rate_limited',
  'storage_failed',
])

/** What a look at a queue finds. */
export type Asked<T> = { ok: true; texts: T[] } | { ok: false; code: FailureCode }

const watched = { retry: false, refetchInterval: again } as const

function again({ state }: { state: { data?: { ok: boolean } | undefined } }): number {
  return state.data?.ok === false ? AGAIN_WHEN_REFUSED : AGAIN
}

/** The key of everything that is asked about a session's texts. */
export const textsKey = (sessionId: string) => ['whatsapp-texts', sessionId]

/** The texts that wait. Throws a `Failure` where nobody answers. */
export function outboxQuery(client: Client, sessionId: string) {
  return queryOptions({
    queryKey: [...textsKey(sessionId), 'outbox'],
    queryFn: ({ signal }) =>
      asked(askWorker(client, `${sessionId}/outbox`, { method: 'GET', signal }, Outbox).then(({ messages }) => messages)),
    ...watched,
  })
}

/** What became of those that were sent. Throws a `Failure` where nobody answers. */
export function sentQuery(client: Client, sessionId: string) {
  return queryOptions({
    queryKey: [...textsKey(sessionId), 'sent'],
    queryFn: ({ signal }) =>
      asked(askWorker(client, `${sessionId}/sent`, { method: 'GET', signal }, SentTexts).then(({ messages }) => messages)),
    ...watched,
  })
}

async function asked<T>(answer: Promise<T[]>): Promise<Asked<T>> {
  try {
    return { ok: true, texts: await answer }
  } catch (error) {
    const { code } = asFailure(error)
    if (!REFUSALS.has(code)) throw error
    return { ok: false, code }
  }
}

/** Queues a text for a number (E.164). Throws a `Failure`. */
export function sendText(client: Client, sessionId: string, text: { to: string; text: string }): Promise<QueuedText> {
  return askWorker(client, `${sessionId}/messages`, { body: text }, QueuedText)
}

/** Takes one text out of the queue, or all; answers with how many were in it. Throws a `Failure`. */
export async function removeTexts(client: Client, sessionId: string, id?: string): Promise<number> {
  const path = id === undefined ? `${sessionId}/outbox` : `${sessionId}/outbox/${id}`
  return (await askWorker(client, path, { method: 'DELETE' }, RemovedTexts)).removed
}

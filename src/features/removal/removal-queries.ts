import { Holdings } from '#domain/holdings.ts'
import { HEARTBEAT_STALE_SECONDS } from '#domain/routes.ts'
import { queryOptions } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { asFailure, type FailureCode } from '../../lib/failure.ts'
import { RECORD_COLUMNS, RemovalRecord } from '../../lib/removal-order.ts'
import { ask, askWorker, type Client } from '../../lib/supabase.ts'

/** How long a question waits for its counts, milliseconds: whoever wants to remove something is not kept waiting for a number. */
const COUNTING = 3000

/** What a removal would take away, or why nobody can count it. */
export type Counts = { kind: 'known'; holdings: Holdings } | { kind: 'unknown'; why: FailureCode }

/** Asks the worker what there is of a session, anew for each question. Throws nothing. */
export function countsQuery(client: Client, sessionId: string) {
  return queryOptions({
    queryKey: ['whatsapp-holdings', sessionId],
    queryFn: async ({ signal }): Promise<Counts> => {
      const limit = AbortSignal.timeout(COUNTING)
      try {
        const call = { method: 'GET', signal: AbortSignal.any([signal, limit]) } as const
        return { kind: 'known', holdings: await askWorker(client, `${sessionId}/holdings`, call, Holdings) }
      } catch (error) {
        return { kind: 'unknown', why: limit.aborted ? 'timeout' : asFailure(error).code }
      }
    },
    gcTime: 0,
    staleTime: 'static',
  })
}

/** One look at an order. `record: null`: there is none, or none that may be read. */
export type OrderLook = { record: RemovalRecord | null; workerOnline: boolean }

/** One order and whether a worker is there, read together so that neither contradicts the other. Throws a `Failure`. */
export function orderQuery(client: Client, orderId: string) {
  return queryOptions({
    queryKey: ['whatsapp-clearances', 'one', orderId],
    queryFn: async ({ signal }): Promise<OrderLook> => {
      const [[record = null], workerOnline] = await Promise.all([
        ask(
          client.from('whatsapp_clearance_overview').select(RECORD_COLUMNS).eq('id', orderId).abortSignal(signal),
          z.array(RemovalRecord),
        ),
        ask(client.rpc('worker_online').abortSignal(signal), z.boolean()),
      ])
      return { record, workerOnline }
    },
  })
}

/** What the edge function said when the worker was asked to carry out an order, and when, milliseconds since 1970. */
export type Told = { kind: 'stored' | 'pending'; at: number }

/** Kept for this page: the database says nothing of it. */
export function toldQuery(orderId: string) {
  return queryOptions<Told | null>({ queryKey: ['whatsapp-order-told', orderId], queryFn: () => null, staleTime: 'static' })
}

/** Whether a worker is known to be away: by its heartbeats, or because it did not answer when the last of them had not grown old yet. */
export function isAway(workerOnline: boolean, told: Told | null | undefined, now: number): boolean {
  return !workerOnline || (told?.kind === 'stored' && now - told.at < HEARTBEAT_STALE_SECONDS * 1000)
}

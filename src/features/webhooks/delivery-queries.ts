import { DELIVERY_STATES, type DeliveryState, WEBHOOK_EVENTS } from '#domain/webhook.ts'
import { Timestamp } from '#domain/session.ts'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { ask, type Client } from '../../lib/supabase.ts'

/** How it went to tell of an event. */
export const LastCall = z.object({
  type: z.enum(WEBHOOK_EVENTS),
  state: z.enum(DELIVERY_STATES),
  last_attempt_at: z.nullable(Timestamp),
  last_status: z.nullable(z.int()),
})
export type LastCall = z.infer<typeof LastCall>

const COLUMNS =
  'id, type, state, session_id, payload, attempts, next_attempt_at, last_attempt_at, last_status, last_error, created_at, cursor:created_at, delivered_at, claim'

const Delivery = z.object({
  ...LastCall.shape,
  /** The `webhook-id` of each of its calls. */
  id: z.uuid(),
  session_id: z.nullable(z.uuid()),
  payload: z.unknown(),
  attempts: z.int(),
  /** While it is being tried: until when it is the worker's that tries. */
  next_attempt_at: Timestamp,
  last_error: z.nullable(z.string()),
  created_at: Timestamp,
  /** The same as the database wrote it, to the microsecond: the next page begins after it. */
  cursor: z.string(),
  delivered_at: z.nullable(Timestamp),
  /** Names the try that is under way. */
  claim: z.nullable(z.uuid()),
})
export type Delivery = z.infer<typeof Delivery>

/** Whether it is being tried; `now` in milliseconds since 1970. What a killed worker held is due again after a minute. */
export function isUnderWay({ state, claim, next_attempt_at }: Delivery, now: number): boolean {
  return state === 'waiting' && claim !== null && Date.parse(next_attempt_at) > now
}

/** Deliveries that are shown at once. */
const PAGE = 30

type Cursor = Pick<Delivery, 'cursor' | 'id'> | null
type Wanted = {
  endpointId: string
  /** `null`: in any. */
  state: DeliveryState | null
}

/** The key of everything about the deliveries of an endpoint. */
export const deliveriesKey = (endpointId: string) => ['webhook-deliveries', endpointId]

/** The deliveries of an endpoint, newest first, page after page. Throws a `Failure`. */
export function deliveriesQuery(client: Client, { endpointId, state }: Wanted) {
  return infiniteQueryOptions({
    queryKey: [...deliveriesKey(endpointId), 'list', state],
    queryFn: ({ pageParam, signal }) => {
      const all = client.from('webhook_deliveries').select(COLUMNS).eq('endpoint_id', endpointId)
      const wanted = state === null ? all : all.eq('state', state)
      const after = pageParam === null ? wanted : wanted.or(olderThan(pageParam))
      return ask(
        after.order('created_at', { ascending: false }).order('id', { ascending: false }).limit(PAGE).abortSignal(signal),
        z.array(Delivery),
      )
    },
    initialPageParam: null as Cursor,
    getNextPageParam: (rows) => (rows.length < PAGE ? null : (rows.at(-1) ?? null)),
  })
}

/** By the quotes a time may contain what else would separate. */
function olderThan({ cursor, id }: NonNullable<Cursor>): string {
  return `created_at.lt."${cursor}",and(created_at.eq."${cursor}",id.lt.${id})`
}

/** One delivery; `null` where it is not kept. Throws a `Failure`. */
export function deliveryQuery(client: Client, endpointId: string, id: string) {
  return queryOptions({
    queryKey: [...deliveriesKey(endpointId), id],
    queryFn: async ({ signal }): Promise<Delivery | null> => {
      const [row] = await ask(
        client.from('webhook_deliveries').select(COLUMNS).eq('endpoint_id', endpointId).eq('id', id).abortSignal(signal),
        z.array(Delivery),
      )
      return row ?? null
    },
  })
}

/** Whether anything of an endpoint was given up. Throws a `Failure`. */
export function anyDeadQuery(client: Client, endpointId: string) {
  return queryOptions({
    queryKey: [...deliveriesKey(endpointId), 'any-dead'],
    queryFn: async ({ signal }): Promise<boolean> => {
      const call = client.from('webhook_deliveries').select('id').eq('endpoint_id', endpointId).eq('state', 'dead').limit(1)
      return (await ask(call.abortSignal(signal), z.array(z.object({ id: z.uuid() })))).length > 0
    },
  })
}

/** Sends a delivery again, at once. Throws a `Failure`. */
export async function redeliver(client: Client, deliveryId: string): Promise<void> {
  await ask(client.rpc('redeliver_webhook', { delivery_id: deliveryId }), z.unknown())
}

/** Sends everything again that was given up; answers with how many deliveries that are. Throws a `Failure`. */
export function redeliverDead(client: Client, endpointId: string): Promise<number> {
  return ask(client.rpc('redeliver_dead', { endpoint_id: endpointId }), z.int())
}

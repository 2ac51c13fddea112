import { DISABLED_REASONS, WEBHOOK_EVENTS, type WebhookEvent } from '#domain/webhook.ts'
import { Timestamp } from '#domain/session.ts'
import { queryOptions } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { ask, type Client } from '../../lib/supabase.ts'
import { LastCall } from './delivery-queries.ts'

/** How often endpoints are read again, milliseconds: others change them, and how their last call went. */
const ASK_AGAIN = 5000

const COLUMNS = 'id, url, description, events, enabled, disabled_reason, failing_since, created_at, secret_rotated_at'
/** With the newest event of which it was told, or was to be. */
const WITH_LAST = `${COLUMNS}, last:webhook_deliveries(type, state, last_attempt_at, last_status)` as const

const Endpoint = z.object({
  id: z.uuid(),
  url: z.string(),
  description: z.string(),
  /** Empty: all. */
  events: z.array(z.enum(WEBHOOK_EVENTS)),
  enabled: z.boolean(),
  disabled_reason: z.nullable(z.enum(DISABLED_REASONS)),
  failing_since: z.nullable(Timestamp),
  created_at: Timestamp,
  secret_rotated_at: Timestamp,
  last: z.pipe(
    z.array(LastCall),
    z.transform(([newest]) => newest ?? null),
  ),
})
export type Endpoint = z.infer<typeof Endpoint>

/** What somebody says of an endpoint. */
export type EndpointDraft = { url: string; description: string; events: WebhookEvent[] }

/** The key of everything about the webhooks of an organisation. */
export const webhooksKey = (organizationId: string) => ['webhooks', organizationId]

/** The endpoints of an organisation, the oldest first. Throws a `Failure`. */
export function endpointsQuery(client: Client, organizationId: string) {
  return queryOptions({
    queryKey: [...webhooksKey(organizationId), 'endpoints'],
    queryFn: ({ signal }): Promise<Endpoint[]> => {
      const call = client
        .from('webhook_endpoints')
        .select(WITH_LAST)
        .eq('organization_id', organizationId)
        .not('last.last_attempt_at', 'is', null)
        .order('created_at', { referencedTable: 'last', ascending: false })
        .limit(1, { referencedTable: 'last' })
        .order('created_at')
        .order('id')
        .abortSignal(signal)
      return ask(call, z.array(Endpoint))
    },
    refetchInterval: ASK_AGAIN,
  })
}

const Created = z.object({ id: z.uuid(), secret: z.string() })
export type Created = z.infer<typeof Created>

/** Adds an endpoint; answers with its secret, this once. Throws a `Failure`. */
export function createWebhook(client: Client, organizationId: string, draft: EndpointDraft): Promise<Created> {
  return ask(client.rpc('create_webhook', { organization_id: organizationId, ...draft }), Created)
}

/** Throws a `Failure`. */
export async function updateWebhook(client: Client, id: string, draft: EndpointDraft, enabled: boolean): Promise<void> {
  await ask(client.rpc('update_webhook', { id, ...draft, enabled }), z.unknown())
}

/** Throws a `Failure`. */
export async function deleteWebhook(client: Client, id: string): Promise<void> {
  await ask(client.rpc('delete_webhook', { id }), z.unknown())
}

/** Makes a new secret and answers with it, this once; the old one is valid for so many hours more. Throws a `Failure`. */
export function rotateSecret(client: Client, id: string, overlapHours: number): Promise<string> {
  return ask(client.rpc('rotate_webhook_secret', { id, overlap_hours: overlapHours }), z.string())
}

/** Queues a test; answers with the id of its delivery. Throws a `Failure`. */
export function sendTest(client: Client, id: string): Promise<string> {
  return ask(client.rpc('test_webhook', { id }), z.uuid())
}

import type { Cast } from './cast.ts'

/** A delivery as a worker is given it. */
export type Claim = {
  id: string
  endpointId: string
  claim: string
  attempts: number
  payload: { type: string; timestamp: string; data: Record<string, unknown> }
  url: string
  secrets: string[]
}
/** How a try ended, as a worker says it. */
export type Outcome = {
  outcome: 'delivered' | 'retry' | 'dead' | 'gone' | 'returned'
  status?: number
  error?: string
  retryInMs?: number
}
export type Delivery = {
  id: string
  type: string
  state: string
  attempts: number
  last_status: number | null
  last_error: string | null
  claim: string | null
}

export type Webhooks = ReturnType<typeof webhooksOf>

/** What people and workers do with webhooks, said shortly. */
export function webhooksOf({ db, admin }: Cast) {
  return {
    /** One of an organisation, made by its admin. */
    async make(organization: string, events: readonly string[] = [], url = 'https://hooks.example.com/latchkey') {
      const { data } = await admin.client
        .rpc('create_webhook', { organization_id: organization, url, events: events as never })
        .throwOnError()
      return data as { id: string; secret: string }
    },
    /** What a worker is given now, after it said how earlier tries ended. */
    async deliver(room = 100, outcomes: readonly object[] = []): Promise<Claim[]> {
      const { data } = await db.service.rpc('worker_deliver', { outcomes: outcomes as never, room }).throwOnError()
      return data as Claim[]
    },
    end: ({ id, claim }: Claim, outcome: Outcome) => ({ id, claim, status: null, error: null, retryInMs: null, ...outcome }),
    async test(id: string): Promise<string> {
      return (await admin.client.rpc('test_webhook', { id }).throwOnError()).data
    },
    /** Oldest first. */
    deliveries: async (endpoint: string): Promise<Delivery[]> => [
      ...(await db.sql<Delivery[]>`select id, type, state, attempts, last_status, last_error, claim from public.webhook_deliveries
        where endpoint_id = ${endpoint} order by created_at, id`),
    ],
    /** So many deliveries of a webhook, due for an hour. */
    queue: async (endpoint: string, count: number) =>
      void (await db.sql`insert into public.webhook_deliveries (endpoint_id, organization_id, type, payload, next_attempt_at)
        select w.id, w.organization_id, 'session.connected', '{}', now() - interval '1 hour' + i * interval '1 millisecond'
        from public.webhook_endpoints w, generate_series(1, ${count}) i where w.id = ${endpoint}`),
    /** What waits for its next try, or for the end of a claim, waits no more. */
    dueNow: async (endpoint: string) =>
      void (await db.sql`update public.webhook_deliveries set next_attempt_at = now() where endpoint_id = ${endpoint}`),
    async endpoint(id: string) {
      const [row] = await db.sql<{ enabled: boolean; disabled_reason: string | null; failing_since: Date | null }[]>`
        select enabled, disabled_reason, failing_since from public.webhook_endpoints where id = ${id}`
      return row
    },
  }
}

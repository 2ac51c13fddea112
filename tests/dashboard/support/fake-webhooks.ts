import { type DeliveryState, type DisabledReason, WEBHOOKS_AT_MOST, type WebhookEvent } from '#domain/webhook.ts'
import { ACME, LONG_AGO } from './fake-rows.ts'
import { type FakeCall, FakeServer, json } from './fake-server.ts'

export type FakeEndpoint = {
  id: string
  organization_id: string
  url: string
  description: string
  events: WebhookEvent[]
  enabled: boolean
  disabled_reason: DisabledReason | null
  failing_since: string | null
  created_at: string
  secret_rotated_at: string
}

export type FakeDelivery = {
  id: string
  endpoint_id: string
  type: WebhookEvent
  state: DeliveryState
  session_id: string | null
  payload: unknown
  attempts: number
  next_attempt_at: string
  last_attempt_at: string | null
  last_status: number | null
  last_error: string | null
  created_at: string
  delivered_at: string | null
  claim: string | null
}

/** A server with webhooks, which behave as supabase/migrations says; `attempt` is what the worker does. */
export class FakeWebhooks extends FakeServer {
  endpoints: FakeEndpoint[] = []
  /** The newest last. */
  deliveries: FakeDelivery[] = []
  secrets = 0
  /** Answers in place of the webhooks where it returns something. */
  first: FakeServer['intercept'] = () => undefined

  constructor(role = 'owner') {
    super()
    this.organizations = [{ id: ACME, name: 'Acme', role }]
    this.intercept = (call) => this.first(call) ?? this.#answer(call)
  }

  endpoint(facts: Partial<FakeEndpoint> = {}): FakeEndpoint {
    const endpoint: FakeEndpoint = {
      id: crypto.randomUUID(),
      organization_id: ACME,
      url: 'https://hooks.acme.example/latchkey',
      description: '',
      events: [],
      enabled: true,
      disabled_reason: null,
      failing_since: null,
      created_at: LONG_AGO,
      secret_rotated_at: LONG_AGO,
      ...facts,
    }
    this.endpoints = [...this.endpoints, endpoint]
    return endpoint
  }

  delivery(endpoint: FakeEndpoint, facts: Partial<FakeDelivery> = {}): FakeDelivery {
    const now = new Date().toISOString()
    const delivery: FakeDelivery = {
      id: crypto.randomUUID(),
      endpoint_id: endpoint.id,
      type: 'session.connected',
      state: 'waiting',
      session_id: null,
      payload: { type: 'session.connected', timestamp: now, data: {} },
      attempts: 0,
      next_attempt_at: now,
      last_attempt_at: null,
      last_status: null,
      last_error: null,
      created_at: now,
      delivered_at: null,
      claim: null,
      ...facts,
    }
    this.deliveries = [...this.deliveries, delivery]
    return delivery
  }

  /** As the worker: takes a delivery, for a minute. */
  claim(delivery: FakeDelivery): void {
    delivery.attempts += 1
    delivery.claim = crypto.randomUUID()
    delivery.last_attempt_at = new Date().toISOString()
    delivery.next_attempt_at = new Date(Date.now() + 60_000).toISOString()
  }

  /** As the worker: one call, which is answered with `status`. */
  attempt(delivery: FakeDelivery, status: number, next = new Date(Date.now() + 300_000)): void {
    this.claim(delivery)
    const now = new Date().toISOString()
    const isTaken = status >= 200 && status < 300
    delivery.claim = null
    delivery.last_status = status
    delivery.state = isTaken ? 'delivered' : 'waiting'
    if (isTaken) delivery.delivered_at = now
    else delivery.next_attempt_at = next.toISOString()
    const endpoint = this.endpoints.find(({ id }) => id === delivery.endpoint_id)
    if (endpoint) endpoint.failing_since = isTaken ? null : (endpoint.failing_since ?? now)
  }

  #answer({ method, path, search, body }: FakeCall): Response | undefined {
    const query = new URLSearchParams(search)
    if (method === 'GET' && path === '/rest/v1/webhook_endpoints') return json(this.#endpoints(query))
    if (method === 'GET' && path === '/rest/v1/webhook_deliveries') return json(this.#deliveries(query))
    const name = path.startsWith('/rest/v1/rpc/') ? path.slice('/rest/v1/rpc/'.length) : ''
    if (name === 'create_webhook') return this.#create(body)
    if (name === 'redeliver_webhook') {
      const delivery = this.deliveries.find(({ id }) => id === body['delivery_id'])
      if (!delivery) return json({ message: 'not_found', details: 'There is no such delivery.' }, 404)
      this.#again(delivery)
      return json(null)
    }
    if (name === 'redeliver_dead') {
      const dead = this.deliveries.filter(({ endpoint_id, state }) => endpoint_id === body['endpoint_id'] && state === 'dead')
      for (const delivery of dead) this.#again(delivery)
      return json(dead.length)
    }
    if (!['update_webhook', 'delete_webhook', 'rotate_webhook_secret', 'test_webhook'].includes(name)) return undefined
    const endpoint = this.endpoints.find(({ id }) => id === body['id'])
    if (!endpoint) return json({ message: 'not_found', details: 'There is no such webhook.' }, 404)
    if (name === 'test_webhook') return json(this.delivery(endpoint, { type: 'ping' }).id)
    if (name === 'rotate_webhook_secret') return json(this.#secret())
    if (name === 'delete_webhook') {
      this.endpoints = this.endpoints.filter((other) => other !== endpoint)
      return json(null)
    }
    const { url, description, events, enabled } = body as Pick<FakeEndpoint, 'url' | 'description' | 'events' | 'enabled'>
    Object.assign(endpoint, { url, description, events, enabled, disabled_reason: enabled ? null : 'manual' })
    return json(endpoint)
  }

  #create({ url, description, events }: FakeCall['body']): Response {
    if (this.endpoints.length >= WEBHOOKS_AT_MOST) return json({ message: 'limit_reached', details: 'As many as may be.' }, 409)
    const { id } = this.endpoint({ url: String(url), description: String(description), events: events as WebhookEvent[] })
    return json({ id, secret: this.#secret() })
  }

  #secret(): string {
    this.secrets += 1
    return `whsec_${btoa(`a secret of this test, no. ${this.secrets}`)}`
  }

  #again(delivery: FakeDelivery): void {
    Object.assign(delivery, { state: 'waiting', attempts: 0, next_attempt_at: new Date().toISOString(), delivered_at: null })
  }

  /** What owners and admins may read; agents read nothing. */
  #isReadable(): boolean {
    return this.organizations[0]?.role !== 'agent'
  }

  #endpoints(query: URLSearchParams): unknown[] {
    const organization = query.get('organization_id')?.replace('eq.', '')
    const own = this.endpoints.filter(({ organization_id }) => this.#isReadable() && organization_id === organization)
    return own.map((endpoint) => {
      const last = this.deliveries.findLast(({ endpoint_id, last_attempt_at }) => endpoint_id === endpoint.id && last_attempt_at !== null)
      return Object.assign({ last: last ? [last] : [] }, endpoint)
    })
  }

  #deliveries(query: URLSearchParams): unknown[] {
    const equal = (column: string) => query.get(column)?.replace('eq.', '')
    const [endpointId, id, state] = [equal('endpoint_id'), equal('id'), equal('state')]
    const older = /^\(created_at\.lt\."([^"]+)",and\(created_at\.eq\."\1",id\.lt\.([^)]+)\)\)$/.exec(query.get('or') ?? '')
    if (query.has('or') && !older) throw new Error(`this is no cursor: ${query.get('or')}`)
    const rank = ({ created_at, id }: { created_at: string; id: string }) => `${created_at} ${id}`
    return this.deliveries
      .filter(
        (delivery) =>
          this.#isReadable() &&
          delivery.endpoint_id === endpointId &&
          (!id || delivery.id === id) &&
          (!state || delivery.state === state) &&
          (!older || rank(delivery) < `${older[1]} ${older[2]}`),
      )
      .toSorted((one, other) => (rank(one) < rank(other) ? 1 : -1))
      .slice(0, Number(query.get('limit') ?? 1000))
      .map((delivery) => Object.assign({ cursor: delivery.created_at }, delivery))
  }
}

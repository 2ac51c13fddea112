import type { ClearReason, RemoteUnlink } from '#domain/clearance.ts'
import { ERROR_STATUS, type ErrorCode, errorBody } from '#domain/errors.ts'
import { isStale } from '#domain/stale.ts'
import { ACME, type FakeOrder, fakeReceipt, type FakeSession, fakeSession } from './fake-rows.ts'
import { fakeActivity, fakeRecord, HOLDINGS } from './fake-removals.ts'
import { type FakeEvent, fakeTimeline } from './fake-timeline.ts'
import { FakeWorker } from './fake-worker.ts'
import { type FakeStream, openFakeStream, pairingCode } from './fake-streams.ts'

export const USER = { id: '7d2f7c1a-0000-4000-8000-000000000001', email: 'ana@acme.example', password: 'correct horse' }

export type FakeCall = { method: string; path: string; search: string; body: Record<string, unknown> }
type Answer = Response | Promise<Response>

/**
 * Supabase and the edge function as the page meets them: an HTTP boundary that keeps rows and orders in memory and
 * behaves as docs/reference/protocol.md says. supabase-js in front of it is the real one.
 */
export class FakeServer {
  sessions: FakeSession[]
  orders: FakeOrder[] = []
  organizations = [{ id: ACME, name: 'Acme', role: 'owner' }]
  isWorkerOnline = true
  events: FakeEvent[] = []
  people = [{ user_id: USER.id, email: USER.email, is_you: true, role: 'owner', created_at: '2026-01-01T00:00:00Z' }]
  readonly worker = new FakeWorker()
  remoteUnlink: RemoteUnlink = 'confirmed'
  holdings = HOLDINGS
  readonly streams: FakeStream[] = []
  readonly calls: FakeCall[] = []
  readonly url: string
  config: unknown
  /** Answers in place of the server where it returns something: for failures. */
  intercept: (call: FakeCall) => Answer | undefined = () => undefined

  constructor(sessions: FakeSession[] = []) {
    this.sessions = sessions
    // A host of its own per server: what one test has stored in the browser is not another's.
    this.url = `http://s${Math.random().toString(36).slice(2)}.test`
    this.config = { supabaseUrl: this.url, supabaseKey: 'anon', realtime: false }
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(new URL(input instanceof Request ? input.url : input, this.url), { ...init, signal: null })
    const { pathname, search, searchParams } = new URL(request.url)
    const text = await request.text()
    const call: FakeCall = { method: request.method, path: pathname, search, body: text ? JSON.parse(text) : {} }
    this.calls.push(call)
    init?.signal?.throwIfAborted()
    const intercepted = this.intercept(call)
    if (intercepted) return intercepted
    if (pathname === '/config.json') return json(this.config)
    if (pathname.startsWith('/auth/v1/')) return this.#auth(call)
    if (pathname.startsWith('/rest/v1/rpc/')) return this.#rpc(pathname.slice('/rest/v1/rpc/'.length), call.body)
    if (pathname.startsWith('/rest/v1/')) return this.#table(pathname.slice('/rest/v1/'.length), call, searchParams)
    return this.#function(call, init?.signal)
  }

  /** The session that a signed-in browser has stored. */
  signedIn() {
    const expires_at = Math.floor(Date.now() / 1000) + 3600
    const user = { id: USER.id, email: USER.email, aud: 'authenticated', app_metadata: {}, user_metadata: {}, created_at: '' }
    return { access_token: 'token', refresh_token: 'refresh', token_type: 'bearer', expires_in: 3600, expires_at, user }
  }

  called(method: string, path: string): FakeCall[] {
    return this.calls.filter((call) => call.method === method && call.path.endsWith(path))
  }

  order(session: FakeSession, reason: ClearReason): FakeOrder {
    const order: FakeOrder = {
      id: crypto.randomUUID(),
      organization_id: session.organization_id,
      session_id: session.id,
      label: session.display_name,
      phone_number: session.phone_number,
      reason,
      requested_at: new Date().toISOString(),
      attempts: 0,
      last_error: null,
      requested_by: USER.id,
      requested_by_email: USER.email,
      completed_at: null,
      receipt: null,
    }
    this.orders.push(order)
    return order
  }

  /** As the trigger does: a row that goes leaves an order. */
  #remove(session: FakeSession, reason: ClearReason): FakeOrder {
    this.sessions = this.sessions.filter((other) => other !== session)
    return this.order(session, reason)
  }

  #auth({ path, body }: FakeCall): Response {
    if (path.endsWith('/logout')) return new Response(null, { status: 204 })
    if (body['email'] === USER.email && body['password'] === USER.password) return json(this.signedIn())
    return json({ code: 400, error_code: 'invalid_credentials', msg: 'Invalid login credentials' }, 400)
  }

  #rpc(name: string, body: Record<string, unknown>): Response {
    if (name === 'activity') return json(this.organizations[0]?.role === 'agent' ? [] : fakeActivity(this.orders, body))
    if (name === 'my_invitations') return json([])
    if (name === 'worker_online') return json(this.isWorkerOnline)
    if (name === 'organization_members_overview') return json(this.people)
    if (name === 'search_sessions') return json(this.#search(body))
    if (name === 'purge_stale_sessions') return json(this.#purge())
    if (name === 'create_organization') {
      this.organizations.push({ id: ACME, name: String(body['name']), role: 'owner' })
      return json(ACME)
    }
    if (name === 'create_session') {
      const session = fakeSession({ created_at: new Date().toISOString(), updated_at: new Date().toISOString() })
      this.sessions = [...this.sessions, session]
      return json(session)
    }
    const session = this.sessions.find(({ id }) => id === body['session_id'])
    if (name === 'cancel_link') return json(this.#cancel(session, String(body['session_id'])))
    if (!session) return json({ message: 'not_found', details: 'There is no such session.' }, 404)
    if (name === 'reset_session') {
      const order = this.order(session, 'reset')
      Object.assign(session, { status: 'disconnected', effective_status: 'disconnected', status_reason: 'reset', phone_number: null })
      return json(order.id)
    }
    const status = name === 'stop_session' ? 'stopped' : session.status === 'stopped' ? 'reconnecting' : 'connecting'
    Object.assign(session, { status, effective_status: status, status_reason: null })
    return json(session)
  }

  /** Names and digits as the database finds them, but for accents. */
  #search({ organization_id, query, states, page_offset, page_size }: Record<string, unknown>) {
    const own = this.sessions.filter((row) => row.organization_id === organization_id)
    const part = String(query).toLowerCase()
    const digits = part.replaceAll(/\D/g, '') || '-'
    const matching = own.filter(
      (row) =>
        part === '' || row.display_name?.toLowerCase().includes(part) || row.phone_number?.includes(digits) || row.id.startsWith(part),
    )
    const wanted = matching.filter((row) => !Array.isArray(states) || states.includes(row.effective_status))
    const [from, size] = [Number(page_offset), Number(page_size)]
    return {
      worker_online: this.isWorkerOnline,
      all: own.length,
      total: wanted.length,
      counts: Object.fromEntries([...Map.groupBy(matching, (row) => row.effective_status)].map(([state, rows]) => [state, rows.length])),
      rows: wanted.slice(from, from + size),
    }
  }

  #purge(): string[] {
    const stale = this.sessions.filter((session) =>
      isStale({ ...session, created_at: session.created_at.replace(' ', 'T').replace('+00', 'Z') }, new Date()),
    )
    for (const session of stale) this.#remove(session, 'purge')
    return stale.map(({ id }) => id)
  }

  #cancel(session: FakeSession | undefined, sessionId: string): { outcome: string; order_id: string | null } {
    if (!session) return { outcome: 'gone', order_id: this.orders.find((order) => order.session_id === sessionId)?.id ?? null }
    if (session.status !== 'connecting') return { outcome: 'already_connected', order_id: null }
    if (session.linked_at === null) return { outcome: 'deleted', order_id: this.#remove(session, 'cancel').id }
    Object.assign(session, { status: 'disconnected', effective_status: 'disconnected', status_reason: 'link_cancelled' })
    return { outcome: 'disconnected', order_id: this.order(session, 'cancel').id }
  }

  #table(name: string, { method, body }: FakeCall, query: URLSearchParams): Response {
    const id = query.get('id')?.replace('eq.', '')
    const session = this.sessions.find((row) => row.id === id)
    if (name === 'whatsapp_sessions' && method === 'DELETE') {
      if (!session || session.effective_status === 'connected') return json([])
      this.#remove(session, 'delete')
      return json([{ id }])
    }
    if (name === 'whatsapp_sessions' && method === 'GET') return json(session ? [session] : [])
    if (name === 'whatsapp_sessions' && method === 'PATCH') {
      if (session) Object.assign(session, body)
      return json(session ? [{ id }] : [])
    }
    if (name === 'organizations') return json(this.organizations)
    if (name === 'organization_members') return json(this.organizations.map(({ id: organization_id, role }) => ({ organization_id, role })))
    const organization = query.get('organization_id')?.replace('eq.', '')
    if (name === 'whatsapp_session_overview')
      return json(this.sessions.filter((row) => (!id || row.id === id) && (!organization || row.organization_id === organization)))
    if (name === 'whatsapp_session_events') return json(fakeTimeline(this.events, query))
    if (name === 'whatsapp_clearances') return json(this.#readableOrders(query, organization))
    if (name === 'whatsapp_clearance_overview') return json(this.#readableOrders(query, organization).map(fakeRecord))
    return json({ message: `no table ${name}` }, 404)
  }

  /** The orders that owners and admins may read, by the filters that the page uses; of one session, the newest first. */
  #readableOrders(query: URLSearchParams, organization: string | undefined): FakeOrder[] {
    const [id, session] = [query.get('id'), query.get('session_id')]
    const newestFirst = session ? this.orders.toReversed() : this.orders
    return newestFirst.filter(
      (order) =>
        this.organizations[0]?.role !== 'agent' &&
        (!query.has('completed_at') || order.completed_at === null) &&
        (!id || id.includes(order.id)) &&
        (!session || session.includes(order.session_id)) &&
        (!organization || order.organization_id === organization),
    )
  }

  #function({ method, path, body }: FakeCall, signal: AbortSignal | null | undefined): Response {
    const [sessionId = '', route = '', message] = path.replace('/functions/v1/whatsapp-session/', '').split('/')
    const order = this.orders.find(({ id }) => id === body['orderId'])
    if (!this.isWorkerOnline) return refusal('worker_offline', order ? { queued: true } : undefined)
    if (route === 'link') {
      const { response, stream } = openFakeStream(sessionId, signal)
      this.streams.push(stream)
      return response
    }
    if (route === 'clear') {
      if (!order) return refusal('order_missing')
      order.completed_at = new Date().toISOString()
      order.receipt = fakeReceipt(order, this.remoteUnlink)
      return json(order.receipt)
    }
    const session = this.sessions.find(({ id }) => id === sessionId)
    if (!session) return refusal('not_found')
    if (route === 'holdings') return json({ sessionId, ...this.holdings })
    const held = this.worker.answer(method, route, message, body)
    if (held) return session.linked_at && session.status !== 'disconnected' ? json(held) : refusal('not_linked')
    if (route === 'request-pairing-code') return json(pairingCode(String(body['phoneNumber'])))
    return json({ sessionId, generation: 1, status: session.status, reason: null, phoneNumber: session.phone_number, link: null })
  }
}

export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
}

/** An error as edge function and worker answer it. */
export function refusal(code: ErrorCode, detail?: Record<string, unknown>): Response {
  return json(errorBody(code, code, detail), ERROR_STATUS[code])
}

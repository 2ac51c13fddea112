import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TransactionSql } from 'postgres'
import { WEBHOOK_DATA, WebhookPayload } from '#domain/webhook.ts'
import { startWithCast, type Cast } from './cast.ts'
import { cross, interleave } from './interleave.ts'
import { webhooksOf, type Claim, type Webhooks } from './webhooks.ts'

let cast: Cast
let hooks: Webhooks
let acme: string
beforeAll(async () => {
  cast = await startWithCast()
  hooks = webhooksOf(cast)
})
afterAll(() => cast.db.stop())
beforeEach(async () => {
  await cast.db.sql`delete from public.webhook_endpoints`
  acme = await cast.db.createOrganization('Acme', { owner: cast.owner, admin: cast.admin })
})

const payloadsOf = async (endpoint: string) =>
  (
    await cast.db.sql<{ payload: Claim['payload'] }[]>`select payload from public.webhook_deliveries where endpoint_id = ${endpoint}
      order by created_at, payload ->> 'timestamp'`
  ).map(({ payload }) => payload)
const aSession = (columns: object = {}) =>
  cast.db.insertSession(acme, { status: 'connected', display_name: 'Front desk', phone_number: '+51987654321', ...columns })
const change = (id: string, columns: object) =>
  cast.db.sql`update public.whatsapp_sessions set ${cast.db.sql({ ...columns })} where id = ${id}`

describe('what happens', () => {
  it('is told as its payload says, which holds no more than is described', async () => {
    const { id: endpoint } = await hooks.make(acme)
    const { id } = await aSession({ status: 'reconnecting' })
    await change(id, { status: 'connected' })
    await change(id, { status: 'stopped', status_reason: 'replaced' })
    await change(id, { status: 'disconnected', status_reason: 'unlinked_from_phone', phone_number: null })
    await change(id, { status: 'connecting', status_reason: null, linked_at: null })
    await change(id, { status_reason: 'link_expired' })
    const payloads = await payloadsOf(endpoint)
    const session = { organizationId: acme, sessionId: id, displayName: 'Front desk' }
    const linked = { ...session, phoneNumber: '+51987654321' }
    expect(payloads.map(({ type, data }) => [type, data])).toEqual([
      ['session.connected', linked],
      ['session.stopped', { ...linked, reason: 'replaced' }],
      ['session.disconnected', { ...linked, reason: 'unlinked_from_phone' }],
      ['session.link_expired', session],
    ])
    for (const payload of payloads) {
      const { type, data } = WebhookPayload.parse(payload)
      expect(WEBHOOK_DATA[type].parse(data)).toEqual(data)
    }
  })

  it('is told in the transaction in which it happens: what is taken back was never told', async () => {
    const { id: endpoint } = await hooks.make(acme)
    const { id } = await aSession()
    const lost = cast.db.sql.begin(async (tx) => {
      await tx`update public.whatsapp_sessions set status = 'stopped' where id = ${id}`
      throw new Error('the connection broke')
    })
    await expect(lost).rejects.toThrow('broke')
    expect(await hooks.deliveries(endpoint)).toEqual([])
  })

  it('is not told twice where a worker says the same again, and not where nothing changed', async () => {
    const { id: endpoint } = await hooks.make(acme)
    const { id } = await aSession({ status: 'reconnecting' })
    const observe = (status: string) =>
      cast.db.service
        .rpc('worker_observe', { session_id: id, generation: 1, worker_id: 'worker-1', status: status as never })
        .throwOnError()
    for (const status of ['connected', 'connected', 'reconnecting', 'connecting', 'connected']) await observe(status)
    await change(id, { display_name: 'Another name' })
    expect((await hooks.deliveries(endpoint)).map(({ type }) => type)).toEqual(['session.connected', 'session.connected'])
  })

  it('tells of a removal when it is complete, with what became of the device, also where the session is gone', async () => {
    const { id: endpoint } = await hooks.make(acme)
    const { id } = await aSession({ status: 'stopped' })
    await cast.db.sql`delete from public.whatsapp_sessions where id = ${id}`
    const [order] = await cast.db.sql<{ id: string }[]>`select id from public.whatsapp_clearances where session_id = ${id}`
    const orderId = order?.id ?? ''
    expect(await hooks.deliveries(endpoint)).toEqual([])
    for (let said = 1; said <= 2; said++) {
      await cast.db.service
        .rpc('worker_complete_order', { order_id: orderId, receipt: { orderId, remoteUnlink: 'unconfirmed' } })
        .throwOnError()
    }
    const payloads = await payloadsOf(endpoint)
    expect(payloads.map(({ data }) => data)).toEqual([
      {
        organizationId: acme,
        sessionId: id,
        displayName: 'Front desk',
        phoneNumber: '+51987654321',
        orderId,
        reason: 'delete',
        remoteUnlink: 'unconfirmed',
      },
    ])
    expect(WEBHOOK_DATA['session.cleared'].parse(payloads[0]?.data)).toEqual(payloads[0]?.data)
  })

  it('is told to whom it concerns: their organisation, their events, while they are on', async () => {
    const [all, some, others, off] = [
      await hooks.make(acme),
      await hooks.make(acme, ['session.stopped', 'message.sent']),
      await hooks.make(acme, ['session.cleared']),
      await hooks.make(acme),
    ]
    await cast.db.sql`update public.webhook_endpoints set enabled = false, disabled_reason = 'manual' where id = ${off.id}`
    const foreign = await cast.rival.client.rpc('create_webhook', { organization_id: cast.globex, url: 'https://hooks.example.com' })
    const { id } = await aSession()
    await change(id, { status: 'stopped' })
    const counts = []
    for (const one of [all, some, others, off, foreign.data as { id: string }]) counts.push((await hooks.deliveries(one.id)).length)
    expect(counts).toEqual([1, 1, 0, 0, 0])
  })

  it('writes nothing where nobody listens, and finds that out by an index', async () => {
    const { id } = await aSession()
    await change(id, { status: 'stopped' })
    expect((await cast.db.sql`select from public.webhook_deliveries`).count).toBe(0)
    const plan = await cast.db.sql.begin(async (tx) => {
      await tx.unsafe('set local enable_seqscan = off')
      return await tx<{ 'QUERY PLAN': string }[]>`explain select w.id from public.webhook_endpoints w
        where w.organization_id = ${acme} and w.enabled order by w.created_at, w.id for key share`
    })
    expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toContain('webhook_endpoints_of_an_organization')
  })

  it('fails nobody where a webhook is deleted in the same moment', async () => {
    const { id: endpoint } = await hooks.make(acme)
    const { id } = await aSession()
    await interleave(
      cast.db.sql,
      (tx: TransactionSql) => tx`delete from public.webhook_endpoints where id = ${endpoint}`,
      (tx: TransactionSql) => tx`update public.whatsapp_sessions set status = 'stopped' where id = ${id}`,
    )
    expect((await cast.db.sql`select from public.whatsapp_sessions where id = ${id} and status = 'stopped'`).count).toBe(1)
  })

  it('ends in no deadlock where webhooks go one by one meanwhile, as they do with their organisation', async () => {
    const made = [await hooks.make(acme), await hooks.make(acme), await hooks.make(acme)]
    const { id } = await aSession()
    const remove = (tx: TransactionSql, nth: number) => tx`delete from public.webhook_endpoints where id = ${made[nth]?.id ?? ''}`
    await cross(
      cast.db.sql,
      { begins: (tx) => remove(tx, 0), goesOn: async (tx) => (await remove(tx, 1), await remove(tx, 2)) },
      (tx) => tx`update public.whatsapp_sessions set status = 'stopped' where id = ${id}`,
    )
    expect((await cast.db.sql`select from public.whatsapp_sessions where id = ${id} and status = 'stopped'`).count).toBe(1)
  })
})

describe('what became of texts', () => {
  const tell = (boot: string, events: object[]) => cast.db.service.rpc('worker_message_events', { boot_id: boot, events: events as never })
  const sent = (sessionId: string, sequence: number, more: object = {}) => ({
    sequence,
    sessionId,
    type: 'message.sent',
    messageId: `text-${sequence}`,
    agoMs: 0,
    ...more,
  })

  it('is told once, however often the worker says it, and at the time at which it happened', async () => {
    const { id: endpoint } = await hooks.make(acme)
    const { id } = await aSession()
    const boot = crypto.randomUUID()
    const first = [sent(id, 1, { agoMs: 60_000 }), sent(id, 2, { type: 'message.failed', reason: 'refused' })]
    await tell(boot, first).throwOnError()
    await tell(boot, first).throwOnError()
    await tell(boot, [...first, sent(id, 3)]).throwOnError()
    const payloads = (await payloadsOf(endpoint)).toSorted((a, b) => String(a.data['messageId']).localeCompare(String(b.data['messageId'])))
    expect(payloads.map(({ type, data }) => [type, data['messageId'], data['reason']])).toEqual([
      ['message.sent', 'text-1', undefined],
      ['message.failed', 'text-2', 'refused'],
      ['message.sent', 'text-3', undefined],
    ])
    expect(Date.now() - Date.parse(payloads[0]?.timestamp ?? '')).toBeGreaterThanOrEqual(60_000)
    for (const payload of payloads) {
      const { type, data } = WebhookPayload.parse(payload)
      expect(WEBHOOK_DATA[type].parse(data)).toEqual(data)
    }
  })

  it('may be told of a session that is gone, never of one that nobody knows, and never as another event', async () => {
    const { id: endpoint } = await hooks.make(acme)
    const { id } = await aSession({ status: 'stopped' })
    await cast.db.sql`delete from public.whatsapp_sessions where id = ${id}`
    const events = [
      sent(id, 1),
      sent(crypto.randomUUID(), 2),
      sent(id, 3, { type: 'session.connected' }),
      sent(id, 4, { type: 'nonsense' }),
    ]
    await tell(crypto.randomUUID(), events).throwOnError()
    expect((await payloadsOf(endpoint)).map(({ type, data }) => [type, data['messageId']])).toEqual([['message.sent', 'text-1']])
  })

  it('is told two hundred at a time at most, by nobody but a worker', async () => {
    const { id } = await aSession()
    const many = Array.from({ length: 201 }, (_, nth) => sent(id, nth + 1))
    expect((await tell('boot', many)).error?.message).toBe('invalid_input')
    for (const { client } of [cast.owner, cast.admin]) {
      expect((await client.rpc('worker_message_events', { boot_id: 'boot', events: [sent(id, 1)] as never })).status).toBe(403)
      expect((await client.rpc('worker_deliver', { outcomes: [], room: 1 })).status).toBe(403)
    }
  })
})

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TransactionSql } from 'postgres'
import { DELIVERIES_OF_ONE_WEBHOOK, DELIVERY_DAYS, WEBHOOK_DATA, WEBHOOK_FAILING_DAYS, WebhookPayload } from '#domain/webhook.ts'
import { startWithCast, type Cast } from './cast.ts'
import { cross, interleave, speakAsWorker } from './interleave.ts'
import { webhooksOf, type Claim } from './webhooks.ts'

let cast: Cast
let hooks: ReturnType<typeof webhooksOf>
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
const aSession = (columns: object = {}, organization = acme) =>
  cast.db.insertSession(organization, { status: 'connected', display_name: 'Front desk', phone_number: '+51987654321', ...columns })
const change = (id: string, columns: object) =>
  cast.db.sql`update public.whatsapp_sessions set ${cast.db.sql({ ...columns })} where id = ${id}`
/** So many deliveries of a webhook, due for an hour. */
const queue = (endpoint: string, count: number, organization = acme) =>
  cast.db.sql`insert into public.webhook_deliveries (endpoint_id, organization_id, type, payload, next_attempt_at)
    select ${endpoint}, ${organization}, 'session.connected', '{}', now() - interval '1 hour' + i * interval '1 millisecond' from generate_series(1, ${count}) i`

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

describe('a worker that delivers', () => {
  it('is given what is due, with everything that it takes, once', async () => {
    const { id, secret } = await hooks.make(acme)
    const delivery = await hooks.test(id)
    const given = await hooks.deliver()
    expect(given).toEqual([
      {
        id: delivery,
        endpointId: id,
        claim: expect.any(String),
        attempts: 1,
        url: 'https://hooks.example.com/latchkey',
        secrets: [secret],
        payload: { type: 'ping', timestamp: expect.any(String), data: { organizationId: acme } },
      },
    ])
    expect(WebhookPayload.parse(given[0]?.payload).type).toBe('ping')
    expect(await hooks.deliver()).toEqual([])
  })

  it('is never given what another was given, nor waits for the other', async () => {
    const { id } = await hooks.make(acme)
    await queue(id, 8)
    const claim = async (tx: TransactionSql) => {
      await speakAsWorker(tx)
      const [row] = await tx<{ given: Claim[] }[]>`select public.worker_deliver('[]', 100) as given`
      return (row?.given ?? []).map((one) => one.id)
    }
    // The second one begins and ends while the first holds what it took.
    const [first, second] = await cast.db.sql.begin(async (tx) => {
      const taken = await claim(tx)
      const others = await cast.db.sql.begin(async (other) => {
        await other`set local lock_timeout = '2s'`
        return await claim(other)
      })
      return [taken, others] as const
    })
    expect([first.length, second.length, new Set([...first, ...second]).size]).toEqual([4, 4, 8])
  })

  it('has a minute, and then another is given it, under the same id', async () => {
    const { id } = await hooks.make(acme)
    const delivery = await hooks.test(id)
    const [killed] = await hooks.deliver()
    const [row] = await cast.db.sql`select extract(epoch from next_attempt_at - now()) between 50 and 60 as a_minute
      from public.webhook_deliveries where id = ${delivery}`
    expect(row?.['a_minute']).toBe(true)
    await hooks.dueNow(id)
    const [again] = await hooks.deliver()
    expect(again).toMatchObject({ id: delivery, attempts: 2 })
    expect(again?.claim).not.toBe(killed?.claim)
    // The first one was only slow: what it says now counts no more.
    await hooks.deliver(0, [hooks.end(killed as Claim, { outcome: 'dead', error: 'late' })])
    expect(await hooks.deliveries(id)).toMatchObject([{ state: 'waiting', last_error: null }])
  })

  it('says how it went, and what it says twice counts once', async () => {
    const { id } = await hooks.make(acme)
    await hooks.test(id)
    const [claim] = (await hooks.deliver()) as [Claim]
    const refused = hooks.end(claim, { outcome: 'retry', status: 500, error: 'HTTP 500', retryInMs: 5000 })
    await hooks.deliver(0, [refused])
    expect(await hooks.deliveries(id)).toMatchObject([{ state: 'waiting', attempts: 1, last_status: 500, last_error: 'HTTP 500' }])
    expect(await hooks.deliver()).toEqual([])
    await hooks.dueNow(id)
    const [again] = (await hooks.deliver()) as [Claim]
    await hooks.deliver(0, [refused])
    await hooks.deliver(0, [hooks.end(again, { outcome: 'delivered', status: 204 })])
    await hooks.deliver(0, [hooks.end(again, { outcome: 'dead', error: 'said again' })])
    expect(await hooks.deliveries(id)).toMatchObject([{ state: 'delivered', attempts: 2, last_status: 204, last_error: null }])
  })

  it('gives back what it could not end when it stops: at once, and not counted', async () => {
    const { id } = await hooks.make(acme)
    await hooks.test(id)
    const [claim] = (await hooks.deliver()) as [Claim]
    await hooks.deliver(0, [hooks.end(claim, { outcome: 'returned' })])
    expect(await hooks.deliver()).toMatchObject([{ id: claim.id, attempts: 1 }])
  })

  it('is given four of a webhook at once, and one of a webhook that fails', async () => {
    const { id } = await hooks.make(acme)
    await queue(id, 10)
    const four = await hooks.deliver()
    expect([four.length, (await hooks.deliver()).length]).toEqual([4, 0])
    const outcomes = four.map((claim, nth) => hooks.end(claim, nth < 3 ? { outcome: 'delivered' } : { outcome: 'returned' }))
    expect(await hooks.deliver(100, outcomes)).toHaveLength(4)
    await cast.db.sql`update public.webhook_deliveries set claim = null, next_attempt_at = now() where endpoint_id = ${id}`
    await cast.db.sql`update public.webhook_endpoints set failing_since = now() where id = ${id}`
    expect([(await hooks.deliver()).length, (await hooks.deliver()).length]).toEqual([1, 0])
  })

  it('is given the first of each organisation before the second of any, however long a queue is', async () => {
    const crowded = await hooks.make(acme)
    await queue(crowded.id, 500)
    const quiet = await cast.db.createOrganization('Quiet', { admin: cast.admin })
    const { id } = await hooks.make(quiet)
    const late = await hooks.test(id)
    const given = await hooks.deliver(2)
    expect(given.map((one) => one.endpointId).toSorted()).toEqual([crowded.id, id].toSorted())
    expect(given.map((one) => one.id)).toContain(late)
  })

  it('is given no more than it has room for', async () => {
    const { id } = await hooks.make(acme)
    await queue(id, 4)
    const counts = []
    for (const room of [-1, 0, 3, 3]) counts.push((await hooks.deliver(room)).length)
    expect(counts).toEqual([0, 0, 3, 1])
  })
})

describe('a webhook that fails', () => {
  const failedSince = (id: string, days: number) =>
    cast.db.sql`update public.webhook_endpoints set failing_since = now() - make_interval(days => ${days}) where id = ${id}`
  const tryOnce = async (id: string, outcome: Parameters<typeof hooks.end>[1]) => {
    await hooks.test(id)
    const [claim] = (await hooks.deliver()) as [Claim]
    await hooks.deliver(0, [hooks.end(claim, outcome)])
  }
  const RETRY = { outcome: 'retry', status: 500, retryInMs: 3_600_000 } as const

  it('is remembered since its first failure, and forgiven at its first success', async () => {
    const { id } = await hooks.make(acme)
    await tryOnce(id, RETRY)
    const since = (await hooks.endpoint(id))?.failing_since
    await tryOnce(id, RETRY)
    expect([since, (await hooks.endpoint(id))?.failing_since]).toEqual([expect.any(Date), since])
    await tryOnce(id, { outcome: 'delivered', status: 200 })
    expect(await hooks.endpoint(id)).toEqual({ enabled: true, disabled_reason: null, failing_since: null })
  })

  it(`is switched off when nothing was taken for ${WEBHOOK_FAILING_DAYS} days, and what waits is dead`, async () => {
    const { id } = await hooks.make(acme)
    await failedSince(id, WEBHOOK_FAILING_DAYS - 1)
    await tryOnce(id, RETRY)
    expect(await hooks.endpoint(id)).toMatchObject({ enabled: true })
    await failedSince(id, WEBHOOK_FAILING_DAYS)
    await tryOnce(id, RETRY)
    expect(await hooks.endpoint(id)).toMatchObject({ enabled: false, disabled_reason: 'failing' })
    expect((await hooks.deliveries(id)).map(({ state }) => state)).toEqual(['dead', 'dead'])
  })

  it('is switched off at once when it says that it is gone', async () => {
    const { id } = await hooks.make(acme)
    await tryOnce(id, { outcome: 'gone', status: 410, error: 'HTTP 410' })
    expect(await hooks.endpoint(id)).toMatchObject({ enabled: false, disabled_reason: 'gone' })
    expect(await hooks.deliveries(id)).toMatchObject([{ state: 'dead', last_status: 410 }])
  })

  it('is switched off by people while a try is under way: its success still counts, and its failure revives nothing', async () => {
    const { id } = await hooks.make(acme)
    await queue(id, 2)
    const [first, second] = (await hooks.deliver()) as [Claim, Claim]
    await cast.db.sql`update public.webhook_endpoints set enabled = false, disabled_reason = 'manual' where id = ${id}`
    await hooks.deliver(0, [hooks.end(first, { outcome: 'delivered', status: 200 }), hooks.end(second, RETRY)])
    expect((await hooks.deliveries(id)).map(({ state }) => state).toSorted()).toEqual(['dead', 'delivered'])
    expect(await hooks.endpoint(id)).toMatchObject({ enabled: false, disabled_reason: 'manual' })
  })
})

describe('a delivery that people want once more', () => {
  const again = (id: string) => cast.admin.client.rpc('redeliver_webhook', { delivery_id: id })

  it.each(['delivered', 'dead'] as const)('is queued anew under the same id when it is %s', async (outcome) => {
    const { id } = await hooks.make(acme)
    const delivery = await hooks.test(id)
    const [claim] = (await hooks.deliver()) as [Claim]
    await hooks.deliver(0, [hooks.end(claim, { outcome })])
    expect((await again(delivery)).status).toBe(204)
    expect(await hooks.deliver()).toMatchObject([{ id: delivery, attempts: 1, payload: claim.payload }])
  })

  it('waits no longer, when it waits for its next try', async () => {
    const { id } = await hooks.make(acme)
    const delivery = await hooks.test(id)
    const [claim] = (await hooks.deliver()) as [Claim]
    await hooks.deliver(0, [hooks.end(claim, { outcome: 'retry', retryInMs: 3_600_000 })])
    expect(await hooks.deliver()).toEqual([])
    await again(delivery)
    expect(await hooks.deliver()).toHaveLength(1)
  })

  it('is left to a try that is under way', async () => {
    const { id } = await hooks.make(acme)
    const delivery = await hooks.test(id)
    const [claim] = (await hooks.deliver()) as [Claim]
    expect((await again(delivery)).status).toBe(204)
    expect(await hooks.deliver()).toEqual([])
    await hooks.deliver(0, [hooks.end(claim, { outcome: 'delivered' })])
    expect(await hooks.deliveries(id)).toMatchObject([{ state: 'delivered', attempts: 1 }])
  })
})

describe('what is kept', () => {
  const upkeep = async () => {
    await cast.db.sql`update private.webhook_upkeep set at = now() - interval '2 minutes'`
    await hooks.deliver(0)
  }

  it(`is ${DELIVERY_DAYS} days old at most, and is looked through once a minute`, async () => {
    const { id } = await hooks.make(acme)
    await queue(id, 3)
    await cast.db.sql`update public.webhook_deliveries set created_at = now() - make_interval(days => ${DELIVERY_DAYS})
      where id = (select id from public.webhook_deliveries where endpoint_id = ${id} limit 1)`
    await cast.db.sql`update private.webhook_upkeep set at = now()`
    await hooks.deliver(0)
    expect(await hooks.deliveries(id)).toHaveLength(3)
    await upkeep()
    expect(await hooks.deliveries(id)).toHaveLength(2)
  })

  it(`are the newest ${DELIVERIES_OF_ONE_WEBHOOK} of each webhook`, async () => {
    const [crowded, quiet] = [await hooks.make(acme), await hooks.make(acme)]
    await queue(crowded.id, DELIVERIES_OF_ONE_WEBHOOK)
    const newest = await hooks.test(crowded.id)
    await queue(quiet.id, 2)
    await upkeep()
    const kept = await hooks.deliveries(crowded.id)
    expect([kept.length, kept.some((one) => one.id === newest), (await hooks.deliveries(quiet.id)).length]).toEqual([
      DELIVERIES_OF_ONE_WEBHOOK,
      true,
      2,
    ])
  })

  it('stays for now where somebody holds it: a worker that tidies up waits for nobody', async () => {
    const { id } = await hooks.make(acme)
    await queue(id, 1)
    await cast.db.sql`update public.webhook_deliveries set created_at = now() - interval '40 days' where endpoint_id = ${id}`
    await cast.db.sql.begin(async (tx) => {
      await tx`select from public.webhook_deliveries where endpoint_id = ${id} for update`
      await upkeep()
    })
    expect(await hooks.deliveries(id)).toHaveLength(1)
  })
})

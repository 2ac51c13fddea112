import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TransactionSql } from 'postgres'
import { DELIVERIES_OF_ONE_WEBHOOK, DELIVERY_DAYS, WebhookPayload } from '#domain/webhook.ts'
import { startWithCast, type Cast } from './cast.ts'
import { speakAsWorker } from './interleave.ts'
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
    await hooks.queue(id, 8)
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
    await hooks.queue(id, 10)
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
    await hooks.queue(crowded.id, 500)
    const quiet = await cast.db.createOrganization('Quiet', { admin: cast.admin })
    const { id } = await hooks.make(quiet)
    const late = await hooks.test(id)
    const given = await hooks.deliver(2)
    expect(given.map((one) => one.endpointId).toSorted()).toEqual([crowded.id, id].toSorted())
    expect(given.map((one) => one.id)).toContain(late)
  })

  it('is given no more than it has room for', async () => {
    const { id } = await hooks.make(acme)
    await hooks.queue(id, 4)
    const counts = []
    for (const room of [-1, 0, 3, 3]) counts.push((await hooks.deliver(room)).length)
    expect(counts).toEqual([0, 0, 3, 1])
  })
})

describe('what is kept', () => {
  const upkeep = async () => {
    await cast.db.sql`update private.webhook_upkeep set at = now() - interval '2 minutes'`
    await hooks.deliver(0)
  }

  it(`is ${DELIVERY_DAYS} days old at most, and is looked through once a minute`, async () => {
    const { id } = await hooks.make(acme)
    await hooks.queue(id, 3)
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
    await hooks.queue(crowded.id, DELIVERIES_OF_ONE_WEBHOOK)
    const newest = await hooks.test(crowded.id)
    await hooks.queue(quiet.id, 2)
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
    await hooks.queue(id, 1)
    await cast.db.sql`update public.webhook_deliveries set created_at = now() - interval '40 days' where endpoint_id = ${id}`
    await cast.db.sql.begin(async (tx) => {
      await tx`select from public.webhook_deliveries where endpoint_id = ${id} for update`
      await upkeep()
    })
    expect(await hooks.deliveries(id)).toHaveLength(1)
  })
})

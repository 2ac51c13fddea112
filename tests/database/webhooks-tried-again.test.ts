import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WEBHOOK_FAILING_DAYS } from '#domain/webhook.ts'
import { startWithCast, type Cast } from './cast.ts'
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
    await hooks.queue(id, 2)
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

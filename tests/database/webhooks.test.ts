import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TransactionSql } from 'postgres'
import { SECRET_OVERLAP_HOURS, WEBHOOKS_AT_MOST } from '#domain/webhook.ts'
import type { Person } from '../support/database.ts'
import { startWithCast, type Cast } from './cast.ts'
import { interleave, speakAs } from './interleave.ts'
import { webhooksOf, type Webhooks } from './webhooks.ts'

let cast: Cast
let hooks: Webhooks
let acme: string
beforeAll(async () => {
  cast = await startWithCast()
  hooks = webhooksOf(cast)
})
afterAll(() => cast.db.stop())
beforeEach(async () => {
  await cast.db.sql`delete from public.organizations where id = ${acme ?? cast.globex} and id <> ${cast.globex}`
  acme = await cast.db.createOrganization('Acme', { owner: cast.owner, admin: cast.admin, agent: cast.agent })
})

const URL_OF_A_RECEIVER = 'https://hooks.example.com/latchkey'
const create = (who: Person, url = URL_OF_A_RECEIVER, organization = acme) =>
  who.client.rpc('create_webhook', { organization_id: organization, url })
const change = (who: Person, id: string, changes: object = {}) =>
  who.client.rpc('update_webhook', { id, url: URL_OF_A_RECEIVER, events: [], description: '', enabled: true, ...changes })
const told = ({ status, error }: { status: number; error: { message: string } | null }) => [status, error?.message]
const OK = [200, undefined]
const secretsOf = async (id: string) =>
  (
    await cast.db.sql<{ secret: string }[]>`select secret from private.webhook_secrets where endpoint_id = ${id} and
    (expires_at is null or expires_at > now()) order by created_at desc`
  ).map(({ secret }) => secret)

describe('a webhook', () => {
  it('is made by owners and admins, who are told its secret this once and read it nowhere', async () => {
    const { data } = await create(cast.admin).throwOnError()
    const { id, secret } = data as { id: string; secret: string }
    expect(Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).toHaveLength(32)
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const seen = await cast.owner.client.from('webhook_endpoints').select('*').eq('id', id).throwOnError()
    expect(seen.data).toMatchObject([{ url: URL_OF_A_RECEIVER, events: [], enabled: true, created_by: cast.admin.id }])
    expect(JSON.stringify(seen.data)).not.toContain(secret)
    expect(told(await create(cast.owner))).toEqual(OK)
  })

  it('has a secret of its own', async () => {
    const made = [await hooks.make(acme), await hooks.make(acme)]
    expect(new Set(made.map(({ secret }) => secret)).size).toBe(2)
  })

  it('is not for agents, nor for anybody else: they neither make nor see nor change it, and learn nothing of it', async () => {
    const { id } = await hooks.make(acme)
    const delivery = await hooks.test(id)
    expect(told(await create(cast.agent))).toEqual([403, 'forbidden'])
    for (const who of [cast.rival, cast.loner]) expect(told(await create(who))).toEqual([404, 'not_found'])
    for (const who of [cast.agent, cast.rival, cast.loner]) {
      expect((await who.client.from('webhook_endpoints').select('id')).data).toEqual([])
      expect((await who.client.from('webhook_deliveries').select('id')).data).toEqual([])
      const { client } = who
      for (const named of [id, crypto.randomUUID()]) {
        expect(told(await change(who, named))).toEqual([404, 'not_found'])
        expect(told(await client.rpc('delete_webhook', { id: named }))).toEqual([404, 'not_found'])
        expect(told(await client.rpc('rotate_webhook_secret', { id: named }))).toEqual([404, 'not_found'])
        expect(told(await client.rpc('test_webhook', { id: named }))).toEqual([404, 'not_found'])
        expect(told(await client.rpc('redeliver_dead', { endpoint_id: named }))).toEqual([404, 'not_found'])
      }
      for (const named of [delivery, crypto.randomUUID()]) {
        expect(told(await client.rpc('redeliver_webhook', { delivery_id: named }))).toEqual([404, 'not_found'])
      }
    }
    expect(await hooks.deliveries(id)).toHaveLength(1)
  })

  it('is written by functions alone', async () => {
    const { id } = await hooks.make(acme)
    const { client } = cast.owner
    const row = { organization_id: acme, url: 'https://elsewhere.example' }
    const answers = [
      await client.from('webhook_endpoints').insert(row),
      await client.from('webhook_endpoints').update({ url: row.url }).eq('id', id),
      await client.from('webhook_endpoints').delete().eq('id', id),
      await client.from('webhook_deliveries').insert({ organization_id: acme, endpoint_id: id, type: 'ping', payload: {} }),
      await client.from('webhook_deliveries').delete().eq('endpoint_id', id),
    ]
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403])
  })

  it.each([
    'http://hooks.example.com/',
    'ftp://hooks.example.com/',
    'https://',
    'https:///path',
    'hooks.example.com',
    'https://user:password@hooks.example.com/',
    'https://user@hooks.example.com',
    'https://hooks.example.com/#fragment',
    'https://hooks.example.com/a b',
    'https://hooks.example.com\\@127.0.0.1/',
    'https://hooks.example.com/\u0001',
    'http://127.0.0.1.example.com/',
    'http://localhost@hooks.example.com/',
    'javascript:https://hooks.example.com/',
    `https://hooks.example.com/${'x'.repeat(2000)}`,
    '',
  ])('has no such address: %j', async (url) => {
    expect(told(await create(cast.admin, url))).toEqual([400, 'invalid_input'])
  })

  it.each([
    'https://hooks.example.com',
    'HTTPS://Hooks.Example.com:8443/a/b?c=d@e',
    'https://[2606:4700::1111]/',
    'https://buzón.example/',
    'http://localhost:4000/hook',
    'http://127.0.0.1/',
    'http://[::1]:9/',
  ])('may have this address, which a worker judges when it connects: %j', async (url) => {
    expect(told(await create(cast.admin, url))).toEqual(OK)
  })

  it('names each event once, and never the test, which every webhook is sent', async () => {
    const { id } = await hooks.make(acme, ['message.sent', 'session.connected', 'message.sent'])
    const read = async () => (await cast.owner.client.from('webhook_endpoints').select('events').eq('id', id).throwOnError()).data?.[0]
    expect(await read()).toEqual({ events: ['session.connected', 'message.sent'] })
    expect(told(await change(cast.admin, id, { events: ['ping'] }))).toEqual([400, 'invalid_input'])
    expect(told(await change(cast.admin, id, { description: 'x'.repeat(201) }))).toEqual([400, 'invalid_input'])
    expect(told(await change(cast.admin, id, { enabled: null }))).toEqual([400, 'invalid_input'])
    expect((await change(cast.admin, id, { events: ['session.cleared'], description: ' Ours ' }).throwOnError()).data).toMatchObject({
      events: ['session.cleared'],
      description: 'Ours',
    })
  })

  it(`is one of ${WEBHOOKS_AT_MOST} at most, and another may be made when one is deleted`, async () => {
    const made = []
    for (let nth = 1; nth <= WEBHOOKS_AT_MOST; nth++) made.push(await hooks.make(acme))
    expect(told(await create(cast.admin))).toEqual([409, 'limit_reached'])
    expect(told(await create(cast.rival, URL_OF_A_RECEIVER, cast.globex))).toEqual(OK)
    await cast.admin.client.rpc('delete_webhook', { id: made[0]?.id ?? '' }).throwOnError()
    expect(told(await create(cast.admin))).toEqual(OK)
  })

  it('is not made by two at once where one more is allowed', async () => {
    for (let nth = 1; nth < WEBHOOKS_AT_MOST; nth++) await hooks.make(acme)
    const createAs = (who: Person) => async (tx: TransactionSql) => {
      await speakAs(tx, who.id)
      await tx`select public.create_webhook(${acme}, ${URL_OF_A_RECEIVER})`
    }
    await expect(interleave(cast.db.sql, createAs(cast.admin), createAs(cast.owner))).rejects.toThrow('limit_reached')
  })

  it('is changed by nobody whose right to it is gone once it is their turn', async () => {
    const { id } = await hooks.make(acme)
    const holdAndDemote = async (tx: TransactionSql) => {
      await tx`select from public.webhook_endpoints where id = ${id} for no key update`
      await tx`update public.organization_members set role = 'agent' where organization_id = ${acme} and user_id = ${cast.admin.id}`
    }
    const rotate = async (tx: TransactionSql) => {
      await speakAs(tx, cast.admin.id)
      await tx`select public.rotate_webhook_secret(${id})`
    }
    await expect(interleave(cast.db.sql, holdAndDemote, rotate)).rejects.toThrow('not_found')
  })

  it('goes with its organisation, with its secrets and deliveries', async () => {
    const { id } = await hooks.make(acme)
    await hooks.test(id)
    await cast.owner.client.from('organizations').delete().eq('id', acme)
    expect([await secretsOf(id), await hooks.deliveries(id)]).toEqual([[], []])
  })
})

describe('a secret that is replaced', () => {
  it('goes on signing beside the new one until it expires, and then no more', async () => {
    const { id, secret } = await hooks.make(acme)
    const { data: next } = await cast.admin.client.rpc('rotate_webhook_secret', { id }).throwOnError()
    await hooks.test(id)
    const [claim] = await hooks.deliver()
    expect(claim?.secrets).toEqual([next, secret])
    const [left] = await cast.db.sql`select round(extract(epoch from expires_at - now()) / 3600)::int as hours
      from private.webhook_secrets where secret = ${secret}`
    expect(left?.['hours']).toBe(SECRET_OVERLAP_HOURS.default)
    await cast.db.sql`update private.webhook_secrets set expires_at = now() where secret = ${secret}`
    await hooks.test(id)
    expect((await hooks.deliver())[0]?.secrets).toEqual([next])
  })

  it('ends at once where that is asked for, and never lives longer for a later rotation', async () => {
    const { id, secret } = await hooks.make(acme)
    const rotate = async (overlap_hours: number) =>
      (await cast.admin.client.rpc('rotate_webhook_secret', { id, overlap_hours }).throwOnError()).data
    const second = await rotate(1)
    const third = await rotate(SECRET_OVERLAP_HOURS.max)
    expect(await secretsOf(id)).toEqual([third, second, secret])
    const [first] = await cast.db
      .sql`select expires_at < now() + interval '2 hours' as soon from private.webhook_secrets where secret = ${secret}`
    expect(first?.['soon']).toBe(true)
    const fourth = await rotate(0)
    expect(await secretsOf(id)).toEqual([fourth])
  })

  it.each([-1, SECRET_OVERLAP_HOURS.max + 1])('cannot overlap for %i hours', async (overlap_hours) => {
    const { id } = await hooks.make(acme)
    expect(told(await cast.admin.client.rpc('rotate_webhook_secret', { id, overlap_hours }))).toEqual([400, 'invalid_input'])
  })

  it('is one of five at most, and the newest always signs', async () => {
    const { id } = await hooks.make(acme)
    const rotate = (overlap_hours: number) => cast.admin.client.rpc('rotate_webhook_secret', { id, overlap_hours })
    for (let nth = 2; nth <= 5; nth++) await rotate(1).throwOnError()
    const before = await secretsOf(id)
    expect(told(await rotate(1))).toEqual([429, 'rate_limited'])
    expect([before.length, await secretsOf(id)]).toEqual([5, before])
    expect(told(await rotate(0))).toEqual(OK)
    expect(await secretsOf(id)).toHaveLength(1)
  })
})

describe('a webhook that is switched off', () => {
  it('is told nothing, gives up what waits, and may be told of it again when it is on', async () => {
    const { id } = await hooks.make(acme)
    await hooks.test(id)
    await change(cast.admin, id, { enabled: false }).throwOnError()
    expect(await hooks.endpoint(id)).toMatchObject({ enabled: false, disabled_reason: 'manual' })
    expect(await hooks.deliver()).toEqual([])
    expect(await hooks.deliveries(id)).toMatchObject([{ state: 'dead', last_error: 'The webhook was switched off.' }])
    const { client } = cast.admin
    expect(told(await client.rpc('test_webhook', { id }))).toEqual([400, 'invalid_input'])
    expect(told(await client.rpc('redeliver_dead', { endpoint_id: id }))).toEqual([400, 'invalid_input'])
    await change(cast.admin, id, { enabled: true }).throwOnError()
    expect(await hooks.deliver()).toEqual([])
    expect((await client.rpc('redeliver_dead', { endpoint_id: id }).throwOnError()).data).toBe(1)
    expect(await hooks.deliver()).toHaveLength(1)
  })
})

describe('a test', () => {
  it('is sent to whoever chose other events, ten times a minute at most', async () => {
    const { id } = await hooks.make(acme, ['session.cleared'])
    for (let nth = 1; nth <= 10; nth++) await hooks.test(id)
    expect(told(await cast.admin.client.rpc('test_webhook', { id }))).toEqual([429, 'rate_limited'])
    await cast.db.sql`update public.webhook_deliveries set created_at = created_at - interval '1 minute' where endpoint_id = ${id}`
    expect(await hooks.deliveries(id)).toHaveLength(10)
    expect(await hooks.test(id)).toEqual(expect.any(String))
  })
})

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TransactionSql } from 'postgres'
import type { Person } from '../support/database.ts'
import { startWithCast, type Cast } from './cast.ts'
import { interleave, speakAs } from './interleave.ts'

let cast: Cast
let acme: string
beforeAll(async () => void (cast = await startWithCast()))
afterAll(() => cast.db.stop())
beforeEach(async () => void (acme = await cast.db.createOrganization('Acme', { owner: cast.owner, admin: cast.admin })))

/** Rows by SQL, which no bound stops: the bounds are for people. No trigger runs, for thousands of timelines are not the story here. */
const byHand = (insert: (tx: TransactionSql) => Promise<unknown>) =>
  cast.db.sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`
    await insert(tx)
  })
const fill = (count: number, columns: { status: 'connecting' | 'stopped' }) =>
  byHand(
    (tx) => tx`
      insert into public.whatsapp_sessions (organization_id, status, linked_at)
      select ${acme}, ${columns.status}::public.session_status, ${columns.status === 'stopped' ? new Date() : null}
      from generate_series(1, ${count})`,
  )

const connect = (person: Person, organization = acme) => person.client.rpc('create_session', { organization_id: organization })
const told = ({ status, error }: { status: number; error: { message: string } | null }) => [status, error?.message]

describe('what one tenant may make the database hold', () => {
  it('is bounded by these numbers', async () => {
    const rows = await cast.db.sql<{ what: string; at_most: number }[]>`select what, at_most from private.bounds order by what`
    expect(Object.fromEntries(rows.map(({ what, at_most }) => [what, at_most]))).toEqual({
      invitations: 50,
      orders_per_hour: 5000,
      owned_organizations: 20,
      sessions: 20000,
      waiting_links: 50,
      webhook_deliveries: 10000,
      webhook_secrets: 5,
      webhook_tests: 10,
      webhooks: 10,
    })
  })

  it('lets 50 new sessions wait for a scan, not 51, and another as soon as one is gone', async () => {
    await fill(49, { status: 'connecting' })
    const last = await connect(cast.admin)
    expect(told(await connect(cast.admin))).toEqual([429, 'rate_limited'])
    await cast.admin.client.rpc('cancel_link', { session_id: last.data?.id ?? '' })
    expect(told(await connect(cast.admin))).toEqual([200, undefined])
  })

  it('lets an organisation have 20,000 sessions, not 20,001', async () => {
    await fill(19_999, { status: 'stopped' })
    expect(told(await connect(cast.admin))).toEqual([200, undefined])
    expect(told(await connect(cast.admin))).toEqual([409, 'limit_reached'])
  })

  it('is counted for each organisation: a full one takes nothing from another', async () => {
    await fill(50, { status: 'connecting' })
    expect(told(await connect(cast.rival, cast.globex))).toEqual([200, undefined])
    expect(told(await connect(cast.loner))).toEqual([404, 'not_found'])
  })

  it('lets nothing new begin after 5,000 orders within an hour, and yet lets everything end', async () => {
    const rows = await Promise.all(
      (['disconnected', 'stopped', 'connecting', 'stopped'] as const).map((status) => cast.db.insertSession(acme, { status })),
    )
    const [again, reset, cancelled, deleted] = rows.map(({ id }) => id)
    await byHand(
      (tx) => tx`
        insert into public.whatsapp_clearances (organization_id, session_id, max_generation, reason, requested_at)
        select ${acme}, gen_random_uuid(), 1, 'cancel', now() - interval '59 minutes' from generate_series(1, 5000)`,
    )
    const { client } = cast.admin
    expect(told(await connect(cast.admin))).toEqual([429, 'rate_limited'])
    expect(told(await client.rpc('start_session', { session_id: again ?? '' }))).toEqual([429, 'rate_limited'])
    expect(told(await client.rpc('reset_session', { session_id: reset ?? '' }))).toEqual([429, 'rate_limited'])
    expect(told(await client.rpc('stop_session', { session_id: reset ?? '' }))).toEqual([200, undefined])
    expect((await client.rpc('cancel_link', { session_id: cancelled ?? '' })).data).toMatchObject({ outcome: 'deleted' })
    expect(
      (
        await client
          .from('whatsapp_sessions')
          .delete()
          .eq('id', deleted ?? '')
          .select('id')
      ).data,
    ).toEqual([{ id: deleted }])
    await cast.db
      .sql`update public.whatsapp_clearances set requested_at = requested_at - interval '2 minutes' where organization_id = ${acme}
      and reason = 'cancel'`
    expect(told(await connect(cast.admin))).toEqual([200, undefined])
  })

  it('lets a person own 20 organisations, not 21', async () => {
    const founder = await cast.db.person('founder@many.test')
    const found = async () => told(await founder.client.rpc('create_organization', { name: 'One more' }))
    const answers = []
    for (let nth = 1; nth <= 21; nth++) answers.push(await found())
    expect(answers.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => [200, undefined]))
    expect(answers.at(20)).toEqual([409, 'limit_reached'])
  })
})

describe('two who ask for the last one at the same moment', () => {
  it.each([
    ['session that waits for a scan', () => fill(49, { status: 'connecting' }), 'rate_limited'],
    ['session', () => fill(19_999, { status: 'stopped' }), 'limit_reached'],
  ] as const)('do not both get it: %s', async (_, prepare, refusal) => {
    await prepare()
    const connectAs = (who: Person) => async (tx: TransactionSql) => {
      await speakAs(tx, who.id)
      await tx`select public.create_session(${acme})`
    }
    await expect(interleave(cast.db.sql, connectAs(cast.admin), connectAs(cast.owner))).rejects.toThrow(refusal)
  })

  it('do not both get it: organisation', async () => {
    const founder = await cast.db.person('founder@twice.test')
    for (let nth = 1; nth <= 19; nth++) await founder.client.rpc('create_organization', { name: 'One more' })
    const found = async (tx: TransactionSql) => {
      await speakAs(tx, founder.id)
      await tx`select public.create_organization('The last')`
    }
    await expect(interleave(cast.db.sql, found, found)).rejects.toThrow('limit_reached')
  })

  it('are refused when their right to it is gone once it is their turn', async () => {
    const demote = async (tx: TransactionSql) => {
      await speakAs(tx, cast.owner.id)
      await tx`select public.set_member_role(${acme}, ${cast.admin.id}, 'agent')`
    }
    const connectNow = async (tx: TransactionSql) => {
      await speakAs(tx, cast.admin.id)
      await tx`select public.create_session(${acme})`
    }
    await expect(interleave(cast.db.sql, demote, connectNow)).rejects.toThrow('forbidden')
  })
})

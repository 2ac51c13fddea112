import * as fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { SESSION_STATES } from '#domain/session.ts'
import { isStale, STALE_AFTER_SECONDS } from '#domain/stale.ts'
import { ordersOf, startWithCast, type Cast } from './cast.ts'
import { interleave, overlap, speakAs, speakAsWorker } from './interleave.ts'

let cast: Cast
beforeAll(async () => void (cast = await startWithCast()))
afterAll(() => cast.db.stop())
afterEach(() => cast.db.sql`truncate public.whatsapp_sessions, public.whatsapp_clearances`)

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()
const stale = (organizationId = cast.acme) => cast.db.insertSession(organizationId, { created_at: ago(STALE_AFTER_SECONDS + 60) })

describe('the stale rule', () => {
  it('is the same in SQL and in domain/stale.ts', async () => {
    // A minute to either side of the border, so that the moments between the two clocks do not matter.
    const age = fc.oneof(fc.integer({ min: 0, max: STALE_AFTER_SECONDS - 60 }), fc.integer({ min: STALE_AFTER_SECONDS + 60, max: 100_000 }))
    const facts = fc
      .record({
        status: fc.constantFrom(...SESSION_STATES),
        linked: fc.option(age),
        active: fc.option(age),
        created: age,
      })
      .filter(({ status, linked }) => linked !== null || status === 'connecting' || status === 'disconnected')
    await fc.assert(
      fc.asyncProperty(fc.array(facts, { minLength: 60, maxLength: 60 }), async (cases) => {
        const rows = cases.map((one) => ({
          id: crypto.randomUUID(),
          organization_id: cast.acme,
          status: one.status,
          linked_at: one.linked === null ? null : ago(one.linked),
          last_active_at: one.active === null ? null : ago(one.active),
          created_at: ago(one.created),
        }))
        await cast.db.sql`insert into public.whatsapp_sessions ${cast.db.sql(rows)}`
        const expected = rows.filter((row) => isStale(row, new Date())).map((row) => row.id)
        const { data } = await cast.db.service.rpc('purge_stale_sessions')
        await cast.db.sql`delete from public.whatsapp_sessions`
        expect(data?.toSorted()).toEqual(expected.toSorted())
      }),
      { numRuns: 8 },
    )
  })

  it('begins at the fifth minute, by the clock of the database', async () => {
    const [young] = await cast.db.sql<{ id: string }[]>`
      insert into public.whatsapp_sessions (organization_id, created_at)
      values (${cast.acme}, now() - make_interval(secs => ${STALE_AFTER_SECONDS - 2})) returning id`
    const [old] = await cast.db.sql<{ id: string }[]>`
      insert into public.whatsapp_sessions (organization_id, created_at)
      values (${cast.acme}, now() - make_interval(secs => ${STALE_AFTER_SECONDS + 1})) returning id`
    expect((await cast.db.service.rpc('purge_stale_sessions')).data).toEqual([old?.id])
    expect(young?.id).toBeDefined()
  })
})

describe('the purge', () => {
  it('takes the stale rows of the admin who asks and orders them away', async () => {
    const [mine, foreign] = [await stale(), await stale(cast.globex)]
    expect((await cast.admin.client.rpc('purge_stale_sessions')).data).toEqual([mine.id])
    expect(await ordersOf(cast, mine.id)).toMatchObject([{ reason: 'purge', max_generation: 1, requested_by: cast.admin.id }])
    expect(await ordersOf(cast, foreign.id)).toEqual([])
  })

  it('takes nothing for an agent, and is closed to the public', async () => {
    await stale()
    expect((await cast.agent.client.rpc('purge_stale_sessions')).data).toEqual([])
    expect((await cast.db.anon.rpc('purge_stale_sessions')).status).toBe(401)
  })

  it('takes them all for the worker', async () => {
    const sessions = [await stale(), await stale(cast.globex)]
    const { data } = await cast.db.service.rpc('purge_stale_sessions')
    expect(data?.toSorted()).toEqual(sessions.map((session) => session.id).toSorted())
  })

  it('leaves its reason behind nowhere: a delete in the same transaction is a delete', async () => {
    const [old, young] = [await stale(), await cast.db.insertSession(cast.acme)]
    await cast.db.sql.begin(async (tx) => {
      await tx`select public.purge_stale_sessions()`
      await tx`delete from public.whatsapp_sessions where id = ${young.id}`
    })
    expect([...(await ordersOf(cast, old.id)), ...(await ordersOf(cast, young.id))]).toMatchObject([
      { reason: 'purge' },
      { reason: 'delete' },
    ])
  })
})

describe('a purge that meets', () => {
  const purge = async (tx: Parameters<typeof speakAs>[0]) => {
    await speakAs(tx, cast.admin.id)
    return (await tx`select public.purge_stale_sessions()`).length
  }
  const asWorker = (act: (tx: Parameters<typeof speakAs>[0]) => Promise<unknown>) => async (tx: Parameters<typeof speakAs>[0]) => {
    await speakAsWorker(tx)
    return await act(tx)
  }

  it('a phone that has just scanned leaves the session alone', async () => {
    const { id } = await stale()
    const scan = asWorker((tx) => tx`select public.worker_linked(${id}, 1, 'worker-1', '4911')`)
    const [done, purged] = await overlap(cast.db.sql, scan, purge)
    expect(done).not.toBeInstanceOf(Error)
    expect([purged, (await ordersOf(cast, id)).length]).toEqual([0, 0])
  })

  it('somebody who watches the link leaves the session alone', async () => {
    const { id } = await stale()
    const watch = asWorker((tx) => tx`select public.worker_touch(${[id]}::uuid[])`)
    const [done, purged] = await overlap(cast.db.sql, watch, purge)
    expect(done).not.toBeInstanceOf(Error)
    expect([purged, (await ordersOf(cast, id)).length]).toEqual([0, 0])
  })

  it('somebody who asks to link anew leaves the session alone', async () => {
    const { id } = await stale()
    const [done, purged] = await overlap(
      cast.db.sql,
      async (tx) => {
        await speakAs(tx, cast.admin.id)
        await tx`select public.start_session(${id})`
      },
      purge,
    )
    expect(done).not.toBeInstanceOf(Error)
    expect([purged, (await ordersOf(cast, id)).length]).toEqual([0, 0])
  })

  it('a scan that comes too late makes the scan unlink and clear', async () => {
    const { id } = await stale()
    const [purged, linked] = await interleave(cast.db.sql, purge, async (tx) => {
      await speakAsWorker(tx)
      const [row] = await tx<{ ok: boolean }[]>`select public.worker_linked(${id}, 1, 'worker-1', '4911') as ok`
      return row?.ok
    })
    expect([purged, linked]).toEqual([1, false])
  })

  it('another purge takes each row once', async () => {
    const { id } = await stale()
    const [mine, other] = await overlap(
      cast.db.sql,
      purge,
      asWorker((tx) => tx`select public.purge_stale_sessions()`),
    )
    expect([mine, (other as unknown[]).length, (await ordersOf(cast, id)).length]).toEqual([1, 0, 1])
  })
})

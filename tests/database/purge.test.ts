import * as fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { SESSION_STATES } from '#domain/session.ts'
import { isPurged, isStale, RETIRED_AFTER_SECONDS, STALE_AFTER_SECONDS } from '#domain/stale.ts'
import { ordersOf, startWithCast, workerIsAlive, type Cast } from './cast.ts'
import { interleave, overlap, speakAs, speakAsWorker } from './interleave.ts'

let cast: Cast
beforeAll(async () => void (cast = await startWithCast()))
afterAll(() => cast.db.stop())
afterEach(() => cast.db.sql`truncate public.whatsapp_sessions, public.whatsapp_clearances, public.whatsapp_workers`)

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()
const stale = (organizationId = cast.acme) => cast.db.insertSession(organizationId, { created_at: ago(STALE_AFTER_SECONDS + 60) })

describe('the stale rule', () => {
  it('is the same in SQL and in domain/stale.ts, whatever is known of the workers', async () => {
    // Not on a border itself: the domain counts milliseconds, the database microseconds.
    const age = fc.oneof(
      fc.constantFrom(0, 29, 31, STALE_AFTER_SECONDS - 1, STALE_AFTER_SECONDS + 1, RETIRED_AFTER_SECONDS - 1, RETIRED_AFTER_SECONDS + 1),
      fc.integer({ min: 1, max: 2000 }).map((seconds) => seconds + 0.5),
    )
    const session = fc
      .record({
        status: fc.constantFrom(...SESSION_STATES, 'connecting', 'connecting'),
        linked: fc.option(age, { freq: 1 }),
        active: fc.option(age),
        created: age,
      })
      .filter(({ status, linked }) => linked !== null || status === 'connecting' || status === 'disconnected')
    const worker = fc.record({ heard: age, silence: fc.option(fc.tuple(age, age)) })
    let [taken, spared] = [0, 0]
    await fc.assert(
      fc.asyncProperty(
        fc.array(session, { minLength: 40, maxLength: 40 }),
        fc.array(worker, { maxLength: 2 }),
        async (sessions, workers) => {
          await cast.db.sql.begin(async (tx) => {
            const [clock] = await tx<{ now: Date }[]>`select now()`
            const now = clock?.now ?? new Date()
            const ago = (seconds: number | null) => (seconds === null ? null : new Date(now.getTime() - seconds * 1000).toISOString())
            const rows = sessions.map((one) => ({
              id: crypto.randomUUID(),
              organization_id: cast.acme,
              status: one.status,
              linked_at: ago(one.linked),
              last_active_at: ago(one.active),
              created_at: ago(one.created) ?? '',
            }))
            const facts = workers.map(({ heard, silence }, index) => ({
              id: `worker-${index}`,
              url: 'http://127.0.0.1:1',
              version: '0',
              capacity: 9,
              session_count: 0,
              heartbeat_at: ago(heard) ?? '',
              // Silent after its beginning, back before it was heard last.
              returned_at: silence && ago(heard + silence[0]),
              away_since: silence && ago(heard + silence[0] + silence[1]),
            }))
            await tx`insert into public.whatsapp_sessions ${tx(rows)}`
            if (facts.length > 0) await tx`insert into public.whatsapp_workers ${tx(facts)}`
            const purged = await tx<{ id: string }[]>`select public.purge_stale_sessions() as id`
            const expected = rows.filter((row) => isPurged(row, facts, now)).map((row) => row.id)
            taken += expected.length
            spared += rows.filter((row) => isStale(row, now)).length - expected.length
            expect(purged.map(({ id }) => id).toSorted()).toEqual(expected.toSorted())
            await tx`truncate public.whatsapp_sessions, public.whatsapp_clearances, public.whatsapp_workers`
          })
        },
      ),
      { numRuns: 40, seed: 5 },
    )
    expect([taken, spared].every((count) => count > 50)).toBe(true)
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

describe('a worker that cannot reach the database', () => {
  /** Silent since then, and back for so long; seconds ago. */
  const worker = async (facts: { heard: number; awaySince?: number; returned?: number }, id = 'worker-1') => {
    const ago = (seconds: number | undefined) =>
      seconds === undefined ? cast.db.sql`null` : cast.db.sql`now() - make_interval(secs => ${seconds})`
    await cast.db.sql`insert into public.whatsapp_workers (id, url, version, capacity, session_count, heartbeat_at, away_since, returned_at)
      values (${id}, 'http://127.0.0.1:1', '0', 9, 0, ${ago(facts.heard)}, ${ago(facts.awaySince)}, ${ago(facts.returned)})`
  }
  const purged = async () => (await cast.db.service.rpc('purge_stale_sessions')).data?.length
  const session = (lastActive: number) =>
    cast.db.insertSession(cast.acme, { created_at: ago(3000), last_active_at: ago(lastActive), worker_id: 'worker-1' })

  it('can have seen somebody watch or scan: nothing is taken whose five minutes passed meanwhile', async () => {
    await worker({ heard: 590 })
    await session(600)
    expect(await purged()).toBe(0)
  })

  it('is given five minutes to say so when it is back, not only the first instant', async () => {
    await worker({ heard: 590 })
    const { id } = await session(600)
    await workerIsAlive(cast)
    expect(await purged()).toBe(0)
    await cast.db
      .sql`update public.whatsapp_workers set returned_at = now() - interval '299 seconds', away_since = now() - interval '900 seconds'`
    expect(await purged()).toBe(0)
    // What it says then is heard: the phone was scanned ten minutes ago.
    const link = { session_id: id, generation: 1, worker_id: 'worker-1', phone_number: '4911' }
    expect((await cast.db.service.rpc('worker_linked', link)).data).toBe(true)
    await cast.db.sql`update public.whatsapp_workers set returned_at = now() - interval '1 hour'`
    expect(await purged()).toBe(0)
  })

  it('and had nothing to say in five minutes: then the session goes', async () => {
    await worker({ heard: 1, awaySince: 900, returned: 302 })
    await session(1000)
    expect(await purged()).toBe(1)
  })

  it('is not back for good when it comes and goes: its five minutes begin anew', async () => {
    await worker({ heard: 100, awaySince: 900, returned: 130 })
    await session(1000)
    await workerIsAlive(cast)
    expect(await purged()).toBe(0)
    const [row] = await cast.db.sql`select heartbeat_at = returned_at as anew, away_since < now() - interval '800 seconds' as kept
      from public.whatsapp_workers`
    expect(row).toEqual({ anew: true, kept: true })
  })

  it('saves nothing that was stale before it went', async () => {
    await worker({ heard: 590 })
    await session(900)
    expect(await purged()).toBe(1)
  })

  it('is no worker any more a day after the others were heard', async () => {
    await worker({ heard: 90_000 }, 'retired')
    await session(600)
    expect(await purged()).toBe(0)
    await workerIsAlive(cast, 'new')
    expect(await purged()).toBe(1)
  })

  it('counts as there while its heartbeats come', async () => {
    await worker({ heard: 400 })
    await workerIsAlive(cast, 'worker-2')
    await workerIsAlive(cast, 'worker-2')
    const [row] = await cast.db.sql`select away_since, returned_at from public.whatsapp_workers where id = 'worker-2'`
    expect(row).toEqual({ away_since: null, returned_at: null })
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

import type { ISql } from 'postgres'
import * as z from 'zod'
import { Look, SnapshotChanges } from '#domain/snapshot.ts'
import type { SessionRow } from '../support/database.ts'
import type { Cast } from './cast.ts'

/** Whoever a statement is asked by: a connection of its own, or one in a transaction. */
export type Asked = ISql

export type Beat = { capacity?: number; store?: 'disk' | 'database'; boot?: string; first?: boolean; draining?: boolean; runs?: number }
export type Change = {
  sessionId: string
  token: number | null
  generation?: number
  sequence?: number
  fresh?: boolean
  puts?: Record<string, string>
  drops?: string[]
}
export type LeaseRow = { session_id: string; worker_id: string | null; token: number; kept: string | null; cleared_generation: number }
export type Rows = { generation: number; name: string; value: string }[]

/** Changes as the database counts them; the lists of a read since are shorter than its counts. */
const Changes = z.object(SnapshotChanges.shape)
const RECEIPT = { note: 'a receipt' }

/** Calls workers' functions of the database as several workers, each in a statement of its own or in a transaction. */
export function fleetOf(cast: Cast) {
  const { sql } = cast.db
  const one = async <T>(asked: PromiseLike<readonly { answer: T }[]>): Promise<T> => {
    const [row] = await asked
    if (!row) throw new Error('nothing was answered')
    return row.answer
  }
  const fleet = {
    /** Everything away, but the people and their organisations. */
    empty: () =>
      sql`truncate public.whatsapp_sessions, public.whatsapp_clearances, public.whatsapp_workers, private.leases, private.shelf, private.clear_findings`,
    beat: (
      id: string,
      { capacity = 100, store = 'database', boot, first = false, draining = false, runs = 0 }: Beat = {},
      by: Asked = sql,
    ) =>
      one(
        by<
          { answer: boolean }[]
        >`select public.worker_heartbeat(${id}, 'http://127.0.0.1:1', '0', ${capacity}, ${runs}, ${store}, ${boot ?? null}, ${first}, ${draining}) as answer`,
      ),
    silence: (id: string) => sql`update public.whatsapp_workers set heartbeat_at = now() - interval '31 seconds' where id = ${id}`,
    async read(id: string, since = 0, by: Asked = sql, boot: string | null = null) {
      return Changes.parse(await one(by<{ answer: unknown }[]>`select public.worker_snapshot(${id}, ${since}, ${boot}) as answer`))
    },
    async look(sessionId: string, id: string, by: Asked = sql) {
      return Look.parse(await one(by<{ answer: unknown }[]>`select public.worker_look(${sessionId}, ${id}) as answer`))
    },
    /** So many sessions that are linked, held by nobody. */
    async sessions(count: number, columns: Partial<SessionRow> = { status: 'connected' }): Promise<string[]> {
      const ids: string[] = []
      for (let made = 0; made < count; made += 1) ids.push((await cast.db.insertSession(cast.acme, columns)).id)
      return ids.toSorted()
    },
    lease: async (sessionId: string): Promise<LeaseRow | undefined> => {
      const [row] = await sql<LeaseRow[]>`
        select session_id, worker_id, token::integer, kept, cleared_generation from private.leases where session_id = ${sessionId}`
      return row
    },
    async token(sessionId: string): Promise<number> {
      return await one(sql<{ answer: number }[]>`select token::integer as answer from private.leases where session_id = ${sessionId}`)
    },
    /** How many sessions each worker holds. */
    async held(): Promise<Record<string, number>> {
      const rows = await sql<{ worker_id: string; count: number }[]>`
        select worker_id, count(*)::integer from private.leases where worker_id is not null group by 1 order by 1`
      return Object.fromEntries(rows.map(({ worker_id, count }) => [worker_id, count]))
    },
    shelve: (id: string, changes: Change[], by: Asked = sql) => {
      const sent = changes.map(({ generation = 1, fresh = false, puts = {}, drops = [], ...rest }) => ({
        ...rest,
        generation,
        fresh,
        puts: Object.fromEntries(Object.entries(puts).map(([name, value]) => [name, Buffer.from(value).toString('base64')])),
        drops,
      }))
      return one(by<{ answer: string[] }[]>`select public.worker_shelve(${id}, ${sql.json(sent)}) as answer`)
    },
    /** What lies on the shelf, as `generation name value`; `null`: nobody who may read asked. */
    async unshelve(
      sessionId: string,
      id: string,
      token: number,
      by: Asked = sql,
      sequence: number | null = null,
    ): Promise<string[] | null> {
      const rows = await one(
        by<{ answer: Rows | null }[]>`select public.worker_unshelve(${sessionId}, ${id}, ${token}, ${sequence}) as answer`,
      )
      return (
        rows && rows.map(({ generation, name, value }) => `${generation} ${name} ${Buffer.from(value, 'base64').toString()}`).toSorted()
      )
    },
    observe: (sessionId: string, id: string, token: number | null, status = 'reconnecting', by: Asked = sql) =>
      one(by<{ answer: boolean }[]>`
        select public.worker_observe(${sessionId}, 1, ${id}, ${status}::public.session_status, null, null, null, ${token}) as answer`),
    linked: (sessionId: string, id: string, token: number, by: Asked = sql) =>
      one(by<{ answer: boolean }[]>`select public.worker_linked(${sessionId}, 1, ${id}, '4911', ${token}) as answer`),
    unlinked: (sessionId: string, id: string, token: number, by: Asked = sql) =>
      one(
        by<{ answer: object | null }[]>`select public.worker_unlinked(${sessionId}, 1, 'unlinked_from_phone', ${id}, ${token}) as answer`,
      ),
    /** Orders all up to the session's generation away, as a reset does. */
    async order(sessionId: string, generation = 1): Promise<string> {
      return await one(sql<{ answer: string }[]>`
        insert into public.whatsapp_clearances (organization_id, session_id, max_generation, reason)
        values (${cast.acme}, ${sessionId}, ${generation}, 'reset') returning id as answer`)
    },
    clear: (orderId: string, id: string, token: number, findings: Record<string, number> = { files: 1 }, by: Asked = sql) =>
      one(by<{ answer: { done: boolean; findings?: object } | null }[]>`
        select public.worker_clear_shelf(${orderId}, ${id}, ${token}, ${sql.json(findings)}) as answer`),
    complete: (orderId: string, by: Asked = sql) =>
      one(by<{ answer: object }[]>`select public.worker_complete_order(${orderId}, ${sql.json({ orderId, ...RECEIPT })}) as answer`),
    release: (id: string, leases: { sessionId: string; token: number }[], by: Asked = sql) =>
      one(by<{ answer: number }[]>`select public.worker_release(${id}, ${sql.json(leases)}) as answer`),
  }
  return {
    ...fleet,
    /** One session, held by the worker `a`, which is silent from now on; and its token. The worker `b` is there. */
    async heldByTheSilent(columns?: Partial<SessionRow>): Promise<[id: string, token: number]> {
      const [id = ''] = await fleet.sessions(1, columns)
      await fleet.beat('a')
      await fleet.read('a')
      await fleet.silence('a')
      await fleet.beat('b')
      return [id, await fleet.token(id)]
    },
  }
}

export type Fleet = ReturnType<typeof fleetOf>

/** What an act is refused with. */
export async function refusal(act: PromiseLike<unknown>): Promise<string | undefined> {
  return await Promise.resolve(act).then(
    () => undefined,
    (error: Error) => error.message,
  )
}

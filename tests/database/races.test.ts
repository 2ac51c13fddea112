import type { TransactionSql } from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SessionRow } from '../support/database.ts'
import { ordersOf, startWithCast, workerIsAlive, type Cast } from './cast.ts'
import { overlap, speakAs, speakAsWorker } from './interleave.ts'

let cast: Cast
beforeAll(async () => {
  cast = await startWithCast()
  await workerIsAlive(cast)
})
afterAll(() => cast.db.stop())

const LONG_AGO = '2026-01-01T00:00:00Z'
/** Everything that may happen to a session of generation 1, as whoever does it. */
const ACTS = {
  cancel: asAdmin((tx, id) => tx`select public.cancel_link(${id})`),
  start: asAdmin((tx, id) => tx`select public.start_session(${id})`),
  stop: asAdmin((tx, id) => tx`select public.stop_session(${id})`),
  reset: asAdmin((tx, id) => tx`select public.reset_session(${id})`),
  delete: asAdmin((tx, id) => tx`delete from public.whatsapp_sessions where id = ${id}`),
  purge: asAdmin((tx) => tx`select public.purge_stale_sessions()`),
  'delete the organisation': asOwner((tx) => tx`delete from public.organizations where id = ${organization}`),
  linked: asWorker((tx, id) => tx`select public.worker_linked(${id}, 1, 'worker-1', '4911') as answer`),
  unlinked: asWorker((tx, id) => tx`select public.worker_unlinked(${id}, 1, 'unlinked_from_phone') as answer`),
  online: asWorker((tx, id) => tx`select public.worker_observe(${id}, 1, 'worker-1', 'connected') as answer`),
} satisfies Record<string, Act>

type Act = (tx: TransactionSql, id: string) => Promise<{ answer?: unknown }[]>
type Name = keyof typeof ACTS
const NAMES = Object.keys(ACTS) as Name[]

const BEGINNINGS: Record<string, Partial<SessionRow>> = {
  'is being linked and stale': { created_at: LONG_AGO },
  'is being linked again': { linked_at: LONG_AGO },
  'comes back online': { status: 'reconnecting', worker_id: 'worker-1', phone_number: '4911' },
}

let organization: string

function asAdmin(act: Act): Act {
  return async (tx, id) => (await speakAs(tx, cast.admin.id), await act(tx, id))
}
function asOwner(act: Act): Act {
  return async (tx, id) => (await speakAs(tx, cast.owner.id), await act(tx, id))
}
function asWorker(act: Act): Act {
  return async (tx, id) => (await speakAsWorker(tx), await act(tx, id))
}

describe.each(Object.entries(BEGINNINGS))('a session that %s', (_, columns) => {
  it.each(NAMES)('keeps its orders and generations right when %s meets anything else', async (first) => {
    for (const second of NAMES) {
      organization = await cast.db.createOrganization('Acme', { owner: cast.owner, admin: cast.admin })
      const { id } = await cast.db.insertSession(organization, columns)
      const answers = await overlap(
        cast.db.sql,
        (tx) => ACTS[first](tx, id),
        (tx) => ACTS[second](tx, id),
      )
      const broken = await brokenRules(id, { [first]: answers[0], [second]: answers[1] })
      expect(broken, `${first}, then ${second}`).toEqual([])
      await cast.db.sql`delete from public.organizations where id = ${organization}`
    }
  })
})

type Answers = Partial<Record<Name, { answer?: unknown }[] | Error>>

async function brokenRules(id: string, answers: Answers): Promise<string[]> {
  const [row] = await cast.db.sql<SessionRow[]>`select * from public.whatsapp_sessions where id = ${id}`
  const generations = (await ordersOf(cast, id)).map((order) => order.max_generation)
  const newest = Math.max(0, ...generations)
  const said = (name: Name) => {
    const answer = answers[name]
    return answer instanceof Error ? null : answer?.[0]?.answer
  }
  const rules: [string, boolean][] = [
    ['each generation is ordered away once', new Set(generations).size === generations.length],
    ['an order covers no generation that the row may still link', !row || row.generation === newest + 1],
    ['a row that is gone leaves an order', Boolean(row) || newest > 0],
    ['a link that was confirmed has its row, or an order that knows it', said('linked') !== true || knowsTheLink(row, newest)],
    ['only what was refused by name went wrong', Object.values(answers).every((one) => !(one instanceof Error) || isRefusal(one))],
    ['a link that is lost is no link', said('unlinked') === undefined || !row || row.generation > 1],
  ]
  return rules.filter(([, holds]) => !holds).map(([rule]) => rule)
}

function knowsTheLink(row: SessionRow | undefined, newest: number): boolean {
  return newest >= 1 || (row?.generation === 1 && row.status !== 'connecting' && row.linked_at !== null)
}

/** Our own refusals, and the constraint that keeps what was never linked from being called connected. */
function isRefusal(error: Error): boolean {
  return /^(not_found|not_linked)$|linked_states_have_been_linked/.test(error.message)
}

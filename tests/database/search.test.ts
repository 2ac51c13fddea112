import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { Database } from '#domain/database.types.ts'
import type { Person } from '../support/database.ts'
import { startWithCast, workerIsAlive, type Cast } from './cast.ts'

let cast: Cast
/** Ids by name, oldest first. */
const ids: Record<string, string> = {}
const SESSIONS = [
  { display_name: 'Tienda Perú', status: 'connected', worker_id: 'worker-1', phone_number: '+51987654321' },
  { display_name: 'São João', status: 'stopped', phone_number: '+5511912345678' },
  { display_name: '100% off_sale \\o/', status: 'connected', worker_id: 'worker-of-yesterday', phone_number: '+51912000111' },
  { display_name: 'Branch 987', status: 'disconnected' },
  { display_name: null, status: 'connecting' },
] as const

beforeAll(async () => {
  cast = await startWithCast()
  await workerIsAlive(cast)
  for (const [nth, columns] of SESSIONS.entries()) {
    const row = await cast.db.insertSession(cast.acme, { ...columns, created_at: `2026-01-0${nth + 1}T00:00:00Z` })
    ids[columns.display_name ?? 'unnamed'] = row.id
  }
  await cast.db.insertSession(cast.globex, { display_name: 'Tienda of somebody else', status: 'stopped' })
})
afterAll(() => cast.db.stop())

const Found = z.object({
  worker_online: z.boolean(),
  all: z.int(),
  total: z.int(),
  counts: z.record(z.string(), z.int()),
  rows: z.array(z.looseObject({ id: z.uuid(), display_name: z.string().nullable(), effective_status: z.string(), clearing: z.boolean() })),
})
type Args = Omit<Database['public']['Functions']['search_sessions']['Args'], 'organization_id'>
async function search(args: Args, who: Person = cast.agent, organization_id = cast.acme) {
  const { data } = await who.client.rpc('search_sessions', { organization_id, ...args }).throwOnError()
  return Found.parse(data)
}
const names = async (query: string) => (await search({ query })).rows.map(({ display_name }) => display_name ?? 'unnamed')

describe('the list of sessions', () => {
  it('holds all of them, newest first, as the overview tells them, and how many there are of each state', async () => {
    const { worker_online, all, total, counts, rows } = await search({})
    const told = await cast.agent.client
      .from('whatsapp_session_overview')
      .select()
      .eq('organization_id', cast.acme)
      .order('created_at')
      .order('id')
    expect(rows.map(({ id }) => id)).toEqual(told.data?.map(({ id }) => id).toReversed())
    expect(Object.keys(rows[0] ?? {}).toSorted()).toEqual(Object.keys(told.data?.[0] ?? {}).toSorted())
    expect([worker_online, all, total]).toEqual([true, 5, 5])
    expect(counts).toEqual({ connected: 1, stopped: 1, worker_offline: 1, disconnected: 1, connecting: 1 })
  })

  it('is cut into pages that neither repeat nor skip one', async () => {
    const pages = await Promise.all([0, 2, 4, 6].map((page_offset) => search({ page_offset, page_size: 2 })))
    expect(pages.map(({ rows }) => rows.length)).toEqual([2, 2, 1, 0])
    const whole = await search({})
    expect(pages.flatMap(({ rows }) => rows)).toEqual(whole.rows)
    expect(pages.map(({ total }) => total)).toEqual([5, 5, 5, 5])
  })

  it('keeps the states that are wanted, and counts all', async () => {
    const { total, counts, rows } = await search({ states: ['worker_offline', 'stopped'] })
    expect(rows.map(({ effective_status }) => effective_status)).toEqual(['worker_offline', 'stopped'])
    expect([total, Object.values(counts).reduce((sum, one) => sum + one, 0)]).toEqual([2, 5])
    expect((await search({ states: [] })).total).toBe(5)
  })

  it('is never longer than 200, nor answered by an error for an odd page', async () => {
    const organization = await cast.db.createOrganization('Large', { owner: cast.owner })
    await cast.db.sql`insert into public.whatsapp_sessions (organization_id) select ${organization} from generate_series(1, 201)`
    for (const [page_size, length] of [
      [1000, 200],
      [-1, 1],
      [0, 1],
    ] as const) {
      expect((await search({ page_size, page_offset: -5 }, cast.owner, organization)).rows).toHaveLength(length)
    }
  })

  it('is of one’s own organisation: a foreign one is empty, as one that is not there', async () => {
    const empty = { worker_online: true, all: 0, total: 0, counts: {}, rows: [] }
    for (const who of [cast.rival, cast.loner]) {
      expect(await search({}, who)).toEqual(empty)
      expect(await search({}, who, crypto.randomUUID())).toEqual(empty)
    }
    expect((await search({ query: 'tienda' })).total).toBe(1)
  })

  it('says which ones are being cleared', async () => {
    const { id } = await cast.db.insertSession(cast.globex, { status: 'stopped' })
    await cast.rival.client.rpc('reset_session', { session_id: id })
    const { rows } = await search({}, cast.rival, cast.globex)
    expect(rows.map((row) => [row.id === id, row.clearing])).toContainEqual([true, true])
    expect(rows.filter(({ clearing }) => clearing)).toHaveLength(1)
  })
})

describe('a search finds', () => {
  it.each([
    ['a part of a name, whatever its case', 'TIENDA', ['Tienda Perú']],
    ['a name without its accents', 'peru', ['Tienda Perú']],
    ['a name with accents of another kind', 'Sáo joâo', ['São João']],
    ['a name that is written with loose accents', 'Sa\u0303o', ['São João']],
    ['a number, as people write it', '+51 987-654 321', ['Tienda Perú']],
    ['digits of a number, and names that hold them', '987', ['Branch 987', 'Tienda Perú']],
    ['the end of a number', '(0001 11)', ['100% off_sale \\o/']],
    ['what SQL reads as wildcards, as it stands: %', '%', ['100% off_sale \\o/']],
    ['what SQL reads as wildcards, as it stands: _', '_', ['100% off_sale \\o/']],
    ['what SQL reads as wildcards, as it stands: \\', '\\', ['100% off_sale \\o/']],
    ['nothing by a part of two words', 'tienda joao', []],
    ['nothing by a quote', "' or true --", []],
    ['nothing by signs that a number may hold, alone', '+-', []],
    ['all by nothing but spaces', '   ', ['unnamed', 'Branch 987', '100% off_sale \\o/', 'São João', 'Tienda Perú']],
  ])('%s: %s', async (_, query, wanted) => {
    expect(await names(query)).toEqual(wanted)
  })

  it('a session by the beginning of its id, from the fourth letter on', async () => {
    const id = ids['unnamed'] ?? ''
    for (const query of [id, id.slice(0, 8), id.slice(0, 8).toUpperCase(), ` ${id.slice(0, 13)}`])
      expect(await names(query)).toEqual(['unnamed'])
    expect(await names(`${id.slice(0, 35)}${id.endsWith('0') ? '1' : '0'}`)).toEqual([])
    expect(await names(id.slice(0, 2))).not.toContain('unnamed')
  })

  it('a name by whatever signs stand in it, none of which is read as a pattern', async () => {
    const signs = '[].*+?^${}()|\\-/&#!:=<>@'
    await cast.db.insertSession(cast.acme, { display_name: signs, created_at: '2025-01-01T00:00:00Z' })
    for (const sign of signs) expect(await names(sign)).toContain(signs)
    expect(await names(signs)).toEqual([signs])
    expect(await names('(a|b)*')).toEqual([])
    await cast.db.sql`delete from public.whatsapp_sessions where display_name = ${signs}`
  })

  it('counts only what it finds', async () => {
    expect(await search({ query: '987', states: ['disconnected'] })).toMatchObject({
      all: 5,
      total: 1,
      counts: { connected: 1, disconnected: 1 },
    })
  })

  it('takes a text of any length', async () => {
    expect((await search({ query: 'x'.repeat(100_000) })).total).toBe(0)
  })
})

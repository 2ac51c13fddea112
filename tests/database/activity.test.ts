import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '#domain/database.types.ts'
import type { Person } from '../support/database.ts'
import { startWithCast, type Cast } from './cast.ts'

type Args = Omit<Database['public']['Functions']['activity']['Args'], 'organization_id'>
type Reason = Database['public']['Enums']['clear_reason']

let cast: Cast
let acme: string
beforeAll(async () => void (cast = await startWithCast()))
afterAll(() => cast.db.stop())
beforeEach(async () => {
  acme = await cast.db.createOrganization('Acme', { owner: cast.owner, admin: cast.admin, agent: cast.agent })
})

const activity = async (args: Args = {}, who: Person = cast.admin, organization_id = acme) =>
  (await who.client.rpc('activity', { organization_id, ...args }).throwOnError()).data
/** An order, by SQL; `minutes` ago. */
async function ordered(label: string, minutes: number, by: string | null, reason: Reason = 'reset', phone: string | null = null) {
  const [row] = await cast.db.sql<{ id: string; session_id: string }[]>`
    insert into public.whatsapp_clearances (organization_id, session_id, label, phone_number, max_generation, reason, requested_by, requested_at)
    values (${acme}, gen_random_uuid(), ${label}, ${phone}, 1, ${reason}::public.clear_reason, ${by}, date_trunc('minute', now()) - make_interval(mins => ${minutes}))
    returning id, session_id`
  if (!row) throw new Error('no order was made')
  return row
}

describe('the record of what was removed', () => {
  it('says who asked for each, also when they have left, and nobody where nobody did', async () => {
    await ordered('by the owner', 1, cast.owner.id)
    await ordered('by one who left', 2, cast.agent.id)
    await ordered('by the worker', 3, null, 'unlinked')
    const gone = await cast.db.person(`gone-${crypto.randomUUID()}@acme.test`)
    await ordered('by one whose account is gone', 4, gone.id)
    await cast.db.sql`delete from auth.users where id = ${gone.id}`
    await cast.owner.client.rpc('remove_member', { organization_id: acme, user_id: cast.agent.id })
    expect((await activity()).map(({ label, requested_by_email }) => [label, requested_by_email])).toEqual([
      ['by the owner', cast.owner.email],
      ['by one who left', cast.agent.email],
      ['by the worker', null],
      ['by one whose account is gone', null],
    ])
  })

  it('is for owners and admins of that organisation', async () => {
    await ordered('a session', 1, cast.owner.id)
    for (const who of [cast.owner, cast.admin]) expect(await activity({}, who)).toHaveLength(1)
    for (const who of [cast.agent, cast.rival, cast.loner]) {
      expect(await activity({}, who)).toEqual([])
      expect((await who.client.from('whatsapp_clearance_overview').select('id')).data).toEqual([])
    }
    expect((await cast.db.anon.rpc('activity', { organization_id: acme })).status).toBe(401)
  })

  it('names to nobody a person who asked for nothing in their organisations', async () => {
    await ordered('a session', 1, cast.owner.id)
    const emailFor = (who: Person, of = cast.owner) =>
      cast.db.sql.begin(async (tx) => {
        await tx`select set_config('request.jwt.claim.sub', ${who.id}, true), set_config('request.jwt.claims', ${JSON.stringify({ sub: who.id })}, true)`
        return await tx`select email from private.requester(${acme}, ${of.id})`
      })
    expect(await emailFor(cast.admin)).toEqual([{ email: cast.owner.email }])
    for (const who of [cast.agent, cast.rival, cast.loner]) expect(await emailFor(who)).toEqual([])
    for (const of of [cast.rival, cast.agent]) expect(await emailFor(cast.admin, of)).toEqual([])
  })

  it('is cut into pages that neither repeat nor skip one, though much was asked for in the same moment and more comes meanwhile', async () => {
    for (let nth = 0; nth < 7; nth++) await ordered(`session ${nth}`, nth < 5 ? 1 : 2, null)
    const seen: (string | null)[] = []
    let last: Awaited<ReturnType<typeof activity>>[number] | undefined
    do {
      const page = await activity({ page_size: 3, ...(last?.requested_at && last.id && { before: last.requested_at, before_id: last.id }) })
      seen.push(...page.map(({ label }) => label))
      last = page.length === 3 ? page.at(-1) : undefined
      await ordered('newer', 0, null)
    } while (last)
    expect(seen.toSorted((a, b) => (a ?? '').localeCompare(b ?? ''))).toEqual(Array.from({ length: 7 }, (_, nth) => `session ${nth}`))
  })

  it('keeps the reasons that are wanted', async () => {
    for (const reason of ['reset', 'delete', 'purge'] as const) await ordered(reason, 1, null, reason)
    expect((await activity({ reasons: ['delete', 'purge'] })).map(({ reason }) => reason).toSorted()).toEqual(['delete', 'purge'])
    expect(await activity({ reasons: [] })).toHaveLength(3)
  })

  it('tells what is open from what is gone, and from what is gone here alone', async () => {
    const { sql } = cast.db
    const complete = async (label: string, remoteUnlink: string) => {
      const { id } = await ordered(label, 1, null)
      await sql`update public.whatsapp_clearances set completed_at = now(), receipt = ${sql.json({ remoteUnlink })} where id = ${id}`
    }
    await ordered('waits', 1, null)
    for (const remoteUnlink of ['confirmed', 'not_linked', 'unconfirmed']) await complete(remoteUnlink, remoteUnlink)
    const found = async (args: Args) => (await activity(args)).map(({ label, outcome }) => `${label}: ${outcome}`).toSorted()
    expect(await found({ outcomes: ['open'] })).toEqual(['waits: open'])
    expect(await found({ outcomes: ['gone'] })).toEqual(['confirmed: gone', 'not_linked: gone'])
    expect(await found({ outcomes: ['gone_here', 'open'] })).toEqual(['unconfirmed: gone_here', 'waits: open'])
    expect(await found({ outcomes: [] })).toHaveLength(4)
  })

  it('keeps a period: from its beginning to before its end, page after page', async () => {
    const now = Date.now()
    const minutesAgo = (minutes: number) => new Date(Math.floor(now / 60_000) * 60_000 - minutes * 60_000).toISOString()
    const id = (await ordered('in the middle', 0, null)).id
    for (const label of ['end', 'late', 'beginning', 'before']) await ordered(label, 0, null)
    for (const [label, minutes] of Object.entries({ end: 10, late: 11, 'in the middle': 15, beginning: 20, before: 21 }))
      await cast.db
        .sql`update public.whatsapp_clearances set requested_at = ${minutesAgo(minutes)} where organization_id = ${acme} and label = ${label}`
    const period = { since: minutesAgo(20), until: minutesAgo(10) }
    expect((await activity(period)).map(({ label }) => label)).toEqual(['late', 'in the middle', 'beginning'])
    const rest = await activity({ ...period, before: minutesAgo(15), before_id: id, page_size: 1 })
    expect(rest.map(({ label }) => label)).toEqual(['beginning'])
  })

  it('finds what a session was called, whose number it had, who asked for it, and its id', async () => {
    const peru = await ordered('Tienda Perú 100%', 1, cast.owner.id, 'reset', '+51987654321')
    const other = await ordered('Branch', 2, cast.agent.id, 'delete', '+51912000111')
    const found = async (query: string) => (await activity({ query })).map(({ id }) => id)
    expect(await found('peru')).toEqual([peru.id])
    expect(await found('%')).toEqual([peru.id])
    expect(await found('+51 912')).toEqual([other.id])
    expect(await found('AGENT@acme')).toEqual([other.id])
    expect(await found(other.session_id.slice(0, 8))).toEqual([other.id])
    expect(await found('nobody')).toEqual([])
    expect(await found(' ')).toEqual([peru.id, other.id])
  })
})

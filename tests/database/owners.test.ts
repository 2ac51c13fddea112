import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TransactionSql } from 'postgres'
import { startTestDatabase, type Person, type TestDatabase } from '../support/database.ts'
import { overlap, speakAs } from './interleave.ts'

let db: TestDatabase
let olga: Person
let otto: Person
let adam: Person
let organization: string
beforeAll(async () => {
  db = await startTestDatabase()
  // Two who wait for each other are told so at once.
  await db.sql`alter system set deadlock_timeout = '20ms'`
  await db.sql`select pg_reload_conf()`
})
afterAll(() => db.stop())
beforeEach(async () => {
  const [o, t, a] = ['olga', 'otto', 'adam'].map((name) => `${name}-${crypto.randomUUID()}@acme.test`)
  olga = await db.person(o ?? '')
  otto = await db.person(t ?? '')
  adam = await db.person(a ?? '')
  organization = await db.createOrganization('Acme', { owner: [olga, otto], admin: adam })
})

/** Every way an owner goes, asked by an owner about himself and the other. */
const WAYS = {
  'demotes the other': (tx, me, other) => asOwner(tx, me, tx`select public.set_member_role(${organization}, ${other.id}, 'agent')`),
  'removes the other': (tx, me, other) => asOwner(tx, me, tx`select public.remove_member(${organization}, ${other.id})`),
  'steps down': (tx, me) => asOwner(tx, me, tx`select public.set_member_role(${organization}, ${me.id}, 'agent')`),
  leaves: (tx, me) => asOwner(tx, me, tx`select public.leave_organization(${organization})`),
  'deletes the account': (tx, me) => tx`delete from auth.users where id = ${me.id}`,
} satisfies Record<string, (tx: TransactionSql, me: Person, other: Person) => Promise<unknown>>
type Way = keyof typeof WAYS
const NAMES = Object.keys(WAYS) as Way[]

/** The call is sent once it is awaited, so it is made as whoever speaks then. */
async function asOwner(tx: TransactionSql, me: Person, call: PromiseLike<unknown>): Promise<unknown> {
  await speakAs(tx, me.id)
  return await call
}

const owners = async () => {
  const rows = await db.sql<{ user_id: string }[]>`
    select user_id from public.organization_members where organization_id = ${organization} and role = 'owner'`
  return rows.map((row) => row.user_id)
}

describe('two owners at the same moment', () => {
  it.each(NAMES.flatMap((first) => NAMES.map((second) => [first, second] as const)))(
    'leave one of them: the first %s, the second %s',
    async (first, second) => {
      const answers = await overlap(
        db.sql,
        (tx) => WAYS[first](tx, olga, otto),
        (tx) => WAYS[second](tx, otto, olga),
      )
      expect((await owners()).length).toBeGreaterThan(0)
      const refusals = answers.filter((answer) => answer instanceof Error).map(({ message }) => message)
      // Whoever comes second is refused. Only who deletes an account takes rows in an order of their own and may be told that the two
      // waited for each other.
      const expected = [first, second].includes('deletes the account')
        ? /^(forbidden|not_found|deadlock detected)$/
        : /^(forbidden|not_found)$/
      expect(refusals.filter((message) => !expected.test(message))).toEqual([])
    },
  )
})

describe('the last owner', () => {
  beforeEach(async () => void (await olga.client.rpc('remove_member', { organization_id: organization, user_id: otto.id })))

  it.each(['steps down', 'leaves', 'deletes the account'] as const)('stays when he %s', async (way) => {
    await expect(db.sql.begin((tx) => WAYS[way](tx, olga))).rejects.toThrow('forbidden')
    expect(await owners()).toEqual([olga.id])
  })

  it('stays against plain SQL too, also with others in one statement', async () => {
    await expect(db.sql`delete from public.organization_members where organization_id = ${organization}`).rejects.toThrow('forbidden')
    await expect(db.sql`update public.organization_members set role = 'admin' where organization_id = ${organization}`).rejects.toThrow(
      'forbidden',
    )
    await expect(db.sql`delete from auth.users where id in (${olga.id}, ${adam.id})`).rejects.toThrow('forbidden')
    expect(await owners()).toEqual([olga.id])
  })

  it('may go once there is another, and takes nothing along', async () => {
    const { id } = await db.insertSession(organization, { created_by: olga.id })
    await olga.client.rpc('set_member_role', { organization_id: organization, user_id: adam.id, role: 'owner' })
    await db.sql`delete from auth.users where id = ${olga.id}`
    expect(await owners()).toEqual([adam.id])
    expect(await db.sql`select created_by from public.whatsapp_sessions where id = ${id}`).toEqual([{ created_by: null }])
  })

  it('goes with the organisation, whose sessions are ordered away', async () => {
    const { id } = await db.insertSession(organization, { status: 'connected' })
    const deleted = await olga.client.from('organizations').delete().eq('id', organization).select('id')
    expect(deleted.data).toEqual([{ id: organization }])
    expect(await owners()).toEqual([])
    expect(await db.sql`select reason from public.whatsapp_clearances where session_id = ${id}`).toEqual([{ reason: 'delete' }])
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestDatabase, type Person, type TestDatabase } from '../support/database.ts'
import { interleave, speakAs } from './interleave.ts'

let db: TestDatabase
let olga: Person
let adam: Person
let stranger: Person

beforeAll(async () => {
  db = await startTestDatabase()
  olga = await db.person('olga@acme.test')
  adam = await db.person('adam@acme.test')
  stranger = await db.person('stranger@else.test')
})
afterAll(() => db.stop())

describe('founding an organisation', () => {
  it('makes the founder its owner, who alone sees it', async () => {
    const { data: id } = await stranger.client.rpc('create_organization', { name: '  Elsewhere  ' })
    const mine = await stranger.client.from('organizations').select('id, name')
    const members = await stranger.client.from('organization_members').select('user_id, role')
    const others = await olga.client.from('organizations').select('id')
    expect(mine.data).toEqual([{ id, name: 'Elsewhere' }])
    expect(members.data).toEqual([{ user_id: stranger.id, role: 'owner' }])
    expect(others.data).toEqual([])
  })

  it.each(['', '   ', 'x'.repeat(81)])('refuses the name %j', async (name) => {
    const { error, status } = await olga.client.rpc('create_organization', { name })
    expect([status, error?.message]).toEqual([400, 'invalid_input'])
  })

  it('is for people who are signed in', async () => {
    const { error, status } = await db.anon.rpc('create_organization', { name: 'Nobody' })
    expect([status, error?.code]).toEqual([401, '42501'])
  })
})

describe('members and roles', () => {
  it('lets nobody write the table, not even an owner', async () => {
    const id = await db.createOrganization('Acme', { owner: olga, agent: adam })
    const promoted = await adam.client.from('organization_members').update({ role: 'owner' }).eq('user_id', adam.id).select()
    const joined = await stranger.client.from('organization_members').insert({ organization_id: id, user_id: stranger.id, role: 'owner' })
    const removed = await olga.client.from('organization_members').delete().eq('user_id', adam.id).select()
    expect([promoted.error?.code, joined.error?.code, removed.error?.code]).toEqual(['42501', '42501', '42501'])
    expect(await rolesIn(id)).toEqual({ [olga.id]: 'owner', [adam.id]: 'agent' })
  })

  it('lets an owner change a role, and the new role counts at once', async () => {
    const id = await db.createOrganization('Acme', { owner: olga, agent: adam })
    const before = await adam.client.rpc('create_session', { organization_id: id })
    await olga.client.rpc('set_member_role', { organization_id: id, user_id: adam.id, role: 'admin' })
    const after = await adam.client.rpc('create_session', { organization_id: id })
    expect([before.status, after.status]).toEqual([403, 200])
  })

  it('lets no admin change a role, their own least of all', async () => {
    const id = await db.createOrganization('Acme', { owner: olga, admin: adam })
    const up = await adam.client.rpc('set_member_role', { organization_id: id, user_id: adam.id, role: 'owner' })
    const out = await adam.client.rpc('remove_member', { organization_id: id, user_id: olga.id })
    const foreign = await stranger.client.rpc('set_member_role', { organization_id: id, user_id: stranger.id, role: 'owner' })
    expect([up.status, out.status, foreign.status]).toEqual([403, 403, 404])
    expect(await rolesIn(id)).toEqual({ [olga.id]: 'owner', [adam.id]: 'admin' })
  })

  it('keeps the last owner', async () => {
    const id = await db.createOrganization('Acme', { owner: olga, admin: adam })
    const down = await olga.client.rpc('set_member_role', { organization_id: id, user_id: olga.id, role: 'agent' })
    const out = await olga.client.rpc('remove_member', { organization_id: id, user_id: olga.id })
    expect([down.status, out.status]).toEqual([403, 403])
    expect(await rolesIn(id)).toEqual({ [olga.id]: 'owner', [adam.id]: 'admin' })
  })

  it('keeps one of two owners who demote each other at the same moment', async () => {
    const id = await db.createOrganization('Acme', { owner: [olga, adam] })
    const demote = (by: Person, whom: Person) => async (tx: Parameters<typeof speakAs>[0]) => {
      await speakAs(tx, by.id)
      await tx`select public.set_member_role(${id}, ${whom.id}, 'agent')`
    }
    await expect(interleave(db.sql, demote(olga, adam), demote(adam, olga))).rejects.toThrow('forbidden')
    expect(await rolesIn(id)).toEqual({ [olga.id]: 'owner', [adam.id]: 'agent' })
  })

  it('lets nobody change members who is an owner no more when their turn comes', async () => {
    const id = await db.createOrganization('Acme', { owner: [olga, adam, stranger] })
    const demote = (by: Person, whom: Person) => async (tx: Parameters<typeof speakAs>[0]) => {
      await speakAs(tx, by.id)
      await tx`select public.set_member_role(${id}, ${whom.id}, 'agent')`
    }
    await expect(interleave(db.sql, demote(olga, adam), demote(adam, stranger))).rejects.toThrow('forbidden')
    expect(await rolesIn(id)).toEqual({ [olga.id]: 'owner', [adam.id]: 'agent', [stranger.id]: 'owner' })
  })

  it('takes everything from a member who is removed', async () => {
    const id = await db.createOrganization('Acme', { owner: olga, agent: adam })
    await db.insertSession(id)
    await olga.client.rpc('remove_member', { organization_id: id, user_id: adam.id })
    const { data } = await adam.client.from('whatsapp_sessions').select('id').eq('organization_id', id)
    expect(data).toEqual([])
  })
})

describe('renaming and deleting an organisation', () => {
  const nameOf = async (id: string) => (await db.sql<{ name: string }[]>`select name from public.organizations where id = ${id}`)[0]?.name

  it('is for owners, and never for another organisation', async () => {
    const id = await db.createOrganization('Acme', { owner: olga, admin: adam })
    const rename = (who: Person, name: string) => who.client.rpc('rename_organization', { organization_id: id, name })
    const answers = [await rename(olga, '  Acme Ltd '), await rename(adam, 'Mine'), await rename(stranger, 'Mine')]
    expect(answers.map(({ status }) => status)).toEqual([204, 403, 404])
    expect(await nameOf(id)).toBe('Acme Ltd')
    const deletedByAdmin = await adam.client.from('organizations').delete().eq('id', id).select('id')
    const deletedByOwner = await olga.client.from('organizations').delete().eq('id', id).select('id')
    expect([deletedByAdmin.data, deletedByOwner.data]).toEqual([[], [{ id }]])
  })

  it.each(['', '   ', 'x'.repeat(81)])('keeps the name that is there rather than %j', async (name) => {
    const id = await db.createOrganization('Acme', { owner: olga })
    const { error, status } = await olga.client.rpc('rename_organization', { organization_id: id, name })
    expect([status, error?.message]).toEqual([400, 'invalid_input'])
    expect(await nameOf(id)).toBe('Acme')
  })
})

async function rolesIn(id: string): Promise<Record<string, string>> {
  const rows = await db.sql<{ user_id: string; role: string }[]>`
    select user_id, role from public.organization_members where organization_id = ${id}`
  return Object.fromEntries(rows.map((row) => [row.user_id, row.role]))
}

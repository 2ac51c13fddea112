import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TransactionSql } from 'postgres'
import type { Person, Role } from '../support/database.ts'
import { startWithCast, type Cast } from './cast.ts'
import { cross, interleave, speakAs } from './interleave.ts'

let cast: Cast
let acme: string
let guest: Person
beforeAll(async () => void (cast = await startWithCast()))
afterAll(() => cast.db.stop())
beforeEach(async () => {
  acme = await cast.db.createOrganization('Acme', { owner: cast.owner, admin: cast.admin, agent: cast.agent })
  guest = await cast.db.person(`guest-${crypto.randomUUID()}@acme.test`)
})

const invite = (email: string, role: Role = 'agent', by = cast.owner) =>
  by.client.rpc('invite_member', { organization_id: acme, email, role })
const told = ({ status, error }: { status: number; error: { message: string } | null }) => [status, error?.message]
/** Invites, and answers with the invitation's id. */
async function invited(email: string, role: Role = 'agent'): Promise<string> {
  const { data } = await invite(email, role).throwOnError()
  return data
}
const open = () =>
  cast.db.sql<{ email: string; role: Role; fresh: boolean }[]>`
    select email, role, expires_at > now() + interval '6 days 23 hours' as fresh from public.organization_invitations
    where organization_id = ${acme} order by email`
const roleOf = async ({ id }: Person) =>
  (await cast.db.sql<{ role: Role }[]>`select role from public.organization_members where organization_id = ${acme} and user_id = ${id}`)[0]
    ?.role
const makeItRunOut = (id: string) => cast.db.sql`update public.organization_invitations set expires_at = now() where id = ${id}`

describe('an invitation', () => {
  it('lets whose e-mail it is join with its role, and is gone then', async () => {
    const id = await invited(`  ${guest.email.toUpperCase()} `, 'admin')
    const mine = await guest.client.rpc('my_invitations')
    expect(mine.data).toMatchObject([
      { id, organization_id: acme, organization_name: 'Acme', role: 'admin', invited_by_email: cast.owner.email },
    ])
    expect((await guest.client.rpc('accept_invitation', { id })).data).toBe(acme)
    expect([await roleOf(guest), [...(await open())]]).toEqual(['admin', []])
    expect(told(await guest.client.rpc('accept_invitation', { id }))).toEqual([404, 'not_found'])
  })

  it('is nobody else’s to see, take up or decline, not even their own owner’s', async () => {
    const id = await invited(guest.email)
    for (const who of [cast.owner, cast.admin, cast.rival, cast.loner]) {
      expect((await who.client.rpc('my_invitations')).data).toEqual([])
      expect(told(await who.client.rpc('accept_invitation', { id }))).toEqual([404, 'not_found'])
      expect(told(await who.client.rpc('decline_invitation', { id }))).toEqual([404, 'not_found'])
    }
    expect(await open()).toHaveLength(1)
  })

  it('is for a confirmed e-mail: who only claims to be somebody gets nothing', async () => {
    const id = await invited(guest.email)
    await cast.db.sql`update auth.users set email_confirmed_at = null where id = ${guest.id}`
    expect((await guest.client.rpc('my_invitations')).data).toEqual([])
    expect(told(await guest.client.rpc('accept_invitation', { id }))).toEqual([404, 'not_found'])
    expect(await roleOf(guest)).toBeUndefined()
  })

  it('runs out: what ran out is neither shown nor taken up, and may be renewed', async () => {
    const id = await invited(guest.email)
    await makeItRunOut(id)
    expect((await guest.client.rpc('my_invitations')).data).toEqual([])
    expect(told(await guest.client.rpc('accept_invitation', { id }))).toEqual([404, 'not_found'])
    await invited(guest.email)
    expect((await guest.client.rpc('accept_invitation', { id })).data).toBe(acme)
  })

  it('that is sent again is the same one, with the role and the seven days of now', async () => {
    const id = await invited(guest.email, 'agent')
    await makeItRunOut(id)
    expect(await invited(guest.email, 'owner')).toBe(id)
    expect([...(await open())]).toEqual([{ email: guest.email, role: 'owner', fresh: true }])
  })

  it('may be declined, and taken back', async () => {
    const declined = await invited(guest.email)
    expect((await guest.client.rpc('decline_invitation', { id: declined })).status).toBe(204)
    const revoked = await invited(guest.email)
    expect((await cast.owner.client.rpc('revoke_invitation', { id: revoked })).status).toBe(204)
    expect([[...(await open())], await roleOf(guest)]).toEqual([[], undefined])
  })

  it('leaves the role of who is a member already as it is', async () => {
    const id = await invited(guest.email, 'owner')
    await cast.db.sql`insert into public.organization_members values (${acme}, ${guest.id}, 'agent')`
    expect((await guest.client.rpc('accept_invitation', { id })).data).toBe(acme)
    expect([await roleOf(guest), [...(await open())]]).toEqual(['agent', []])
  })

  it('goes with its organisation, and stays when who wrote it leaves', async () => {
    const other = await cast.db.person(`other-${crypto.randomUUID()}@acme.test`)
    await cast.db.sql`insert into public.organization_members values (${acme}, ${other.id}, 'owner')`
    await invite(guest.email, 'agent', other).throwOnError()
    await cast.db.sql`delete from auth.users where id = ${other.id}`
    expect((await guest.client.rpc('my_invitations')).data).toMatchObject([{ invited_by_email: null }])
    await cast.owner.client.from('organizations').delete().eq('id', acme)
    expect((await guest.client.rpc('my_invitations')).data).toEqual([])
  })
})

describe('an account that somebody would make', () => {
  const admitted = async (event: object) =>
    (await cast.db.sql<{ answer: object }[]>`select private.admit_invited(${cast.db.sql.json({ ...event })}) as answer`)[0]?.answer

  it('is for who is invited, as Supabase asks its hook, and for nobody else', async () => {
    const email = `new-${crypto.randomUUID()}@acme.test`
    const refused = { error: { http_code: 403, message: 'An account is for who was invited.' } }
    expect(await admitted({ user: { email } })).toEqual(refused)
    const id = await invited(email)
    expect(await admitted({ user: { email: email.toUpperCase() } })).toEqual({})
    await makeItRunOut(id)
    for (const event of [{ user: { email } }, { user: { email: null } }, { user: {} }, {}]) expect(await admitted(event)).toEqual(refused)
  })
})

describe('inviting', () => {
  it('is for owners alone, and so is seeing whom they invited', async () => {
    const answers = await Promise.all(
      [cast.admin, cast.agent, cast.rival, cast.loner].map(async (who) => told(await invite(guest.email, 'agent', who))),
    )
    expect(answers).toEqual([
      [403, 'forbidden'],
      [403, 'forbidden'],
      [404, 'not_found'],
      [404, 'not_found'],
    ])
    expect(told(await cast.db.anon.rpc('invite_member', { organization_id: acme, email: guest.email, role: 'owner' }))[0]).toBe(401)
    const id = await invited(guest.email)
    const list = (who: Person) => who.client.from('organization_invitations').select('id').eq('organization_id', acme)
    expect((await list(cast.owner)).data).toEqual([{ id }])
    for (const who of [cast.admin, cast.agent, cast.rival, guest]) {
      expect((await list(who)).data).toEqual([])
      expect(told(await who.client.rpc('revoke_invitation', { id }))).toEqual([404, 'not_found'])
    }
    expect(await open()).toHaveLength(1)
  })

  it('a member is refused, and says nothing of who has an account elsewhere', async () => {
    expect(told(await invite(cast.agent.email.toUpperCase()))).toEqual([409, 'already_member'])
    const [known, unknown] = [await invite(cast.rival.email), await invite(`nobody-${crypto.randomUUID()}@acme.test`)]
    expect(told(known)).toEqual(told(unknown))
    expect(known.status).toBe(200)
  })

  it.each(['', 'ana', 'ana@', '@acme.test', 'ana@acme test', 'a@b@c', 'ana@acme.test\nbcc: x@y.z', `${'x'.repeat(250)}@y.zz`])(
    'the e-mail %j is refused',
    async (email) => {
      expect(told(await invite(email))).toEqual([400, 'invalid_input'])
      expect([...(await open())]).toEqual([])
    },
  )

  it('is bounded: fifty are open, not fifty-one, and one more as soon as another is gone or has run out', async () => {
    await cast.db.sql`insert into public.organization_invitations (organization_id, email, role)
      select ${acme}, 'guest' || i || '@acme.test', 'agent' from generate_series(1, 49) i`
    await invited('last@acme.test')
    expect(told(await invite(guest.email))).toEqual([409, 'limit_reached'])
    // To send one again is no further one.
    expect((await invite('last@acme.test')).status).toBe(200)
    await cast.db
      .sql`update public.organization_invitations set expires_at = now() where email = 'guest1@acme.test' and organization_id = ${acme}`
    expect((await invite(guest.email)).status).toBe(200)
  })

  it('forgets what ran out more than thirty days ago', async () => {
    const [old, recent] = [await invited('old@acme.test'), await invited('recent@acme.test')]
    await cast.db.sql`update public.organization_invitations set expires_at = now() - interval '31 days' where id = ${old}`
    await cast.db.sql`update public.organization_invitations set expires_at = now() - interval '29 days' where id = ${recent}`
    await invited(guest.email)
    expect((await open()).map(({ email }) => email)).toEqual([guest.email, 'recent@acme.test'].toSorted())
  })
})

describe('at the same moment', () => {
  const as = (who: Person, work: (tx: TransactionSql) => PromiseLike<unknown>) => async (tx: TransactionSql) => {
    await speakAs(tx, who.id)
    await work(tx)
  }
  const inviting = (tx: TransactionSql) => tx`select public.invite_member(${acme}, ${guest.email}, 'admin')`

  it('an invitation is taken up once, by two tabs of the same person', async () => {
    const id = await invited(guest.email)
    const accept = as(guest, (tx) => tx`select public.accept_invitation(${id})`)
    await expect(interleave(cast.db.sql, accept, accept)).rejects.toThrow('not_found')
    expect(await roleOf(guest)).toBe('agent')
  })

  it('nobody joins by an invitation that was taken back first', async () => {
    const id = await invited(guest.email)
    const revoke = as(cast.owner, (tx) => tx`select public.revoke_invitation(${id})`)
    const accept = as(guest, (tx) => tx`select public.accept_invitation(${id})`)
    await expect(interleave(cast.db.sql, revoke, accept)).rejects.toThrow('not_found')
    expect(await roleOf(guest)).toBeUndefined()
  })

  it('who joins is not invited as well', async () => {
    const id = await invited(guest.email)
    const accept = as(guest, (tx) => tx`select public.accept_invitation(${id})`)
    await expect(interleave(cast.db.sql, accept, as(cast.owner, inviting))).rejects.toThrow('already_member')
  })

  it('inviting once more and joining do not wait for each other in a circle', async () => {
    const id = await invited(guest.email)
    await cross(
      cast.db.sql,
      { begins: (tx) => tx`select from public.organizations where id = ${acme} for update`, goesOn: as(cast.owner, inviting) },
      as(guest, (tx) => tx`select public.accept_invitation(${id})`),
    )
    expect(await roleOf(guest)).toBe('admin')
  })
})

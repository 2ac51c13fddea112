import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startWithCast, type Cast } from './cast.ts'
import { cross, interleave, speakAs } from './interleave.ts'
import type { Person } from '../support/database.ts'

let cast: Cast
let acme: string
beforeAll(async () => void (cast = await startWithCast()))
afterAll(() => cast.db.stop())
beforeEach(async () => {
  acme = await cast.db.createOrganization('Acme', { owner: cast.owner, admin: cast.admin, agent: cast.agent })
})

const overview = (who: Person, organization_id = acme) => who.client.rpc('organization_members_overview', { organization_id })
const leave = (who: Person) => who.client.rpc('leave_organization', { organization_id: acme })
const told = ({ status, error }: { status: number; error: { message: string } | null }) => [status, error?.message]

describe('who is in an organisation', () => {
  it('every member sees, by e-mail, owners first, and which one they are', async () => {
    for (const who of [cast.owner, cast.admin, cast.agent]) {
      const { data } = await overview(who)
      expect(data?.map(({ email, role, is_you, user_id }) => [email, role, is_you, user_id])).toEqual(
        ([cast.owner, cast.admin, cast.agent] as const).map((one, nth) => [
          one.email,
          ['owner', 'admin', 'agent'][nth],
          one.id === who.id,
          one.id,
        ]),
      )
    }
  })

  it('nobody else learns: a foreign organisation looks as one that is not there', async () => {
    for (const who of [cast.rival, cast.loner]) {
      const [foreign, none] = [await overview(who), await overview(who, crypto.randomUUID())]
      expect([foreign.status, foreign.data]).toEqual([none.status, none.data])
      expect(foreign.data).toEqual([])
    }
    expect((await cast.db.anon.rpc('organization_members_overview', { organization_id: acme })).status).toBe(401)
    expect((await cast.db.service.rpc('organization_members_overview', { organization_id: acme })).status).toBe(403)
  })

  it('is told to nobody who was removed', async () => {
    await cast.owner.client.rpc('remove_member', { organization_id: acme, user_id: cast.admin.id })
    expect((await overview(cast.admin)).data).toEqual([])
    expect((await overview(cast.agent)).data?.map(({ email }) => email)).toEqual([cast.owner.email, cast.agent.email])
  })
})

describe('leaving an organisation', () => {
  it('is for everybody in it, and takes what it showed', async () => {
    for (const who of [cast.admin, cast.agent]) {
      expect(told(await leave(who))).toEqual([204, undefined])
      expect((await overview(who)).data).toEqual([])
      expect(told(await leave(who))).toEqual([404, 'not_found'])
    }
    expect((await overview(cast.owner)).data).toHaveLength(1)
  })

  it('is refused to the last owner, and not to another', async () => {
    expect(told(await leave(cast.owner))).toEqual([403, 'forbidden'])
    await cast.owner.client.rpc('set_member_role', { organization_id: acme, user_id: cast.admin.id, role: 'owner' })
    expect(told(await leave(cast.owner))).toEqual([204, undefined])
    expect(told(await leave(cast.admin))).toEqual([403, 'forbidden'])
  })

  it('tells nobody of an organisation that is not theirs', async () => {
    const none = await cast.rival.client.rpc('leave_organization', { organization_id: crypto.randomUUID() })
    expect([told(await leave(cast.rival)), told(none)]).toEqual([
      [404, 'not_found'],
      [404, 'not_found'],
    ])
  })

  it('and being given another role at that moment do not wait for each other in a circle', async () => {
    await cross(
      cast.db.sql,
      {
        begins: (tx) => tx`select from public.organizations where id = ${acme} for update`,
        goesOn: async (tx) => {
          await speakAs(tx, cast.owner.id)
          await tx`select public.set_member_role(${acme}, ${cast.admin.id}, 'agent')`
        },
      },
      async (tx) => {
        await speakAs(tx, cast.admin.id)
        await tx`select public.leave_organization(${acme})`
      },
    )
    expect((await overview(cast.owner)).data?.map(({ email }) => email)).toEqual([cast.owner.email, cast.agent.email])
  })

  it('leaves an owner when two go at the same moment', async () => {
    await cast.owner.client.rpc('set_member_role', { organization_id: acme, user_id: cast.admin.id, role: 'owner' })
    const go = (who: Person) => async (tx: Parameters<typeof speakAs>[0]) => {
      await speakAs(tx, who.id)
      await tx`select public.leave_organization(${acme})`
    }
    await expect(interleave(cast.db.sql, go(cast.owner), go(cast.admin))).rejects.toThrow('forbidden')
    expect((await overview(cast.admin)).data?.map(({ role, email }) => [role, email])).toContainEqual(['owner', cast.admin.email])
  })
})

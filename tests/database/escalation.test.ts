import postgres, { type TransactionSql } from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Person } from '../support/database.ts'
import { startWithCast, type Cast } from './cast.ts'

let cast: Cast
beforeAll(async () => {
  cast = await startWithCast()
  // The API lets nobody speak SQL. Here somebody does all the same, with the rights of a signed-in user.
  await cast.db.sql.unsafe(`create role visitor login password 'test' in role authenticated;
    grant temporary on database postgres to visitor;
    create schema loot; create table loot.taken (by text)`)
})
afterAll(() => cast.db.stop())

/** One transaction of a signed-in person who speaks SQL, on a connection of its own: what is temporary ends with it. */
async function speaks<T>(who: Person, then: (tx: TransactionSql) => Promise<T>) {
  const url = new URL(cast.db.databaseUrl)
  url.username = 'visitor'
  const visitor = postgres(url.href, { max: 1, onnotice: () => {} })
  try {
    return await visitor.begin(async (tx) => {
      await tx`select set_config('request.jwt.claim.sub', ${who.id}, true),
        set_config('request.jwt.claims', ${JSON.stringify({ sub: who.id, role: 'authenticated' })}, true)`
      return await then(tx)
    })
  } finally {
    await visitor.end()
  }
}

/** Runs with the rights of whoever calls it, and tells who that was, if they may write it down. */
const LOOT = `
  create function pg_temp.loot(anyelement) returns boolean language plpgsql as $$
  begin
    insert into loot.taken values (current_user);
    return true;
  exception when insufficient_privilege then
    return true;
  end $$`

describe('with the database open to SQL, somebody who is signed in', () => {
  it.each(['uuid', 'text', 'jsonb', 'timestamptz'])('gets no function to run their code by a temporary type named %s', async (type) => {
    await speaks(cast.loner, async (tx) => {
      await tx.unsafe(`${LOOT}; create domain pg_temp.${type} as pg_catalog.${type} check (pg_temp.loot(value))`)
      await tx`select public.create_organization(${`By ${type}`})`
      await tx`select public.purge_stale_sessions()`
      await tx`select public.worker_online()`
    })
    expect(await cast.db.sql`select by from loot.taken`).toEqual([])
  })

  it('would get one to run it if pg_temp came first: the attack is real', async () => {
    await cast.db.sql`alter function public.create_organization set search_path = ''`
    await speaks(cast.loner, async (tx) => {
      await tx.unsafe(`${LOOT}; create domain pg_temp.uuid as pg_catalog.uuid check (pg_temp.loot(value))`)
      await tx`select public.create_organization('By a type')`
    })
    await cast.db.sql`alter function public.create_organization set search_path = pg_catalog, pg_temp`
    expect(await cast.db.sql`select distinct by from loot.taken`).toEqual([{ by: 'postgres' }])
    await cast.db.sql`delete from loot.taken`
  })

  it('shows no policy or function memberships of their own making', async () => {
    const seen = await speaks(cast.loner, async (tx) => {
      await tx.unsafe(`
        create temp table organization_members as
          select '${cast.acme}'::uuid as organization_id, '${cast.loner.id}'::uuid as user_id, 'owner'::public.member_role as role;
        create temp table organizations as select '${cast.acme}'::uuid as id;
        create function pg_temp.my_org_ids() returns setof uuid language sql as 'select ''${cast.acme}''::uuid';
        create function pg_temp.uid() returns uuid language sql as 'select ''${cast.owner.id}''::uuid';
        set local search_path = pg_temp, public, private, auth`)
      return await tx`select (select count(*)::int from public.organizations) as organizations, (select count(*)::int from public.organization_members) as members`
    })
    // What `loner` founded above, and nothing of Acme.
    const mine = await cast.db.sql`select count(*)::int as count from public.organization_members where user_id = ${cast.loner.id}`
    expect(seen).toEqual([{ organizations: mine[0]?.['count'], members: mine[0]?.['count'] }])
    await expect(
      speaks(cast.loner, async (tx) => {
        await tx.unsafe(`create temp table organization_members (organization_id uuid, user_id uuid, role public.member_role)`)
        return await tx`select public.remove_member(${cast.acme}, ${cast.owner.id})`
      }),
    ).rejects.toThrow('not_found')
  })

  it.each([
    ['set role service_role', 'permission denied'],
    ['set role postgres', 'permission denied'],
    ['set session authorization postgres', 'permission denied'],
    ['set local session_replication_role = replica', 'permission denied'],
    ['alter table public.organizations disable row level security', 'must be owner'],
    [`create policy "mine" on public.organizations using (true)`, 'must be owner'],
    ['create function public.mine() returns int language sql as $$ select 1 $$', 'permission denied'],
    ['select private.my_org_ids()', 'permission denied'],
    ['select * from private.bounds', 'permission denied'],
    ['update private.bounds set at_most = 1000000', 'permission denied'],
    ['select * from auth.users', 'permission denied'],
  ])('cannot %s', async (statement, refusal) => {
    await expect(speaks(cast.loner, (tx) => tx.unsafe(statement))).rejects.toThrow(refusal)
  })
})

describe('what the database is told beside its calls', () => {
  it('changes the reason that an order bears, and whose it is not', async () => {
    const { id } = await cast.db.insertSession(cast.acme)
    const asAdmin = (reason: string) =>
      speaks(cast.admin, async (tx) => {
        await tx`select set_config('latchkey.clear_reason', ${reason}, true)`
        await tx`delete from public.whatsapp_sessions where id = ${id}`
      })
    await expect(asAdmin("'; drop table x; --")).rejects.toThrow('invalid input value for enum')
    await asAdmin('purge')
    const orders = await cast.db.sql`select reason, requested_by from public.whatsapp_clearances where session_id = ${id}`
    expect(orders).toEqual([{ reason: 'purge', requested_by: cast.admin.id }])
  })
})

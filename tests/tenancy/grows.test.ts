import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { databaseMatrix } from './support/database-matrix.ts'
import { quiet } from './support/say.ts'
import { startTenants, type Tenants } from './support/tenants.ts'

const TABLE_OF_ONES_OWN = /* sql */ `
  create table public.grown (id uuid primary key default gen_random_uuid(), organization_id uuid not null, body text);
  insert into public.grown (organization_id, body) select id, name from public.organizations;
  alter table public.grown enable row level security;
  create policy "own" on public.grown to authenticated
    using (organization_id in (select private.my_org_ids())) with check (organization_id in (select private.my_org_ids()))`

/** Mistakes that a migration could make, each under a name that the matrix does not know. */
const MISTAKES = {
  'a table without row level security': /* sql */ `
    create table public.grown (id uuid primary key default gen_random_uuid(), organization_id uuid not null, body text);
    insert into public.grown (organization_id, body) select id, name from public.organizations`,
  'a table with a policy that lets everybody in': /* sql */ `
    create table public.grown (id uuid primary key default gen_random_uuid(), organization_id uuid not null, body text);
    insert into public.grown (organization_id, body) select id, name from public.organizations;
    alter table public.grown enable row level security;
    create policy "all" on public.grown for select to authenticated using (true)`,
  'a view that asks with the rights of its owner': /* sql */ `create view public.grown as select * from public.whatsapp_sessions`,
  'a materialized view': /* sql */ `create materialized view public.grown as select id, organization_id, phone_number from public.whatsapp_sessions`,
  'a function with the rights of its owner': /* sql */ `
    create function public.grown(session_id uuid) returns text language sql security definer set search_path = '' as
    $$ select phone_number from public.whatsapp_sessions where id = grown.session_id $$`,
  'a function that only says whether something exists': /* sql */ `
    create function public.grown(session_id uuid) returns boolean language sql security definer set search_path = '' as
    $$ select exists (select from public.whatsapp_sessions where id = grown.session_id) $$`,
  'a function that only counts': /* sql */ `
    create function public.grown() returns bigint language sql stable security definer set search_path = '' as
    $$ select count(*) from public.whatsapp_sessions $$`,
  'a function that changes what it is told': /* sql */ `
    create function public.grown(session_id uuid) returns void language sql security definer set search_path = '' as
    $$ update public.whatsapp_sessions set desired = 'stopped' where id = grown.session_id $$`,
  'a name that is unique over all organisations': /* sql */ `
    create table public.grown (organization_id uuid not null, name text unique);
    insert into public.grown select id, name from public.organizations;
    alter table public.grown enable row level security;
    create policy "own" on public.grown to authenticated
      using (organization_id in (select private.my_org_ids())) with check (organization_id in (select private.my_org_ids()))`,
  // One that is taken is answered otherwise than one that is free.
  'ids that whoever writes may choose': TABLE_OF_ONES_OWN,
  'rows that may be moved to somebody else': /* sql */ `
    create table public.grown (id uuid primary key default gen_random_uuid(), organization_id uuid not null, body text);
    insert into public.grown (organization_id, body) select id, name from public.organizations;
    alter table public.grown enable row level security;
    create policy "own" on public.grown to authenticated
      using (organization_id in (select private.my_org_ids())) with check (true)`,
  'a table in which the two organisations have nothing to lose': /* sql */ `
    create table public.grown (organization_id uuid not null);
    alter table public.grown enable row level security`,
}

/** One who may do much elsewhere, and one who is nobody anywhere. */
const ACTORS = ['the other organisation’s admin', 'a user of no organisation']
/** Rights that whoever makes something for the API gives as well. */
const GRANT = /* sql */ `
  do $$ begin
    if to_regclass('public.grown') is null then grant execute on function public.grown to anon, authenticated;
    else grant all on public.grown to anon, authenticated; end if;
  end $$`

/** All that the matrix holds against what is called `grown`. */
async function findings(tenants: Tenants): Promise<string[]> {
  const matrix = await databaseMatrix(tenants, tenants.rival, { name: 'grown', by: ACTORS })
  const read = await matrix.read()
  const { leaks, changed, attacks } = await matrix.write()
  expect(read.attacks + attacks).toBeGreaterThan(0)
  return [...matrix.empty, ...read.leaks, ...leaks, ...changed]
}

describe('the matrix', () => {
  let tenants: Tenants | undefined
  beforeAll(quiet)
  afterEach(() => tenants?.stop())

  it.each(Object.entries(MISTAKES))('turns red of itself where a migration adds %s', async (_, mistake) => {
    tenants = await startTenants(async (sql) => void (await sql.unsafe(`${mistake};${GRANT}`)))
    expect(await findings(tenants)).not.toEqual([])
  })

  it('stays green where what is new keeps to the rules', async () => {
    tenants = await startTenants(async (sql) => {
      await sql.unsafe(/* sql */ `${TABLE_OF_ONES_OWN};
        grant select, delete, insert (organization_id, body), update (body) on public.grown to authenticated`)
    })
    expect(await findings(tenants)).toEqual([])
  })
})

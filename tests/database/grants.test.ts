import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startWithCast, type Cast } from './cast.ts'
import { grantsOf } from './grants.ts'

let cast: Cast
beforeAll(async () => {
  cast = await startWithCast()
  // The API's first requests are when it would grant everything to everybody.
  for (const client of [cast.owner.client, cast.db.anon, cast.db.service]) {
    await client.from('whatsapp_sessions').select('id')
    await client.rpc('worker_online')
  }
})
afterAll(() => cast.db.stop())

const people = (rights: string) => `authenticated may ${rights}`
const worker = (rights: string) => `service_role may ${rights}`
const both = (rights: string) => `${people(rights)}; ${worker(rights)}`

/** Whatever is not named here is nobody's but the owner's. `anon` and PUBLIC are named once. */
const RIGHTS = {
  'schema public': `PUBLIC may USAGE; anon may USAGE; ${both('USAGE')}`,

  'table public.organizations': `${people('DELETE, SELECT')}; ${worker('SELECT')}`,
  'table public.organization_members': both('SELECT'),
  'table public.organization_invitations': people('SELECT'),
  'table public.whatsapp_sessions': both('DELETE, SELECT'),
  'column public.whatsapp_sessions.display_name': people('UPDATE'),
  'view public.whatsapp_session_overview': both('SELECT'),
  'table public.whatsapp_clearances': both('SELECT'),
  'view public.whatsapp_clearance_overview': people('SELECT'),
  'table public.whatsapp_session_events': both('SELECT'),
  'table public.whatsapp_workers': worker('SELECT'),
  'table public.webhook_endpoints': people('SELECT'),
  'table public.webhook_deliveries': people('SELECT'),

  'definer function public.create_organization': people('EXECUTE'),
  'definer function public.set_member_role': people('EXECUTE'),
  'definer function public.remove_member': people('EXECUTE'),
  'definer function public.leave_organization': people('EXECUTE'),
  'definer function public.rename_organization': people('EXECUTE'),
  'definer function public.organization_members_overview': people('EXECUTE'),
  'definer function public.invite_member': people('EXECUTE'),
  'definer function public.revoke_invitation': people('EXECUTE'),
  'definer function public.my_invitations': people('EXECUTE'),
  'definer function public.accept_invitation': people('EXECUTE'),
  'definer function public.decline_invitation': people('EXECUTE'),
  'function public.search_terms': people('EXECUTE'),
  'function public.search_sessions': people('EXECUTE'),
  'function public.activity': people('EXECUTE'),
  'definer function public.create_session': people('EXECUTE'),
  'definer function public.start_session': people('EXECUTE'),
  'definer function public.stop_session': people('EXECUTE'),
  'definer function public.reset_session': people('EXECUTE'),
  'definer function public.cancel_link': people('EXECUTE'),
  'definer function public.purge_stale_sessions': both('EXECUTE'),
  'definer function public.worker_online': both('EXECUTE'),
  'definer function public.worker_silence_in': people('EXECUTE'),
  'definer function public.assigned_worker': people('EXECUTE'),
  'definer function public.workers_of_organization': people('EXECUTE'),
  'definer function public.create_webhook': people('EXECUTE'),
  'definer function public.update_webhook': people('EXECUTE'),
  'definer function public.delete_webhook': people('EXECUTE'),
  'definer function public.rotate_webhook_secret': people('EXECUTE'),
  'definer function public.redeliver_webhook': people('EXECUTE'),
  'definer function public.redeliver_dead': people('EXECUTE'),
  'definer function public.test_webhook': people('EXECUTE'),

  'definer function public.worker_shelve': worker('EXECUTE'),
  'definer function public.worker_unshelve': worker('EXECUTE'),
  'definer function public.worker_clear_shelf': worker('EXECUTE'),
  'definer function public.worker_release': worker('EXECUTE'),
  'definer function public.worker_to_move': worker('EXECUTE'),
  'definer function public.worker_adopt': worker('EXECUTE'),
  'definer function public.worker_adopted': worker('EXECUTE'),
  'definer function public.forget_worker': worker('EXECUTE'),
  'definer function public.worker_snapshot': worker('EXECUTE'),
  'definer function public.worker_look': worker('EXECUTE'),
  'definer function public.worker_heartbeat': worker('EXECUTE'),
  'definer function public.worker_touch': worker('EXECUTE'),
  'definer function public.worker_observe': worker('EXECUTE'),
  'definer function public.worker_linked': worker('EXECUTE'),
  'definer function public.worker_unlinked': worker('EXECUTE'),
  'definer function public.worker_complete_order': worker('EXECUTE'),
  'definer function public.worker_fail_order': worker('EXECUTE'),
  'definer function public.worker_note': worker('EXECUTE'),
  'definer function public.worker_message_events': worker('EXECUTE'),
  'definer function public.worker_deliver': worker('EXECUTE'),

  // What policies and the view ask. The schema they are in is closed by name, so nobody calls them directly.
  'definer function private.my_org_ids': both('EXECUTE'),
  'definer function private.my_admin_org_ids': both('EXECUTE'),
  'definer function private.my_owned_org_ids': both('EXECUTE'),
  'definer function private.online_worker_ids': both('EXECUTE'),
  'definer function private.clearing_session_ids': both('EXECUTE'),
  'definer function private.requester': people('EXECUTE'),
}

/** E-mails name people to each other and bind an invitation to the one whom it is for. They give no right by themselves. */
const READ_EMAILS = [
  'organization_members_overview',
  'my_email',
  'is_invited',
  'admit_invited',
  'invite_member',
  'my_invitations',
  'accept_invitation',
  'decline_invitation',
  'requester',
  'whatsapp_clearance_overview',
  'activity',
]

describe('rights in the database', () => {
  it('are these and no others, on every schema, table, column, sequence and function, after the API has served requests', async () => {
    expect(await grantsOf(cast.db.sql)).toEqual(RIGHTS)
  })

  it('come from no other role: the three that the API speaks as belong to none and can do nothing by themselves', async () => {
    const rows = await cast.db.sql`
      select rolname, rolsuper or rolcreaterole or rolcreatedb or rolcanlogin or rolreplication as mighty, rolbypassrls,
        exists (select from pg_auth_members where member = r.oid) as belongs
      from pg_roles r where rolname in ('anon', 'authenticated', 'service_role') order by 1`
    expect(rows).toEqual([
      { rolname: 'anon', mighty: false, rolbypassrls: false, belongs: false },
      { rolname: 'authenticated', mighty: false, rolbypassrls: false, belongs: false },
      { rolname: 'service_role', mighty: false, rolbypassrls: true, belongs: false },
    ])
  })

  it('on what a later migration makes are nobody’s until it says whose', async () => {
    await cast.db.sql.unsafe(`
      create function public.forgotten() returns int language sql as 'select 1';
      create function private.forgotten() returns int language sql security definer as 'select 1';
      create table public.forgotten_table (id bigint generated always as identity primary key);
      create view public.forgotten_view as select * from public.forgotten_table`)
    expect(await grantsOf(cast.db.sql)).toEqual(RIGHTS)
    await cast.db.sql.unsafe(`drop view public.forgotten_view; drop table public.forgotten_table;
      drop function public.forgotten(), private.forgotten()`)
  })

  it('are asked of each row of every public table', async () => {
    const rows = await cast.db.sql<{ name: string }[]>`
      select relname as name from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and not relrowsecurity`
    expect(rows.map((row) => row.name)).toEqual([])
  })

  it('are asked once for each query and not for each row', async () => {
    const rows = await cast.db.sql<{ name: string; rule: string }[]>`
      select policyname as name, coalesce(qual, '') || coalesce(with_check, '') as rule from pg_policies where schemaname = 'public'`
    expect(rows.length).toBeGreaterThan(5)
    const perRow = rows.filter(({ rule }) => !/in \(\s*select private\.my_(admin_|owned_)?org_ids\(\)/i.test(rule))
    expect(perRow).toEqual([])
  })

  it('are never read from what users write of themselves: nothing asks for their metadata, and for e-mails only what is named here', async () => {
    const rows = await cast.db.sql<{ name: string; source: string }[]>`
      select proname as name, prosrc as source from pg_proc where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
      union all select policyname, coalesce(qual, '') || coalesce(with_check, '') from pg_policies
      union all select viewname, definition from pg_views where schemaname = 'public'`
    expect(rows.length).toBeGreaterThan(40)
    expect(rows.filter(({ source }) => /meta_?data/i.test(source))).toEqual([])
    const readers = rows.filter(({ source }) => /email/i.test(source)).map(({ name }) => name)
    expect(readers.toSorted()).toEqual(READ_EMAILS.toSorted())
  })

  it('let people write texts of a bounded length only', async () => {
    const rows = await cast.db.sql<{ name: string; checks: string[] | null }[]>`
      select format('%I.%I', c.relname, a.attname) as name, (
        select array_agg(pg_get_constraintdef(k.oid)) from pg_constraint k where k.conrelid = c.oid and a.attnum = any (k.conkey) and k.contype = 'c'
      ) as checks
      from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace = 'public'::regnamespace and a.attnum > 0 and a.atttypid in ('text'::regtype, 'varchar'::regtype, 'jsonb'::regtype)
        and (has_column_privilege('authenticated', c.oid, a.attnum, 'insert') or has_column_privilege('authenticated', c.oid, a.attnum, 'update'))
      order by 1`
    expect(rows.map((row) => row.name)).toEqual(['whatsapp_sessions.display_name'])
    expect(rows.filter(({ checks }) => !checks?.some((check) => /char_length\(.*<= 80/.test(check)))).toEqual([])
  })
})

describe('functions', () => {
  it('look nowhere but in the catalogue for what they do not name in full, and last of all among what is temporary', async () => {
    const rows = await cast.db.sql<{ name: string }[]>`
      select proname as name from pg_proc
      where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
        and proconfig is distinct from array['search_path=pg_catalog, pg_temp']`
    expect(rows.map((row) => row.name)).toEqual([])
  })
})

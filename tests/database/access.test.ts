import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startWithCast, type Cast } from './cast.ts'

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

const ROLES = ['anon', 'authenticated', 'service_role']

describe('rights on tables', () => {
  it('are these and no others, after the API has served requests', async () => {
    const rows = await cast.db.sql<{ what: string; who: string; rights: string }[]>`
      select c.relname as what, r.rolname as who, string_agg(a.privilege_type, ', ' order by a.privilege_type) as rights
      from pg_class c cross join lateral aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v', 'm', 'S') and r.rolname = any (${ROLES})
      group by 1, 2 order by 1, 2`
    expect(rows.map((row) => `${row.what}: ${row.who} may ${row.rights}`)).toEqual([
      'organization_members: authenticated may SELECT',
      'organization_members: service_role may SELECT',
      'organizations: authenticated may DELETE, SELECT',
      'organizations: service_role may SELECT',
      'whatsapp_clearances: authenticated may SELECT',
      'whatsapp_clearances: service_role may SELECT',
      'whatsapp_session_events: authenticated may SELECT',
      'whatsapp_session_events: service_role may SELECT',
      'whatsapp_session_overview: authenticated may SELECT',
      'whatsapp_session_overview: service_role may SELECT',
      'whatsapp_sessions: authenticated may DELETE, SELECT',
      'whatsapp_sessions: service_role may DELETE, SELECT',
      'whatsapp_workers: service_role may SELECT',
    ])
  })

  it('reach single columns only where a name may be changed', async () => {
    const rows = await cast.db.sql<{ what: string }[]>`
      select format('%s.%s: %s may %s', c.relname, t.attname, r.rolname, a.privilege_type) as what
      from pg_attribute t join pg_class c on c.oid = t.attrelid cross join lateral aclexplode(t.attacl) a join pg_roles r on r.oid = a.grantee
      where c.relnamespace = 'public'::regnamespace order by 1`
    expect(rows.map((row) => row.what)).toEqual([
      'organizations.name: authenticated may UPDATE',
      'whatsapp_sessions.display_name: authenticated may UPDATE',
    ])
  })

  it('are guarded by row level security on every table, and none of those is in a private schema', async () => {
    const rows = await cast.db.sql<{ schema: string; on: boolean; tables: string[] }[]>`
      select relnamespace::regnamespace::text as schema, relrowsecurity as on, array_agg(relname::text) as tables from pg_class
      where relkind = 'r' and relnamespace in ('public'::regnamespace, 'private'::regnamespace) group by 1, 2 order by 1`
    expect(rows.map((row) => [row.schema, row.on])).toEqual([
      ['private', false],
      ['public', true],
    ])
  })
})

describe('rights on functions', () => {
  it('are these and no others', async () => {
    const rows = await cast.db.sql<{ name: string; who: string[] | null }[]>`
      select p.proname as name, array_agg(r.role order by r.role) filter (where has_function_privilege(r.role, p.oid, 'execute')) as who
      from pg_proc p cross join unnest(${ROLES}::text[]) as r (role)
      where p.pronamespace = 'public'::regnamespace group by p.oid, 1 order by 1`
    const people = ['authenticated']
    const worker = ['service_role']
    expect(Object.fromEntries(rows.map((row) => [row.name, row.who]))).toEqual({
      cancel_link: people,
      create_organization: people,
      create_session: people,
      purge_stale_sessions: [...people, ...worker],
      remove_member: people,
      reset_session: people,
      set_member_role: people,
      start_session: people,
      stop_session: people,
      worker_complete_order: worker,
      worker_fail_order: worker,
      worker_heartbeat: worker,
      worker_linked: worker,
      worker_look: worker,
      worker_note: worker,
      worker_observe: worker,
      worker_online: [...people, ...worker],
      worker_snapshot: worker,
      worker_touch: worker,
      worker_unlinked: worker,
    })
  })

  it('of the private schema are the ones that policies and views ask, and the schema is closed by name', async () => {
    const rows = await cast.db.sql<{ name: string; who: string[] | null }[]>`
      select p.proname as name, array_agg(r.role order by r.role) filter (where has_function_privilege(r.role, p.oid, 'execute')) as who
      from pg_proc p cross join unnest(${ROLES}::text[]) as r (role)
      where p.pronamespace = 'private'::regnamespace group by p.oid, 1 order by 1`
    const open = rows.filter((row) => row.who !== null)
    expect(open.map((row) => row.name)).toEqual([
      'clearing_session_ids',
      'my_admin_org_ids',
      'my_org_ids',
      'my_owned_org_ids',
      'online_worker_ids',
    ])
    expect(open.flatMap((row) => row.who)).not.toContain('anon')
    const [schema] = await cast.db.sql`
      select bool_or(has_schema_privilege(role, 'private', 'usage')) as usage from unnest(${ROLES}::text[]) as role`
    expect(schema).toEqual({ usage: false })
  })

  it('look nowhere but in the catalogue for what they do not name in full, and last of all among what is temporary', async () => {
    const rows = await cast.db.sql<{ name: string }[]>`
      select proname as name from pg_proc
      where pronamespace in ('public'::regnamespace, 'private'::regnamespace) and proconfig is distinct from array['search_path=pg_catalog, pg_temp']`
    expect(rows.map((row) => row.name)).toEqual([])
  })
})

describe('the API', () => {
  const get = (path: string, headers: Record<string, string> = {}) => fetch(cast.db.url + path, { headers })

  it('answers nothing but auth and rest', async () => {
    const paths = [
      '/',
      '/_system/config',
      '/_system/info',
      '/_system/introspect',
      '/storage/v1/bucket',
      '/studio',
      '/rest/v10/x',
      '/functions/v1/x',
    ]
    const answers = await Promise.all(paths.map((path) => get(path, { apikey: cast.db.serviceRoleKey })))
    expect(answers.map((answer) => answer.status)).toEqual(paths.map(() => 404))
  })

  it('takes no call without a key, also from this machine', async () => {
    const rest = await get('/rest/v1/whatsapp_sessions')
    const bearerOnly = await get('/rest/v1/whatsapp_sessions', { authorization: `Bearer ${cast.owner.token}` })
    expect([rest.status, bearerOnly.status]).toEqual([401, 401])
  })

  it('opens the public schema only', async () => {
    const answer = await get('/rest/v1/users?select=id', { apikey: cast.db.serviceRoleKey, 'accept-profile': 'auth' })
    const instance = await get('/rest/v1/instance', { apikey: cast.db.serviceRoleKey, 'accept-profile': 'private' })
    expect([answer.status, instance.status]).toEqual([406, 406])
  })

  it('refuses a forged token, a wrong password and a sign-up', async () => {
    const [header = '', , signature = ''] = cast.owner.token.split('.')
    const payload = btoa(JSON.stringify({ sub: cast.owner.id, role: 'service_role', exp: 4_000_000_000 }))
    const forged = await get('/rest/v1/whatsapp_sessions', {
      apikey: cast.db.anonKey,
      authorization: `Bearer ${header}.${payload}.${signature}`,
    })
    const wrong = await cast.db.anon.auth.signInWithPassword({ email: cast.owner.email, password: 'guess' })
    const signUp = await cast.db.anon.auth.signUp({ email: 'new@acme.test', password: 'long enough a password' })
    expect(forged.status).toBe(401)
    expect([wrong.data.session, signUp.data.session]).toEqual([null, null])
    expect([wrong.error?.status, signUp.error?.status]).toEqual([400, 422])
  })
})

import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Person } from '../support/database.ts'
import { startWithCast, type Cast } from './cast.ts'

let cast: Cast
let acme: string
beforeAll(async () => void (cast = await startWithCast()))
afterAll(() => cast.db.stop())
beforeEach(async () => {
  acme = await cast.db.createOrganization('Acme', { owner: cast.owner, admin: cast.admin, agent: cast.agent })
})

const TABLES = [
  'organizations',
  'organization_members',
  'whatsapp_sessions',
  'whatsapp_session_overview',
  'whatsapp_clearances',
  'whatsapp_session_events',
] as const

/** A call of the data API as somebody, with whatever body and headers. */
async function call(token: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(`${cast.db.url}/rest/v1/${path}`, {
    method,
    headers: { apikey: cast.db.anonKey, authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, text: await answer.text() }
}

async function roles(): Promise<Record<string, string>> {
  const rows = await cast.db.sql<{ user_id: string; role: string }[]>`
    select user_id, role from public.organization_members where organization_id = ${acme}`
  return Object.fromEntries(rows.map((row) => [row.user_id, row.role]))
}
const untouched = () => ({ [cast.owner.id]: 'owner', [cast.admin.id]: 'admin', [cast.agent.id]: 'agent' })

describe('nobody promotes themselves', () => {
  const own = (who: Person, role = 'owner') => ({ organization_id: acme, user_id: who.id, role })
  it.each([
    ['an update', (who) => call(who.token, 'PATCH', `organization_members?user_id=eq.${who.id}`, { role: 'owner' })],
    ['an insert', (who) => call(who.token, 'POST', 'organization_members', own(who))],
    [
      'an upsert that merges',
      (who) => call(who.token, 'POST', 'organization_members', own(who), { prefer: 'resolution=merge-duplicates' }),
    ],
    [
      'an upsert on columns of its choice',
      (who) =>
        call(who.token, 'POST', 'organization_members?on_conflict=user_id,organization_id', [own(who)], {
          prefer: 'resolution=merge-duplicates,return=representation',
        }),
    ],
    ['a PUT of the row', (who) => call(who.token, 'PUT', `organization_members?organization_id=eq.${acme}&user_id=eq.${who.id}`, own(who))],
    ['the function for it', (who) => call(who.token, 'POST', 'rpc/set_member_role', own(who))],
    ['removing the owner', (who) => call(who.token, 'POST', 'rpc/remove_member', { organization_id: acme, user_id: cast.owner.id })],
    [
      'demoting the owner',
      (who) => call(who.token, 'POST', 'rpc/set_member_role', { organization_id: acme, user_id: cast.owner.id, role: 'agent' }),
    ],
    ['deleting the owner', (who) => call(who.token, 'DELETE', `organization_members?user_id=eq.${cast.owner.id}`)],
  ] satisfies [string, (who: Person) => ReturnType<typeof call>][])('by %s', async (_, attack) => {
    for (const who of [cast.agent, cast.admin, cast.loner, cast.rival]) {
      const { status } = await attack(who)
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
      expect(await roles()).toEqual(untouched())
    }
  })

  it.each(['OWNER', 'Owner', ' owner', 'owner ', 'ówner', 'service_role', '', null])('with the role %j, which is none', async (role) => {
    const answer = await call(cast.owner.token, 'POST', 'rpc/set_member_role', { organization_id: acme, user_id: cast.agent.id, role })
    expect(answer.status).toBe(400)
    expect(await roles()).toEqual(untouched())
  })

  it('by writing into what everybody may write of themselves', async () => {
    const cheat = await cast.db.person(`cheat-${acme}@else.test`)
    const data = { role: 'service_role', organization_id: acme, app_metadata: { role: 'owner' }, is_admin: true }
    await cheat.client.auth.updateUser({ data })
    const { data: renewed } = await cheat.client.auth.refreshSession()
    const token = renewed.session?.access_token ?? ''
    expect(renewed.user?.user_metadata).toMatchObject({ role: 'service_role' })
    for (const table of TABLES) expect(await call(token, 'GET', table)).toEqual({ status: 200, text: '[]' })
    expect((await call(token, 'GET', 'whatsapp_workers')).status).toBe(403)
    expect((await call(token, 'POST', 'rpc/worker_snapshot', {})).status).toBe(403)
  })

  it('with a token of their own making', async () => {
    const claims = { sub: cast.owner.id, role: 'service_role', aud: 'authenticated', exp: 4_000_000_000 }
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const sign = (header: object, secret: string) => {
      const text = `${encode(header)}.${encode(claims)}`
      return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
    }
    const forged = [
      sign({ alg: 'HS256', typ: 'JWT' }, 'a secret that somebody guessed, of a fair length'),
      sign({ alg: 'HS256', typ: 'JWT' }, cast.db.anonKey),
      `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`,
      `${encode({ alg: 'None', typ: 'JWT' })}.${encode(claims)}.`,
      cast.owner.token.replace(/\.[^.]*\./, `.${encode(claims)}.`),
    ]
    for (const token of forged) {
      for (const path of ['organizations', 'whatsapp_workers']) expect((await call(token, 'GET', path)).status).toBe(401)
    }
  })

  it('by settings that a request can carry: no call sets what the database is told of the caller', async () => {
    const claims = JSON.stringify({ sub: cast.owner.id, role: 'service_role' })
    const setting = { setting_name: 'request.jwt.claims', new_value: claims, is_local: false }
    for (const profile of ['public', 'pg_catalog', 'auth', 'private']) {
      const answer = await call(cast.loner.token, 'POST', 'rpc/set_config', setting, { 'content-profile': profile })
      expect([404, 406]).toContain(answer.status)
    }
    const spoken = {
      'request.jwt.claims': claims,
      'x-request-jwt-claims': claims,
      role: 'service_role',
      'x-role': 'service_role',
      prefer: 'params=single-object, handling=lenient, tx=commit, timezone=UTC, role=service_role',
    }
    expect(await call(cast.loner.token, 'GET', 'organizations', undefined, spoken)).toEqual({ status: 200, text: '[]' })
    expect((await call(cast.loner.token, 'GET', 'whatsapp_workers', undefined, spoken)).status).toBe(403)
  })
})

describe('a member who was removed', () => {
  it('reads nothing more with the token of before, changes nothing, and does not come back', async () => {
    const session = await cast.db.insertSession(acme, { status: 'stopped' })
    const [leaver, token] = [cast.admin, cast.admin.token]
    const mine = (table: string) => call(token, 'GET', `${table}?${table === 'organizations' ? 'id' : 'organization_id'}=eq.${acme}`)
    await cast.owner.client.rpc('reset_session', { session_id: session.id })
    for (const table of TABLES) expect((await mine(table)).text).not.toBe('[]')
    await cast.owner.client.rpc('remove_member', { organization_id: acme, user_id: leaver.id })
    for (const table of TABLES) expect(await mine(table)).toEqual({ status: 200, text: '[]' })

    const own = { organization_id: acme, user_id: leaver.id, role: 'admin' }
    const attempts = [
      await call(token, 'POST', 'organization_members', own, { prefer: 'resolution=merge-duplicates' }),
      await call(token, 'POST', 'rpc/set_member_role', own),
      await call(token, 'POST', 'rpc/remove_member', { organization_id: acme, user_id: cast.owner.id }),
      await call(token, 'POST', 'rpc/create_session', { organization_id: acme }),
      await call(token, 'POST', 'rpc/start_session', { session_id: session.id }),
      await call(token, 'POST', 'rpc/reset_session', { session_id: session.id }),
    ]
    expect(attempts.map(({ status }) => status)).toEqual([403, 404, 404, 404, 404, 404])
    expect((await call(token, 'POST', 'rpc/cancel_link', { session_id: session.id })).text).toContain('"gone"')
    expect(await roles()).toEqual({ [cast.owner.id]: 'owner', [cast.agent.id]: 'agent' })
  })
})

describe('whether somebody has an account', () => {
  it.each(['set_member_role', 'remove_member'])('is not told by %s: for a stranger it answers as for nobody', async (name) => {
    const about = (user_id: string) => ({ organization_id: acme, user_id, ...(name === 'set_member_role' && { role: 'agent' }) })
    const ask = (user_id: string) => call(cast.owner.token, 'POST', `rpc/${name}`, about(user_id))
    const [stranger, nobody] = [await ask(cast.rival.id), await ask(crypto.randomUUID())]
    expect(stranger).toEqual(nobody)
    expect(stranger.status).toBe(404)
  })

  it('is not told by an organisation either: a foreign one answers as none', async () => {
    const ask = (organization_id: string) =>
      call(cast.rival.token, 'POST', 'rpc/remove_member', { organization_id, user_id: cast.owner.id })
    expect(await ask(acme)).toEqual(await ask(crypto.randomUUID()))
  })
})

describe('what is not theirs', () => {
  it('no person writes, whatever their role: not one column but the names of sessions', async () => {
    await cast.db.insertSession(acme)
    const columns = await cast.db.sql<{ table: string; column: string }[]>`
      select table_name as table, column_name as column from information_schema.columns
      where table_schema = 'public' and is_identity = 'NO' and is_updatable = 'YES' and (table_name, column_name) <> ('whatsapp_sessions', 'display_name')`
    expect(columns.length).toBeGreaterThan(60)
    for (const { table, column } of columns) {
      const answer = await call(cast.owner.token, 'PATCH', `${table}?${column}=not.is.null`, { [column]: null })
      expect([table, column, answer.status]).toEqual([table, column, 403])
    }
  })

  it('leaves no trace when they try: a refused deletion orders nothing and is noted nowhere', async () => {
    const [online, { id }] = [await cast.db.insertSession(acme, { status: 'connected' }), await cast.db.insertSession(acme)]
    const traces = () => cast.db.sql`
      select (select count(*)::int from public.whatsapp_clearances) as orders, (select count(*)::int from public.whatsapp_session_events) as events,
        (select count(*)::int from public.whatsapp_sessions) as sessions, (select count(*)::int from public.organizations) as organizations`
    const before = await traces()
    for (const who of [cast.agent, cast.rival, cast.loner]) {
      for (const one of [id, online.id]) await call(who.token, 'DELETE', `whatsapp_sessions?id=eq.${one}`)
    }
    for (const who of [cast.admin, cast.agent, cast.rival, cast.loner]) await call(who.token, 'DELETE', `organizations?id=eq.${acme}`)
    expect(await traces()).toEqual(before)
  })
})

import { randomUUID } from 'node:crypto'
import type { Sql } from 'postgres'
import { aReceipt } from '../../edge/support/values.ts'
import { type Person, type SessionRow, startTestDatabase, type TestDatabase } from '../../support/database.ts'
import { type Traces, tracesOf } from './traces.ts'

/** Each has a word that all its texts hold, and three digits that all its phone numbers hold. All words are as long as another. */
const NAMES = {
  acme: { word: 'saffron', digits: '111', entries: 910_000_001 },
  rival: { word: 'magenta', digits: '222', entries: 920_000_001 },
}
/** Both organisations have linked this phone. */
export const SHARED_PHONE = '51987333001'
export const ROLES = ['owner', 'admin', 'agent'] as const

export type Tenant = {
  name: string
  id: string
  people: Record<(typeof ROLES)[number], Person>
  /** Was a member once, and is still signed in. */
  removed: Person
  /** By what they are: a status, or how they went. */
  sessions: Record<string, string>
  /** Digits, of the sessions that have one, and one that only an order remembers. */
  phones: Record<string, string>
  orders: Record<string, string>
  /** An open one. */
  invitation: string
  traces: Traces
  /** Every row of every schema in which something of the tenant's stands, in a fixed order. */
  rows(): Promise<string[]>
}
export type Tenants = {
  database: TestDatabase
  acme: Tenant
  rival: Tenant
  loner: Person
  house: readonly string[]
  stop(): Promise<void>
}

/** Two organisations with rows in every table, on a database of their own. `furnish` adds what is theirs before anybody looks for traces. */
export async function startTenants(
  furnish: (sql: Sql, organizations: readonly string[]) => Promise<void> = async () => {},
): Promise<Tenants> {
  const database = await startTestDatabase()
  // An hour ahead: the worker is online as long as the test may take.
  await database.sql`insert into public.whatsapp_workers (id, url, version, capacity, session_count, heartbeat_at)
    values ('worker-of-the-house', 'http://worker.house.internal:1', '0', 9, 0, now() + interval '1 hour')`
  const loner = await database.person('loner@nowhere.test')
  const acme = await settle(database, 'acme')
  const rival = await settle(database, 'rival')
  await furnish(database.sql, [acme.id, rival.id])
  const [instance] = await database.sql<{ id: string }[]>`select id from private.instance`
  const known = async (tenant: Settled, other: Settled): Promise<Tenant> => {
    const rows = () =>
      rowsAbout(database.sql, [tenant.id, ...Object.values(tenant.sessions), ...Object.values(tenant.people).map(({ id }) => id)])
    const others = await rowsAbout(database.sql, [other.id, ...peopleOf(other).map(({ id }) => id), loner.id])
    return { ...tenant, rows, traces: tracesOf(await rows(), others.join('\n'), NAMES[tenant.name].word) }
  }
  return {
    database,
    acme: await known(acme, rival),
    rival: await known(rival, acme),
    loner,
    house: ['worker.house.internal', instance?.id ?? '', database.jwtSecret, database.serviceRoleKey],
    stop: () => database.stop(),
  }
}

type Settled = Omit<Tenant, 'name' | 'traces' | 'rows'> & { name: keyof typeof NAMES }
const peopleOf = ({ people, removed }: Settled): Person[] => [...Object.values(people), removed]

async function settle(database: TestDatabase, name: keyof typeof NAMES): Promise<Settled> {
  const { word, digits, entries } = NAMES[name]
  const { sql } = database
  await sql.unsafe(`alter sequence public.whatsapp_session_events_id_seq restart with ${entries}`)
  const person = (role: string) => database.person(`${role}@${word}.test`)
  const people = { owner: await person('owner'), admin: await person('admin'), agent: await person('agent') }
  const removed = await person('removed')
  const id = await database.createOrganization(`The ${word} company`, people)
  const [invitation] = await sql<{ id: string }[]>`insert into public.organization_invitations (organization_id, email, role, invited_by)
    values (${id}, ${`invited@${word}.test`}, 'admin', ${people.owner.id}) returning id`
  await sql`with endpoint as (
      insert into public.webhook_endpoints (organization_id, url, description, created_by)
      values (${id}, ${`https://hooks.${word}.test/latchkey`}, ${`the ${word} webhook`}, ${people.admin.id}) returning id
    ), secret as (
      insert into private.webhook_secrets (endpoint_id, secret) select id, ${`whsec_${randomUUID()}`} from endpoint
    )
    insert into public.webhook_deliveries (endpoint_id, organization_id, type, payload, last_error)
    select id, ${id}, 'ping', ${sql.json({ type: 'ping', of: word })}, ${`the ${word} receiver was away`} from endpoint`
  const sessions: Tenant['sessions'] = {}
  const phones: Tenant['phones'] = {}
  const add = async (
    label: string,
    columns: Partial<SessionRow>,
    phone = `51987${digits}${100 + Object.keys(phones).length}`,
  ): Promise<void> => {
    const linked = columns.status !== 'connecting'
    const named = {
      display_name: `${word} ${label}`,
      created_by: removed.id,
      ...(linked && { phone_number: `+${phone}`, worker_id: 'worker-of-the-house' }),
    }
    sessions[label] = (await database.insertSession(id, { ...named, ...columns })).id
    if (linked && phone !== SHARED_PHONE) phones[label] = phone
  }
  await add('connecting', { status: 'connecting' })
  await add('stale', { status: 'connecting', created_at: '2026-01-01T00:00:00Z', last_active_at: '2026-01-01T00:00:00Z' })
  for (const status of ['connected', 'reconnecting', 'stopped', 'disconnected'] as const) await add(status, { status })
  await add('shared', { status: 'connected' }, SHARED_PHONE)
  await add('ordered away', { status: 'stopped' })
  await add('cleared', { status: 'stopped' })
  const orders: Tenant['orders'] = {}
  for (const label of ['ordered away', 'cleared']) {
    const sessionId = sessions[label] ?? ''
    await sql`delete from public.whatsapp_sessions where id = ${sessionId}`
    const [order] = await sql<
      { id: string }[]
    >`update public.whatsapp_clearances set requested_by = ${people.admin.id}, worker_id = 'worker-of-the-house'
      where session_id = ${sessionId} returning id`
    orders[label] = order?.id ?? ''
  }
  const receipt = sql.json({ ...aReceipt(sessions['cleared'] ?? '', orders['cleared']), digest: randomUUID() })
  await sql`update public.whatsapp_clearances set receipt = ${receipt}, completed_at = now() where id = ${orders['cleared'] ?? ''}`
  await sql`update public.whatsapp_clearances set last_error = ${`the ${word} disk was full`} where id = ${orders['ordered away'] ?? ''}`
  await sql`update public.whatsapp_session_events set detail = detail || ${sql.json({ why: `the ${word} reason` })} where organization_id = ${id} and kind = 'created'`
  return { name, id, people, removed, sessions, phones, orders, invitation: invitation?.id ?? '' }
}

/** The rows of all tables but the catalogue's in which one of these values stands, each with its table. */
async function rowsAbout(sql: Sql, values: readonly string[]): Promise<string[]> {
  const tables = await sql<
    { name: string }[]
  >`select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'm') and n.nspname !~ '^(pg_|information_schema)' order by 1`
  const found = await Promise.all(
    tables.map(({ name }) =>
      sql.unsafe<{ row: string }[]>(
        `select '${name} ' || to_jsonb(t)::text as row from ${name} t where to_jsonb(t)::text ~ $1 order by 1`,
        [values.join('|')],
      ),
    ),
  )
  return found.flat().map(({ row }) => row)
}

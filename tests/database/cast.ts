import { startTestDatabase, type Person, type TestDatabase } from '../support/database.ts'

/** Who plays in the stories: one organisation with every role, another one, and somebody who belongs nowhere. */
export type Cast = {
  db: TestDatabase
  acme: string
  globex: string
  owner: Person
  admin: Person
  agent: Person
  /** Owns the other organisation. */
  rival: Person
  loner: Person
}

export async function startWithCast(): Promise<Cast> {
  const db = await startTestDatabase()
  const [owner, admin, agent, rival, loner] = [
    await db.person('owner@acme.test'),
    await db.person('admin@acme.test'),
    await db.person('agent@acme.test'),
    await db.person('owner@globex.test'),
    await db.person('loner@nowhere.test'),
  ]
  const acme = await db.createOrganization('Acme', { owner, admin, agent })
  const globex = await db.createOrganization('Globex', { owner: rival })
  return { db, acme, globex, owner, admin, agent, rival, loner }
}

/** A worker that is alive, by heartbeat. */
export async function workerIsAlive({ db }: Cast, id = 'worker-1'): Promise<void> {
  const { error } = await db.service.rpc('worker_heartbeat', {
    worker_id: id,
    url: 'http://127.0.0.1:1',
    version: '0',
    capacity: 9,
    session_count: 0,
  })
  if (error) throw error
}

/** Lets the heartbeat of a worker be `seconds` old. */
export async function workerWentSilent({ db }: Cast, seconds: number, id = 'worker-1'): Promise<void> {
  await db.sql`update public.whatsapp_workers set heartbeat_at = now() - make_interval(secs => ${seconds}) where id = ${id}`
}

export type Order = {
  id: string
  session_id: string
  organization_id: string
  label: string | null
  phone_number: string | null
  worker_id: string | null
  max_generation: number
  reason: string
  requested_by: string | null
  attempts: number
  last_error: string | null
  completed_at: Date | null
}

/** All orders about a session, oldest first. */
export async function ordersOf({ db }: Cast, sessionId: string): Promise<Order[]> {
  return await db.sql<Order[]>`
    select * from public.whatsapp_clearances where session_id = ${sessionId} order by requested_at, max_generation`
}

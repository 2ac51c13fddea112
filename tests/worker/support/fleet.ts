import { randomBytes } from 'node:crypto'
import { createCaller } from './caller.ts'
import type { World, WorkerProcess } from './world.ts'

/** Where a session's things are, and who holds it. */
export type Holding = { worker_id: string | null; token: number; kept: string | null }

export type FleetWorld = Awaited<ReturnType<typeof startFleet>>

/** Workers as they really run, each a process of its own, which share one database and one master key. */
export async function startFleet(world: World) {
  const masterKey = randomBytes(32).toString('base64')
  const { sql } = world.database

  return {
    masterKey,
    async spawn(id: string, extra: Record<string, string> = {}, data = world.newFolder()): Promise<WorkerProcess> {
      const caller = await createCaller(id)
      const worker = await world.spawnWorker(
        { WORKER_ID: id, WORKER_STORE: 'database', MASTER_KEYS: masterKey, COMMAND_PUBLIC_KEYS: caller.publicKeys, ...extra },
        data,
      )
      return { ...worker, call: caller.to(worker.url, world.organizationId) }
    },
    async holding(sessionId: string): Promise<Holding | null> {
      const [lease] = await sql<Holding[]>`select worker_id, token::int, kept from private.leases where session_id = ${sessionId}`
      return lease ?? null
    },
    /** The names of the rows that the database keeps of a session. */
    async shelved(sessionId: string): Promise<string[]> {
      const rows = await sql<{ name: string }[]>`select name from private.shelf where session_id = ${sessionId} order by generation, name`
      return rows.map(({ name }) => name)
    },
    /** As if a worker had not been heard for so long. */
    async silence(workerId: string, seconds = 31): Promise<void> {
      await sql`update public.whatsapp_workers set heartbeat_at = now() - make_interval(secs => ${seconds}) where id = ${workerId}`
    },
  }
}

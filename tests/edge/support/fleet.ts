import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pass } from '../../../scripts/stack/proxy.ts'
import { openWorkerPaths } from '../../../scripts/stack/worker-paths.ts'
import { freePort } from '../../support/database.ts'
import { type Edge, startEdge } from './edge.ts'
import { json, type RecordingWorker, startRecordingWorker } from './recording-worker.ts'
import { startWorld, type World } from './world.ts'

/** A world with two workers behind one address, by their ids; where `worker-3` would be nobody listens. */
export type Fleet = {
  /** Its own edge function knows one worker. */
  world: World
  /** The function that knows all of them. */
  edge: Edge
  first: RecordingWorker
  second: RecordingWorker
  /** A heartbeat of a worker that has room for 100 and holds `count`, sent `secondsAgo`. */
  beat(id: string, state?: { count?: number; secondsAgo?: number }): Promise<void>
  /** A session of the organisation, held by `id`. */
  heldBy(id: string): Promise<string>
  /** Gives a session to another worker, as a takeover does. */
  move(sessionId: string, id: string): Promise<void>
  holderOf(sessionId: string): Promise<string | null>
  /** How often each worker was called. */
  calls(): [first: number, second: number]
  /** What either function asked of the database, in order. */
  asked: string[]
  /** Nobody holds anything, no worker is known, and both fail whoever asks them. */
  clean(): Promise<void>
  stop(): Promise<void>
}

export async function startFleet(options: { workerTimeoutSeconds?: number } = {}): Promise<Fleet> {
  const asked: string[] = []
  let watch: { url: string; server: Server } | null = null
  const world = await startWorld({ ...options, through: async (url) => (watch = await watched(url, asked)).url })
  const { database } = world
  const { sql } = database
  const { commandKey } = world.worker
  const [first, second] = await Promise.all([
    startRecordingWorker({ id: 'worker-1', commandKey }),
    startRecordingWorker({ id: 'worker-2', commandKey }),
  ])
  const portOf = ({ url }: RecordingWorker) => Number(new URL(url).port)
  const paths = await openWorkerPaths({ 'worker-1': portOf(first), 'worker-2': portOf(second), 'worker-3': await freePort() })
  const supabaseUrl = (watch as { url: string } | null)?.url ?? database.url
  const edge = await startEdge({ supabaseUrl, anonKey: database.anonKey, workerUrl: paths.template, commandKey, ...options })

  const beat: Fleet['beat'] = async (id, { count = 0, secondsAgo = 0 } = {}) => {
    const here = { url: 'http://127.0.0.1:1', version: '0', capacity: 100, session_count: count, store: 'database' as const }
    await database.service.rpc('worker_heartbeat', { worker_id: id, ...here }).throwOnError()
    await sql`update public.whatsapp_workers set held = ${count}, heartbeat_at = now() - make_interval(secs => ${secondsAgo}) where id = ${id}`
  }
  const move: Fleet['move'] = async (sessionId, id) => {
    await sql`update private.leases set worker_id = ${id}, kept = 'database', token = nextval('private.changes') where session_id = ${sessionId}`
  }
  return {
    world,
    edge,
    first,
    second,
    beat,
    async heldBy(id) {
      const sessionId = await world.session()
      await move(sessionId, id)
      return sessionId
    },
    move,
    async holderOf(sessionId) {
      const [lease] = await sql<{ worker_id: string | null }[]>`select worker_id from private.leases where session_id = ${sessionId}`
      return lease?.worker_id ?? null
    },
    calls: () => [first.calls.length, second.calls.length],
    asked,
    async clean() {
      await sql`delete from public.whatsapp_sessions`
      await sql`delete from private.leases`
      await sql`delete from public.whatsapp_workers`
      for (const worker of [first, second]) {
        worker.calls.length = 0
        worker.answer((_, response) => json(response, 500, {}))
      }
      asked.length = 0
    },
    async stop() {
      await edge.stop()
      await paths.close()
      await Promise.all([first.stop(), second.stop()])
      await world.stop()
      watch?.server.close()
    },
  }
}

/** The database behind an address of its own, at which it is seen what is asked of it. */
async function watched(url: string, asked: string[]): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(`${request.method} ${path.split('?')[0]}`)
    pass(request, response, Number(new URL(url).port), path)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

import type { EdgeFunctionOptions } from '../../../scripts/stack/edge-function.ts'
import { type Person, startTestDatabase, type TestDatabase } from '../../support/database.ts'
import { type Edge, startEdge } from './edge.ts'
import { type RecordingWorker, startRecordingWorker } from './recording-worker.ts'

/** Two organisations on a real database, an edge function on the real Deno, and a worker that records. */
export type World = {
  database: TestDatabase
  worker: RecordingWorker
  edge: Edge
  /** Owner, admin and agent of one organisation; the stranger owns another. */
  owner: Person
  admin: Person
  agent: Person
  stranger: Person
  organizationId: string
  /** A fresh `connecting` session of the organisation; `connected` marks it as linked and online by SQL, as a worker would. */
  session(state?: 'connecting' | 'connected'): Promise<string>
  stop(): Promise<void>
}

type Options = Pick<EdgeFunctionOptions, 'linkStreamSeconds' | 'linkRightsSeconds' | 'workerTimeoutSeconds'> & {
  /** By which address the function reaches the database at `url`; that one, unless told. */
  through?: (url: string) => Promise<string>
}

export async function startWorld({ through = async (url) => url, ...options }: Options = {}): Promise<World> {
  const [database, worker] = await Promise.all([startTestDatabase(), startRecordingWorker()])
  // Each test begins with a session of its own: that many wait for a scan in no product.
  await database.sql`update private.bounds set at_most = 1000 where what = 'waiting_links'`
  const edge = await startEdge({
    supabaseUrl: await through(database.url),
    anonKey: database.anonKey,
    workerUrl: worker.url,
    commandKey: worker.commandKey,
    allowedOrigins: 'https://console.example, https://other.example',
    ...options,
  })
  const owner = await database.person('owner@acme.test')
  const admin = await database.person('admin@acme.test')
  const agent = await database.person('agent@acme.test')
  const stranger = await database.person('owner@rival.test')
  const organizationId = await database.createOrganization('Acme', { owner, admin, agent })
  await database.createOrganization('Rival', { owner: stranger })
  return {
    database,
    worker,
    edge,
    owner,
    admin,
    agent,
    stranger,
    organizationId,
    async session(state = 'connecting') {
      const { data, error } = await admin.client.rpc('create_session', { organization_id: organizationId, display_name: 'Ventas' })
      if (error) throw error
      const { id } = data as { id: string }
      if (state === 'connected') {
        const beat = { worker_id: 'w', url: 'http://127.0.0.1:1', version: '0', capacity: 1, session_count: 1 }
        await database.service.rpc('worker_heartbeat', beat).throwOnError()
        const linked = { session_id: id, generation: 1, worker_id: 'w', phone_number: '+51987654321' }
        await database.service.rpc('worker_linked', linked).throwOnError()
        const seen = { session_id: id, generation: 1, worker_id: 'w', status: 'connected' as const }
        await database.service.rpc('worker_observe', seen).throwOnError()
      }
      return id
    },
    async stop() {
      await edge.stop()
      await worker.stop()
      await database.stop()
    },
  }
}

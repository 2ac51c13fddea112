import type { ChildCommand } from './children.ts'
import { edgeFunctionCommand } from './edge-function.ts'
import type { Layout, Realm } from './layout.ts'
import type { Secrets } from './secrets.ts'
import { simulatorCommand } from './simulator.ts'
import type { RunningSupabaseApi } from './supabase-api.ts'
import { workerCommand } from './worker.ts'

export const PROCESSES = ['simulator', 'edge', 'worker'] as const
/** Beside the first worker, where more are wanted. */
export const MORE_WORKERS = ['worker-2', 'worker-3'] as const
type WorkerName = 'worker' | (typeof MORE_WORKERS)[number]
export type Process = (typeof PROCESSES)[number] | WorkerName
export type Ports = Record<Process | 'postgres' | 'api', number>

/** How to run one part, and the address that answers once it is ready. */
export type Runnable = { command: ChildCommand; readyUrl: string }

/** What each is to edge function and database. */
export const WORKER_IDS: Record<WorkerName, string> = { worker: 'worker-1', 'worker-2': 'worker-2', 'worker-3': 'worker-3' }

export function localUrl(port: number): string {
  return `http://127.0.0.1:${port}`
}

/** The simulator needs nothing of the others. */
export function simulatorRunnable(ports: Ports, layout: Layout): Runnable {
  return {
    command: simulatorCommand({ port: ports.simulator, dataDir: layout.simulator }),
    readyUrl: `${localUrl(ports.simulator)}/`,
  }
}

/** `workersUrl`: where all workers are found by their ids; `null` where there is one. */
export type Wiring = { realm: Realm; ports: Ports; layout: Layout; secrets: Secrets; api: RunningSupabaseApi; workersUrl: string | null }

/** Edge function and workers, which share the database and a pair of keys. */
export function wiredRunnables({
  realm,
  ports,
  layout,
  secrets,
  api,
  workersUrl,
}: Wiring): Record<'edge', Runnable> & Record<WorkerName, Runnable> {
  const edge = edgeFunctionCommand({
    port: ports.edge,
    supabaseUrl: api.url,
    anonKey: api.anonKey,
    ...(workersUrl === null ? { workerUrl: localUrl(ports.worker), workerId: WORKER_IDS.worker } : { workerUrl: workersUrl }),
    commandKey: JSON.stringify(secrets.commandKey.private),
  })
  const worker = (name: WorkerName): Runnable => ({
    command: workerCommand({
      port: ports[name],
      id: WORKER_IDS[name],
      store: workersUrl === null ? 'disk' : 'database',
      realm,
      dataDir: layout[name],
      masterKeys: layout.masterKeys,
      supabaseUrl: api.url,
      serviceRoleKey: api.serviceRoleKey,
      commandKey: secrets.commandKey.public,
      ...(realm === 'demo' && { simulatorPort: ports.simulator }),
    }),
    readyUrl: `${localUrl(ports[name])}/ready`,
  })
  return {
    edge: { command: edge, readyUrl: localUrl(ports.edge) },
    worker: worker('worker'),
    'worker-2': worker('worker-2'),
    'worker-3': worker('worker-3'),
  }
}

import type { ChildCommand } from './children.ts'
import { edgeFunctionCommand } from './edge-function.ts'
import type { Layout, Realm } from './layout.ts'
import type { Secrets } from './secrets.ts'
import { simulatorCommand } from './simulator.ts'
import type { RunningSupabaseApi } from './supabase-api.ts'
import { workerCommand } from './worker.ts'

export const PROCESSES = ['simulator', 'edge', 'worker'] as const
export type Process = (typeof PROCESSES)[number]
export type Ports = Record<Process | 'postgres' | 'api', number>

/** How to run one part, and the address that answers once it is ready. */
export type Runnable = { command: ChildCommand; readyUrl: string }

const WORKER_ID = 'worker-1'

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

export type Wiring = { realm: Realm; ports: Ports; layout: Layout; secrets: Secrets; api: RunningSupabaseApi }

/** Edge function and worker, which share the database and a pair of keys. */
export function wiredRunnables({ realm, ports, layout, secrets, api }: Wiring): Record<'edge' | 'worker', Runnable> {
  const edge = edgeFunctionCommand({
    port: ports.edge,
    supabaseUrl: api.url,
    anonKey: api.anonKey,
    workerUrl: localUrl(ports.worker),
    workerId: WORKER_ID,
    commandKey: JSON.stringify(secrets.commandKey.private),
  })
  const worker = workerCommand({
    port: ports.worker,
    id: WORKER_ID,
    realm,
    dataDir: layout.worker,
    masterKeys: layout.masterKeys,
    supabaseUrl: api.url,
    serviceRoleKey: api.serviceRoleKey,
    commandKey: secrets.commandKey.public,
    ...(realm === 'demo' && { simulatorPort: ports.simulator }),
  })
  return {
    edge: { command: edge, readyUrl: localUrl(ports.edge) },
    worker: { command: worker, readyUrl: `${localUrl(ports.worker)}/ready` },
  }
}

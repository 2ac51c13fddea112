import { join } from 'node:path'
import type { ChildCommand } from './children.ts'
import { COMPILE_CACHE, type Realm, ROOT } from './layout.ts'

export type WorkerOptions = {
  port: number
  id: string
  /** Where it keeps credentials: its folder, or the database, from where another worker may take them. */
  store?: 'disk' | 'database'
  realm: Realm
  dataDir: string
  /** The file with the master keys that seal it; without one nothing is sealed. */
  masterKeys?: string
  supabaseUrl: string
  serviceRoleKey: string
  /** The public JWK of the commands. */
  commandKey: object
  /** Of the simulator; WhatsApp's own without it. */
  simulatorPort?: number
}

/**
 * Logging a thousand sessions in makes much garbage at once, for which V8 makes room that it never gives back: 500 MB without this limit
 * (in MB), 100 with it, for 5 % more processor time.
 */
const WORKER_NODE_FLAGS = ['--max-semi-space-size=8']

/** How to run the worker. In the demo a preload makes it trust the simulator; the worker's own code knows nothing of that. */
export function workerCommand(options: WorkerOptions): ChildCommand {
  const { port, simulatorPort } = options
  const preload = simulatorPort === undefined ? [] : ['--import', join(ROOT, 'simulator/trust.ts')]
  return {
    command: process.execPath,
    args: [...WORKER_NODE_FLAGS, ...preload, join(ROOT, 'worker/main.ts')],
    env: {
      WORKER_ID: options.id,
      WORKER_HOST: '127.0.0.1',
      WORKER_PORT: String(port),
      WORKER_PUBLIC_URL: `http://127.0.0.1:${port}`,
      WORKER_DATA: options.dataDir,
      WORKER_REALM: options.realm,
      ...(options.store === 'database' && { WORKER_STORE: 'database' }),
      SUPABASE_URL: options.supabaseUrl,
      SUPABASE_SERVICE_ROLE_KEY: options.serviceRoleKey,
      COMMAND_PUBLIC_KEYS: JSON.stringify({ keys: [options.commandKey] }),
      LOG_LEVEL: 'info',
      NODE_ENV: 'production',
      NODE_COMPILE_CACHE: COMPILE_CACHE,
      ...(options.masterKeys !== undefined && { MASTER_KEYS_FILE: options.masterKeys }),
      // A receiver on this machine may be tried out.
      ...(options.realm === 'demo' && { WEBHOOK_ALLOW_PRIVATE: 'true' }),
      ...(simulatorPort !== undefined && { WA_WEB_SOCKET_URL: `ws://127.0.0.1:${simulatorPort}/ws/chat` }),
    },
  }
}

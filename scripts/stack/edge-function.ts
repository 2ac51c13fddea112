import { join } from 'node:path'
import type { ChildCommand } from './children.ts'
import { denoBinary } from './deno-binary.ts'
import { ROOT } from './layout.ts'

export type EdgeFunctionOptions = {
  port: number
  supabaseUrl: string
  anonKey: string
  /** Of the one worker, or of several, with `{worker}` where the id of each goes. */
  workerUrl: string
  /** Of the one worker. */
  workerId?: string
  /** A private JWK, as JSON. */
  commandKey: string
  /** For tests: seconds instead of the product's own figures. */
  linkStreamSeconds?: number
  linkRightsSeconds?: number
  workerTimeoutSeconds?: number
  allowedOrigins?: string
}

/**
 * How to run the edge function on the real Deno: with the right to read its own settings, to listen on its port and to call the
 * database and the worker. It may read no file and write none.
 */
export function edgeFunctionCommand(options: EdgeFunctionOptions): ChildCommand {
  const settings: Record<string, string> = {
    SUPABASE_URL: options.supabaseUrl,
    SUPABASE_PUBLISHABLE_KEYS: '',
    SUPABASE_ANON_KEY: options.anonKey,
    WORKER_URL: options.workerUrl,
    WORKER_ID: options.workerId ?? '',
    COMMAND_PRIVATE_KEY: options.commandKey,
    ALLOWED_ORIGINS: options.allowedOrigins ?? '',
    LINK_STREAM_SECONDS: String(options.linkStreamSeconds ?? ''),
    LINK_RIGHTS_SECONDS: String(options.linkRightsSeconds ?? ''),
    WORKER_TIMEOUT_SECONDS: String(options.workerTimeoutSeconds ?? ''),
  }
  const folder = join(ROOT, 'supabase/functions/whatsapp-session')
  const hosts = [`127.0.0.1:${options.port}`, new URL(options.supabaseUrl).host, hostOf(options.workerUrl)]
  return {
    command: denoBinary(),
    args: [
      'run',
      '--quiet',
      '--no-prompt',
      '--no-lock',
      '--no-remote',
      '--node-modules-dir=manual',
      `--config=${join(folder, 'deno.json')}`,
      `--allow-env=${Object.keys(settings).join(',')}`,
      `--allow-net=${hosts.join(',')}`,
      join(folder, 'index.ts'),
    ],
    env: { ...settings, DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${options.port}`, DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' },
  }
}

/** As Deno writes the hosts that may be called. */
function hostOf(workerUrl: string): string {
  return new URL(workerUrl.replace('{worker}', '*')).host
}

import { join } from 'node:path'
import type { ChildCommand } from './children.ts'
import { COMPILE_CACHE, ROOT } from './layout.ts'

/** How to run the simulated WhatsApp with its phones; the accounts in `dataDir` survive a restart. */
export function simulatorCommand(options: { port: number; dataDir: string }): ChildCommand {
  return {
    command: process.execPath,
    args: [join(ROOT, 'simulator/main.ts')],
    env: {
      SIMULATOR_PORT: String(options.port),
      SIMULATOR_DATA: options.dataDir,
      NODE_ENV: 'production',
      NODE_COMPILE_CACHE: COMPILE_CACHE,
    },
  }
}

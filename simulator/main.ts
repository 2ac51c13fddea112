import * as z from 'zod'
import { Environment } from './settings.ts'
import { startSimulator } from './simulator.ts'

const parsed = Environment.safeParse(process.env)
if (!parsed.success) {
  process.stderr.write(`The simulator's environment is wrong:\n${z.prettifyError(parsed.error)}\n`)
  process.exit(1)
}
const env = parsed.data

// libsignal tells of its sessions, private keys included, through the console; this process speaks in JSON lines only.
const nothing = (): void => {}
Object.assign(console, { debug: nothing, info: nothing, log: nothing, warn: nothing, error: nothing })

const simulator = await startSimulator({
  port: env.SIMULATOR_PORT,
  ...(env.SIMULATOR_DATA === undefined ? {} : { dataDir: env.SIMULATOR_DATA }),
  ...(env.SIMULATOR_SEED === undefined ? {} : { randomSeed: env.SIMULATOR_SEED }),
  maxDevices: env.SIMULATOR_MAX_DEVICES,
  refSeconds: { count: env.SIMULATOR_REF_COUNT, first: env.SIMULATOR_REF_FIRST_SECONDS, next: env.SIMULATOR_REF_NEXT_SECONDS },
  behaviour: {
    unlinkReply: env.SIMULATOR_UNLINK_REPLY,
    unlinkDelayMs: env.SIMULATOR_UNLINK_DELAY_MS,
    readDelayMs: env.SIMULATOR_READ_DELAY_MS,
  },
  log: (message, detail) => {
    if (env.SIMULATOR_LOG === 'info') process.stdout.write(`${JSON.stringify({ part: 'simulator', message, ...detail })}\n`)
  },
}).catch((error: NodeJS.ErrnoException) => {
  const reason = error.code === 'EADDRINUSE' ? `port ${env.SIMULATOR_PORT} is taken; set SIMULATOR_PORT to another one` : error.message
  process.stderr.write(`The simulator cannot start: ${reason}\n`)
  process.exit(1)
})
process.stdout.write(
  `${JSON.stringify({ part: 'simulator', message: 'ready', url: simulator.adminUrl, webSocketUrl: simulator.webSocketUrl })}\n`,
)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.stop().then(() => process.exit(0)))

import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { systemClock } from './clock.ts'
import { createDatabase } from './database.ts'
import { reasonOf, traceOf } from './harmless.ts'
import { createLog } from './log.ts'
import { createMetrics } from './metrics/metrics.ts'
import { createServiceManager, systemdNotify } from './notify.ts'
import { readMasterKeys } from './seal/master-keys.ts'
import { readSettings } from './settings.ts'
import { systemDisk } from './store/disk.ts'
import { diskBelow } from './store/folder-disk.ts'
import { ledgerFileAt, ledgerPath, openLedger } from './store/ledger.ts'
import { createPost } from './webhooks/post.ts'
import { createResolve } from './webhooks/resolve.ts'
import { createWhatsApp } from './whatsapp/socket.ts'
import { createWorker } from './worker.ts'

/** The whole worker must be down this long after a signal, milliseconds, even when something hangs. */
const SHUTDOWN_MS = 2500

process.umask(0o077)

function version(): string {
  const { version: text } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  return text
}

async function main(): Promise<void> {
  const settings = readSettings(process.env)
  const masterKeys = readMasterKeys(process.env)
  const log = createLog(settings.LOG_LEVEL, settings.WORKER_ID)
  // First, for it takes the console away from all that comes after.
  const whatsapp = createWhatsApp({ url: settings.WA_WEB_SOCKET_URL, log })
  const database = createDatabase({
    url: settings.SUPABASE_URL,
    serviceRoleKey: settings.SUPABASE_SERVICE_ROLE_KEY,
    worker: {
      id: settings.WORKER_ID,
      url: settings.WORKER_PUBLIC_URL,
      version: version(),
      capacity: settings.WORKER_CAPACITY,
      store: settings.WORKER_STORE,
    },
    boot: randomUUID(),
    timeoutMs: settings.DATABASE_TIMEOUT_MS,
  })

  // Whatever nobody awaited is a mistake whose consequences nobody knows: better a restart than a worker in an unknown state.
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
    process.on(event, (error: unknown) => {
      log.error(traceOf(error), event)
      process.exit(1)
    })
  }

  const disk = diskBelow(settings.WORKER_DATA, systemDisk)
  const about = { version: version(), worker: settings.WORKER_ID, realm: settings.WORKER_REALM }
  const metrics = settings.WORKER_METRICS === 'on' ? createMetrics({ clock: systemClock, about, ofProcess: true }) : null
  const ledger = openLedger(ledgerFileAt(ledgerPath(settings.WORKER_DATA, settings.WORKER_LEDGER)))
  const post = createPost({ resolve: createResolve(), allowPrivate: settings.WEBHOOK_ALLOW_PRIVATE === 'true' })
  const effects = { whatsapp, database, post, clock: systemClock, disk, log, masterKeys, ledger, version: version(), metrics }
  const worker = createWorker(settings, effects)
  const send = systemdNotify(process.env, log)
  const systemd = createServiceManager({ environment: process.env, clock: systemClock, send, passes: worker.passes })
  let stopping = false
  const stop = (signal: string): void => {
    if (stopping) return
    stopping = true
    log.info({ signal }, 'stopping')
    systemd.stopping()
    setTimeout(() => process.exit(1), SHUTDOWN_MS).unref()
    // Baileys leaves timers of up to three days behind, so the process is ended, not awaited.
    void worker.stop().then(() => process.exit(0))
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)

  const address = await worker.start()
  log.info({ address, data: settings.WORKER_DATA, realm: settings.WORKER_REALM }, 'the worker listens')
  systemd.ready()
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\n`)
  process.exit(1)
}

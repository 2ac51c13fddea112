import { setTimeout as sleep } from 'node:timers/promises'
import type { Child } from './children.ts'
import type { Guardian } from './guardian.ts'
import type { LogFile } from './log-file.ts'
import type { Mailbox } from './mailbox.ts'
import { type RunningPostgres, startPostgres } from './postgres.ts'
import { type RunningSupabaseApi, startSupabaseApi } from './supabase-api.ts'

export type DatabaseOptions = {
  dataDir: string
  port: number
  password: string
  apiPort: number
  jwtSecret: string
  mailbox: Mailbox
  siteUrl: string
  rank: number
  guardian: Guardian
  logFile: LogFile
  say: (line: string) => void
}

/** Postgres and the API over it. Postgres is started again when it ends unasked; the API finds it again by itself. */
export type Database = {
  /** Of the superuser. */
  url: string
  api: RunningSupabaseApi
  /** Postgres alone: stopped, it is the database that is down while its API still answers. */
  server: Child
  /** Ends both. */
  stop(): Promise<void>
}

const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 10_000

export async function startDatabase(options: DatabaseOptions): Promise<Database> {
  const { guardian, say } = options
  let server: RunningPostgres | null = null
  let wanted = true

  async function launch(): Promise<RunningPostgres> {
    const started = await startPostgres({
      dataDir: options.dataDir,
      port: options.port,
      password: options.password,
      log: (line) => options.logFile.write(line),
    })
    server = started
    guardian.add(started.pid, options.rank, 'SIGINT')
    void started.exited.then(() => {
      guardian.remove(started.pid)
      if (server === started) server = null
      if (wanted) void revive()
    })
    return started
  }

  async function revive(): Promise<void> {
    for (let ms = FIRST_PAUSE_MS; ; ms = Math.min(ms * 2, LONGEST_PAUSE_MS)) {
      say(`The database ended unexpectedly. It is started again in ${ms / 1000} s.`)
      await sleep(ms)
      if (!wanted) return
      try {
        await launch()
        say('The database is back.')
        return
      } catch (error) {
        say(error instanceof Error ? error.message : String(error))
      }
    }
  }

  async function halt(): Promise<void> {
    wanted = false
    await server?.stop()
  }

  const { url } = await launch()
  let api: RunningSupabaseApi
  try {
    const { jwtSecret, apiPort, mailbox, siteUrl } = options
    api = await startSupabaseApi({ databaseUrl: url, jwtSecret, port: apiPort, mailbox, siteUrl })
  } catch (error) {
    await halt()
    throw error
  }
  return {
    url,
    api,
    server: {
      get pid() {
        return server?.pid ?? null
      },
      async start() {
        wanted = true
        if (!server) await launch()
      },
      stop: halt,
      kill() {
        if (server) process.kill(server.pid, 'SIGKILL')
      },
    },
    async stop() {
      await api.stop()
      await halt()
    },
  }
}

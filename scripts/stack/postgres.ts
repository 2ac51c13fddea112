import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { inherited } from './inherited.ts'
import { type Account, giveTo, postgresAccount } from './postgres-account.ts'
import { postgresBinaries } from './postgres-binaries.ts'
import { clearStalePostmaster } from './postmaster-file.ts'

export type PostgresOptions = {
  /** Where the database lives; made on the first start. */
  dataDir: string
  port: number
  /** Of the superuser `postgres`; the caller makes and keeps it. Used for every connection, also on loopback. */
  password: string
  /** `false` only for tests: a crash of the machine may then lose data. */
  durable?: boolean
  log?: (line: string) => void
}

export type RunningPostgres = {
  /** `postgres://…` of the superuser, to the database `postgres`. */
  url: string
  pid: number
  /** Settles when the server has ended, whether it was asked to or not. */
  exited: Promise<void>
  /** Ends the server cleanly; safe to call twice. Close what is connected first. */
  stop(): Promise<void>
}

const READY = 'database system is ready to accept connections'
const STOP_SECONDS = 10

/**
 * Starts a real Postgres on 127.0.0.1 from the binaries that npm installed, and makes its data folder on the first
 * start. The server is in a process group of its own, so that Ctrl-C does not end it before the API that uses it.
 * A server that a crashed launcher left behind in the same folder is ended first.
 * @throws when the port is taken or the server does not come up; the message holds the end of its log.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const dataDir = resolve(options.dataDir)
  const binaries = await postgresBinaries()
  const account = await postgresAccount([binaries.postgres, dataDir])
  if (!existsSync(join(dataDir, 'PG_VERSION'))) await initialise(binaries.initdb, dataDir, options, account)
  await clearStalePostmaster(dataDir)
  await giveTo(account.owner, dataDir)

  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    lc_messages: 'C',
    max_connections: '60',
    shared_buffers: '32MB',
    jit: 'off',
    ...(options.durable === false && { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const { file, args } = account.command(binaries.postgres, ['-D', dataDir, '-p', String(options.port), ...flags])
  const child = spawn(file, args, {
    ...account.as,
    env: inherited(process.env),
    cwd: dirname(dataDir),
    detached: true,
    windowsHide: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = new Promise<void>((done) => child.once('exit', () => done()))
  await ready(child, options)
  return {
    url: `postgres://postgres:${encodeURIComponent(options.password)}@127.0.0.1:${options.port}/postgres`,
    pid: child.pid ?? 0,
    exited,
    stop: () => stop(child, exited),
  }
}

/** Makes the data folder beside its place and moves it there, so that an interrupted first start leaves nothing half made. */
async function initialise(initdb: string, dataDir: string, options: PostgresOptions, account: Account): Promise<void> {
  const fresh = `${dataDir}.new`
  const passwordFile = `${dataDir}.password-${randomBytes(4).toString('hex')}`
  await rm(fresh, { recursive: true, force: true })
  await mkdir(dirname(dataDir), { recursive: true })
  await mkdir(fresh, { mode: 0o700 })
  try {
    await writeFile(passwordFile, options.password, { mode: 0o600 })
    if (account.owner) {
      await chown(fresh, account.owner.uid, account.owner.gid)
      await chown(passwordFile, account.owner.uid, account.owner.gid)
    }
    const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
    const auth = ['--auth=scram-sha-256', '--username=postgres', `--pwfile=${passwordFile}`]
    const sync = options.durable === false ? ['--no-sync', '--wal-segsize=1'] : []
    await run(initdb, [`--pgdata=${fresh}`, ...auth, ...locale, ...sync], account)
    await rename(fresh, dataDir)
  } finally {
    await rm(passwordFile, { force: true })
  }
}

async function run(program: string, programArgs: string[], account: Account): Promise<void> {
  const { file, args } = account.command(program, programArgs)
  const child = spawn(file, args, { ...account.as, windowsHide: true, stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const code = await new Promise<number | null>((done, failed) => {
    child.once('error', failed)
    child.once('close', done)
  })
  if (code !== 0) throw new Error(`${program} ended with code ${code}:\n${errors}`)
}

async function ready(child: ChildProcess, options: PostgresOptions): Promise<void> {
  const lines: string[] = []
  await new Promise<void>((done, failed) => {
    child.once('error', failed)
    child.once('exit', () => failed(new Error(startError(lines, options.port))))
    let rest = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\n')
      rest = parts.pop() ?? ''
      for (const line of parts) {
        lines.push(line)
        if (lines.length > 20) lines.shift()
        options.log?.(line)
        if (line.includes(READY)) done()
      }
    })
  })
}

function startError(lines: string[], port: number): string {
  const log = lines.join('\n')
  if (/could not bind|could not create any TCP/.test(log)) return `Postgres cannot listen: port ${port} is taken`
  return `Postgres did not start:\n${log}`
}

async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  // SIGINT is Postgres' fast shutdown: it ends the connections and writes everything. SIGQUIT would need recovery at the next start.
  child.kill('SIGINT')
  const timer = setTimeout(() => child.kill('SIGQUIT'), STOP_SECONDS * 1000)
  await exited
  clearTimeout(timer)
}

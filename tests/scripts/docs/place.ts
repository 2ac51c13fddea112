import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, symlinkSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildPage } from '../../../scripts/stack/build.ts'
import { inherited } from '../../../scripts/stack/inherited.ts'
import { layoutOf, ROOT } from '../../../scripts/stack/layout.ts'
import { lockHolder } from '../../../scripts/stack/lock.ts'
import { keepSecrets } from '../../../scripts/stack/secrets.ts'
import { startSettings } from '../../../scripts/stack/start-settings.ts'
import { freePort } from '../../support/database.ts'

/** The port that the pages name. Here another one stands for it, so that this runs beside whatever has it. */
const PORT_ON_PAGES = '5180'
/** A clone has none of these. */
const NOT_CLONED = new Set(['node_modules', 'data', 'coverage', '.git', 'screenshots'])

/** A Latchkey that runs in a copy of the project, as a reader of the pages has it. */
export type Place = {
  folder: string
  url: string
  password: string
  /** Of Postgres, as its superuser. */
  databaseUrl: string
  env: Record<string, string>
  /** What `npm start` printed. */
  printed(): string
  /** A text of a page, with the port of this place in it. */
  here(text: string): string
  stop(): Promise<void>
}

export type Copy = {
  /** Runs `npm start` with these arguments on a free port, and waits until it is ready. */
  start(args: string[]): Promise<Place>
  remove(): Promise<void>
}

/** Copies the working tree, as a clone after `npm ci`. */
export async function copyProject(): Promise<Copy> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-docs-'))
  // Postgres runs as another user when this is root, and must be able to enter.
  await chmod(folder, 0o711)
  await buildPage()
  cpSync(ROOT, folder, { recursive: true, filter: (source) => source === ROOT || !NOT_CLONED.has(basename(source)) })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return { start: (args) => start(folder, args), remove: () => rm(folder, { recursive: true, force: true }) }
}

async function start(folder: string, args: string[]): Promise<Place> {
  const port = await freePort()
  const env = {
    ...inherited(process.env),
    PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
    PORT: String(port),
    NO_COLOR: '1',
    npm_config_loglevel: 'error',
    npm_config_update_notifier: 'false',
  }
  const layout = layoutOf(resolve(folder, startSettings(args, {}).dataDir), 'demo')
  const child = spawn('npm', ['start', '--', ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  let ended = false
  const closed = once(child, 'close').then(() => (ended = true))

  while (!printed.includes('Ctrl-C stops it')) {
    if (ended) throw new Error(`npm start ended before it was ready:\n${printed}`)
    await sleep(50)
  }
  const holder = await lockHolder(layout.lock)
  if (!holder) throw new Error(`nobody holds ${layout.lock}`)
  const { databasePassword } = await keepSecrets(layout.secrets)
  return {
    folder,
    url: `http://127.0.0.1:${port}`,
    password: (await readFile(layout.password, 'utf8')).trim(),
    databaseUrl: `postgres://postgres:${encodeURIComponent(databasePassword)}@127.0.0.1:${holder.databasePort}/postgres`,
    env,
    printed: () => printed,
    here: (text) => text.replaceAll(PORT_ON_PAGES, String(port)),
    async stop() {
      // The launcher itself, below npm, which ends with it.
      if (!ended) process.kill(holder.pid, 'SIGINT')
      await closed
    },
  }
}

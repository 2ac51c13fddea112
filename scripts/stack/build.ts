import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { DIST, ROOT } from './layout.ts'
import { tryLock } from './lock.ts'
import { StartError } from './start-error.ts'

const run = promisify(execFile)
/** What the page is built from. */
const SOURCES = [
  'src',
  'domain',
  'public',
  'index.html',
  'vite.config.ts',
  'scripts/adopt-styles.ts',
  'scripts/leave-out.ts',
  'package-lock.json',
]
const MARK = join(DIST, '.sources')

const LOCK = join(ROOT, 'node_modules/.cache/latchkey-build.json')

/** Builds the page unless it was built from just these sources. Stacks that start at once build it once. @returns whether it had to. */
export async function buildPage(signal?: AbortSignal): Promise<boolean> {
  const sources = await hashSources()
  if (await isBuiltFrom(sources)) return false
  for (;;) {
    const lock = await tryLock(LOCK, { url: 'the build of the page', databasePort: 0 })
    if ('release' in lock) {
      try {
        return (await isBuiltFrom(sources)) ? false : await build(sources, signal)
      } finally {
        await lock.release()
      }
    }
    await sleep(200, undefined, { ...(signal && { signal }) })
  }
}

async function isBuiltFrom(sources: string): Promise<boolean> {
  return existsSync(join(DIST, 'index.html')) && (await readFile(MARK, 'utf8').catch(() => '')) === sources
}

async function build(sources: string, signal?: AbortSignal): Promise<true> {
  // Whoever asks for it (a test, say) gets the page that everybody gets: it stays for the next start.
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js')
  try {
    await run(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
      cwd: ROOT,
      env: { ...process.env, NODE_ENV: 'production' },
      ...(signal && { signal }),
    })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new StartError(`The page could not be built.\n${stdout}${stderr}`)
  }
  await writeFile(MARK, sources)
  return true
}

async function hashSources(): Promise<string> {
  const lists = await Promise.all(SOURCES.map((source) => filesOf(join(ROOT, source))))
  const files = lists.flat().toSorted()
  const hash = createHash('sha256')
  const bodies = await Promise.all(files.map((file) => readFile(file)))
  for (const [at, file] of files.entries())
    hash
      .update(`${file}\0`)
      .update(bodies[at] ?? '')
      .update('\0')
  return hash.digest('hex')
}

async function filesOf(path: string): Promise<string[]> {
  const facts = await stat(path).catch(() => null)
  if (!facts) return []
  if (facts.isFile()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePorts } from '../../scripts/stack/ports.ts'
import { startPostgres } from '../../scripts/stack/postgres.ts'
import { startSupabaseApi } from '../../scripts/stack/supabase-api.ts'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../..')
const CACHE = join(ROOT, 'node_modules/.cache/latchkey')
const DAY_MS = 86_400_000

/** Of the superuser of every prepared cluster. */
export const CLUSTER_PASSWORD = 'test'

/**
 * Puts a Postgres data folder with all migrations applied at `dataDir`. Making one is most of the work of starting a test's
 * database, so it is made once for a state of the sources and copied from then on.
 */
export async function copyPreparedCluster(dataDir: string): Promise<void> {
  const prepared = join(CACHE, `cluster-${await stateOfSources()}`)
  if (!existsSync(prepared)) await prepare(prepared)
  await copy(prepared, dataDir)
}

async function prepare(prepared: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-cluster-'))
  const fresh = `${prepared}.${process.pid}`
  try {
    await chmod(folder, 0o711)
    const dataDir = join(folder, 'db')
    const { port } = await freePorts(['port'])
    const postgres = await startPostgres({ dataDir, port, password: CLUSTER_PASSWORD, durable: false })
    try {
      const api = await startSupabaseApi({ databaseUrl: postgres.url, jwtSecret: 'only to apply the migrations' })
      await api.stop()
    } finally {
      await postgres.stop()
    }
    await mkdir(CACHE, { recursive: true })
    await removeOld()
    await copy(dataDir, fresh)
    // Another test file may have been faster: then its folder is as good.
    await rename(fresh, prepared).catch((error: unknown) => {
      if (!existsSync(prepared)) throw error
    })
  } finally {
    await rm(fresh, { recursive: true, force: true })
    await rm(folder, { recursive: true, force: true })
  }
}

/** As root, the files belong to the user that Postgres runs as, which only `cp -a` keeps. */
async function copy(from: string, to: string): Promise<void> {
  if (process.platform === 'win32') await cp(from, to, { recursive: true })
  else await run('cp', ['-a', from, to])
}

async function stateOfSources(): Promise<string> {
  const folders = ['supabase/migrations', 'scripts/stack']
  const names = await Promise.all(folders.map(async (folder) => (await readdir(join(ROOT, folder))).map((name) => join(folder, name))))
  const hash = createHash('sha256')
  for (const name of [...names.flat().toSorted(), 'package-lock.json']) hash.update(name).update(await readFile(join(ROOT, name)))
  return hash.digest('hex').slice(0, 16)
}

async function removeOld(): Promise<void> {
  for (const name of await readdir(CACHE)) {
    if (!name.startsWith('cluster-')) continue
    const path = join(CACHE, name)
    const facts = await stat(path).catch(() => null)
    if (facts && Date.now() - facts.ctimeMs > DAY_MS) await rm(path, { recursive: true, force: true })
  }
}

import { execFile } from 'node:child_process'
import { mkdtemp, chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePorts } from './stack/ports.ts'
import { startPostgres } from './stack/postgres.ts'
import { startSupabaseApi } from './stack/supabase-api.ts'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '..')
const FILE = 'domain/database.types.ts'
const HEADER = '// Made from supabase/migrations by `node scripts/gen-types.ts`; do not edit.\n\n'

/**
 * Compares `domain/database.types.ts` to the migrations.
 * @returns what is wrong, in a sentence, or `null` when the two agree.
 */
export async function checkTypes(): Promise<string | null> {
  const [stored, wanted] = await Promise.all([readFile(join(ROOT, FILE), 'utf8').catch(() => ''), typesOfMigrations()])
  return stored === wanted ? null : `${FILE} does not match supabase/migrations: run "node scripts/gen-types.ts" and commit the result`
}

/** Lets the Supabase CLI describe a fresh database with all migrations applied, as TypeScript. */
async function typesOfMigrations(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-types-'))
  await chmod(folder, 0o711)
  const { port } = await freePorts(['port'])
  const postgres = await startPostgres({ dataDir: join(folder, 'db'), port, password: 'types', durable: false })
  try {
    const api = await startSupabaseApi({ databaseUrl: postgres.url, jwtSecret: 'the types need no secret, but the API does' })
    await api.stop()
    const env = { ...process.env, SUPABASE_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' }
    const cli = ['gen', 'types', '--lang', 'typescript', '--db-url', `${postgres.url}?sslmode=disable`, '--schema', 'public']
    const { stdout } = await run(join(ROOT, 'node_modules/.bin/supabase'), cli, { cwd: folder, env, maxBuffer: 16e6 })
    const file = join(folder, 'types.ts')
    await writeFile(file, HEADER + stdout)
    await run(join(ROOT, 'node_modules/.bin/oxfmt'), ['-c', join(ROOT, '.oxfmtrc.json'), file])
    return await readFile(file, 'utf8')
  } finally {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  if (process.argv.includes('--check')) {
    const problem = await checkTypes()
    if (problem) console.error(problem)
    process.exitCode = problem ? 1 : 0
  } else {
    await writeFile(join(ROOT, FILE), await typesOfMigrations())
  }
}

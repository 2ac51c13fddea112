import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as z from 'zod/mini'

const run = promisify(execFile)
const CLI = join(import.meta.dirname, '../../../node_modules/.bin/supabase')

const Answer = z.object({
  results: z.array(z.object({ name: z.string(), level: z.enum(['ERROR', 'WARN', 'INFO']), detail: z.string(), cacheKey: z.string() })),
})
export type Finding = z.infer<typeof Answer>['results'][number]

/**
 * Lets Splinter, the linter behind the advisors of a Supabase project, look at a database. The queries are Supabase's own, as the pinned CLI
 * carries them; nothing leaves the machine. `schemas` are those that the API would serve.
 */
export async function splinter(databaseUrl: string, schemas = ['public']): Promise<Finding[]> {
  // The CLI keeps notes in its home, and reads its settings from the folder that it stands in: it gets one of its own for both.
  const home = await mkdtemp(join(tmpdir(), 'latchkey-lints-'))
  const env = { ...process.env, HOME: home, USERPROFILE: home, SUPABASE_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' }
  const args = ['db', 'advisors', `--remote=${databaseUrl}?sslmode=disable`, '--type', 'all', '--level', 'info', '--fail-on', 'none']
  try {
    await mkdir(join(home, 'supabase'))
    await writeFile(join(home, 'supabase/config.toml'), `project_id = "lints"\n[api]\nschemas = ${JSON.stringify(schemas)}\n`)
    const { stdout } = await run(CLI, [...args, '--output-format', 'json'], { cwd: home, env, maxBuffer: 16e6 })
    return Answer.parse(JSON.parse(stdout)).results
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ROOT } from '../../scripts/stack/layout.ts'

const run = promisify(execFile)
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-boundaries-'))
  await cp(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

/** What the project's lint says of a file at `path` that imports `module`. */
async function lint(path: string, module: string): Promise<string> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), `import { thing } from '${module}'\n\nexport const other = thing\n`)
  const oxlint = join(ROOT, 'node_modules/oxlint/bin/oxlint')
  const answer = await run(process.execPath, [oxlint, path], { cwd: folder }).catch((error: { stdout: string }) => error)
  await rm(join(folder, path))
  return answer.stdout
}

it.each([
  ['domain/a.ts', 'node:fs'],
  ['domain/a.ts', '../worker/clock.ts'],
  ['src/a.ts', '../worker/clock.ts'],
  ['src/features/a/b.ts', '../../../simulator/accounts.ts'],
  ['worker/session/a.ts', '../../src/words/en.ts'],
  ['worker/session/a.ts', '../../simulator/accounts.ts'],
  ['worker/session/a.ts', 'baileys'],
  ['worker/http/a.ts', '@supabase/supabase-js'],
  ['worker/whatsapp/a.ts', '@supabase/supabase-js'],
  ['worker/database.ts', 'baileys'],
  ['simulator/a.ts', '../worker/clock.ts'],
  ['supabase/functions/whatsapp-session/a.ts', '../../../worker/clock.ts'],
])('refuses an import across a boundary: %s from %s', async (path, module) => {
  expect(await lint(path, module)).toContain('no-restricted-imports')
})

it.each([
  ['domain/a.ts', './session.ts'],
  ['src/a.ts', '#domain/session.ts'],
  ['worker/database.ts', '@supabase/supabase-js'],
  ['worker/whatsapp/a.ts', 'baileys'],
])('allows what is meant: %s from %s', async (path, module) => {
  expect(await lint(path, module)).not.toContain('no-restricted-imports')
})

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ROOT } from '../../scripts/stack/layout.ts'
import { type Stack, startStack } from '../../scripts/stack/stack.ts'
import { filled } from './deploy/filled.ts'

/** Bounds what hangs. */
const STACK_MS = 300_000
let folder: string
let stack: Stack
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-online-'))
  stack = await startStack({ port: 0, dataDir: join(folder, 'data'), parts: ['edge', 'worker', 'simulator'] })
}, STACK_MS)
afterAll(async () => {
  await stack?.stop()
  await rm(folder, { recursive: true, force: true })
}, STACK_MS)

/** Asks the running stack, with settings that differ from its own in these. */
async function askOnline(changes: Record<string, string> = {}, { args = ['--loopback'], database = true } = {}) {
  const config = { supabaseUrl: stack.url, supabaseKey: stack.keys.anon, realtime: false }
  const path = join(folder, 'settings')
  const own = {
    WORKER_PUBLIC_URL: stack.parts.worker.url,
    SUPABASE_URL: stack.url,
    SUPABASE_SERVICE_ROLE_KEY: stack.keys.serviceRole,
    DASHBOARD_ORIGIN: stack.url,
    DASHBOARD_CONFIG: JSON.stringify(config),
  }
  await writeFile(path, filled({ ...own, ...changes }), { mode: 0o600 })
  const all = [join(ROOT, 'scripts/deploy-check.ts'), '--only', 'online', '--online', '--env', path, ...args]
  const env = { PATH: process.env['PATH'], ...(database && { DATABASE_URL: stack.databaseUrl }) }
  return await new Promise<{ code: number; lines: string[] }>((resolve) => {
    execFile(process.execPath, all, { env }, (error, stdout) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, lines: stdout.trim().split('\n') }),
    )
  })
}

it(
  'a running Latchkey says yes to everything: both keys, the migrations, the edge function, and the worker',
  { timeout: STACK_MS },
  async () => {
    const { code, lines } = await askOnline()
    expect(lines).toEqual([
      expect.stringMatching(/^ok +online: project /),
      expect.stringMatching(/^ok +online: database +\d+ migrations applied; there is no Realtime/),
      expect.stringMatching(/^ok +online: edge function /),
      expect.stringMatching(/^ok +online: worker +alive and ready$/),
      'deploy:check: 4 passed, 0 failed, 0 not tried',
    ])
    expect(code).toBe(0)
  },
)

it(
  'without the flag for loopback nothing but https is spoken, and without a connection the database counts as not tried',
  { timeout: STACK_MS },
  async () => {
    const { code, lines } = await askOnline({}, { args: [], database: false })
    const said = lines.join('\n')
    expect(said).toMatch(/FAILED +online: project +SUPABASE_URL: .* is not https/)
    expect(said).toMatch(/untried +online: database +DATABASE_URL is not set/)
    expect(said).toMatch(/FAILED +online: worker +WORKER_PUBLIC_URL: .* is not https/)
    expect(code).toBe(1)
  },
)

it('keys that were exchanged, and a worker that is not there, are told by name and without a key', { timeout: STACK_MS }, async () => {
  const config = JSON.stringify({ supabaseUrl: stack.url, supabaseKey: stack.keys.serviceRole, realtime: false })
  const { code, lines } = await askOnline({
    SUPABASE_SERVICE_ROLE_KEY: stack.keys.anon,
    DASHBOARD_CONFIG: config,
    WORKER_PUBLIC_URL: 'http://127.0.0.1:9',
  })
  const said = lines.join('\n')
  expect(said).toContain('worker: SUPABASE_SERVICE_ROLE_KEY: refused with ')
  expect(said).toContain('DASHBOARD_CONFIG: supabaseKey: it may ask what only the worker may (200)')
  expect(said).toMatch(/FAILED +online: worker +WORKER_PUBLIC_URL: .* does not answer/)
  expect(said).not.toContain(stack.keys.serviceRole)
  expect(code).toBe(1)
})

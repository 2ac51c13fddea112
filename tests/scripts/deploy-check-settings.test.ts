import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configurationCheck, exampleCheck } from '../../scripts/deploy-check/configuration.ts'
import { closingLine, linesOf } from '../../scripts/deploy-check/outcome.ts'
import { printPart, readSettingsFile } from '../../scripts/deploy-check/settings-file.ts'
import { ROOT } from '../../scripts/stack/layout.ts'
import { newCommandKey } from '../../scripts/stack/command-key.ts'
import { filled, olderKey, SECRETS } from './deploy/filled.ts'

/** Bounds what hangs. */
const RUN_MS = 120_000
let folder: string
let count = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-settings-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function fileOf(text: string): Promise<string> {
  const path = join(folder, `settings-${++count}`)
  await writeFile(path, text, { mode: 0o600 })
  return path
}

/** What is found in a deployment's settings with these changes. */
async function findings(changes: Record<string, string | null> = {}): Promise<readonly string[]> {
  const outcome = await configurationCheck(await fileOf(filled(changes))).run()
  return outcome.kind === 'failed' ? outcome.findings : []
}

function deployCheck(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(ROOT, 'scripts/deploy-check.ts'), ...args], { cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    )
  })
}

const other = await newCommandKey()

describe('the settings of a deployment', { timeout: RUN_MS }, () => {
  it('pass where worker, edge function and dashboard agree, and say which file could not be looked into', async () => {
    const outcome = await configurationCheck(await fileOf(filled())).run()
    expect(outcome).toEqual({ kind: 'passed', says: expect.stringContaining('MASTER_KEYS_FILE is not on this machine') as string })
  })

  it.each<[string, Record<string, string | null>, string]>([
    [
      'a public key as the service key',
      { SUPABASE_SERVICE_ROLE_KEY: 'sb_publishable_x' },
      'worker: SUPABASE_SERVICE_ROLE_KEY: it is the public',
    ],
    [
      'the anon token as the service key',
      { SUPABASE_SERVICE_ROLE_KEY: olderKey('anon') },
      'worker: SUPABASE_SERVICE_ROLE_KEY: it is the public',
    ],
    ['no key at all', { SUPABASE_SERVICE_ROLE_KEY: 'secret' }, 'worker: SUPABASE_SERVICE_ROLE_KEY: no key of Supabase'],
    ["another project's key", { SUPABASE_SERVICE_ROLE_KEY: olderKey('service_role', 'zyxwvutsrqponmlkjihg') }, "it is another project's"],
    ['a command key of another pair', { COMMAND_PRIVATE_KEY: JSON.stringify(other.private) }, 'function: COMMAND_PRIVATE_KEY: the worker'],
    [
      'the private key among the public ones',
      { COMMAND_PUBLIC_KEYS: JSON.stringify({ keys: [other.private] }) },
      'a private key does not belong',
    ],
    ['the demo', { WORKER_REALM: 'demo' }, 'worker: WORKER_REALM: set it to live'],
    ["the simulator's address", { 'WA_WEB_SOCKET_URL@worker': 'ws://127.0.0.1:1' }, 'worker: WA_WEB_SOCKET_URL: leave it out'],
    ['a worker without TLS', { WORKER_PUBLIC_URL: 'http://worker.latchkey.test' }, 'worker: WORKER_PUBLIC_URL: https'],
    ['a worker on loopback', { WORKER_PUBLIC_URL: 'https://127.0.0.1' }, 'worker: WORKER_PUBLIC_URL: https'],
    ['a worker that everybody reaches past the proxy', { WORKER_HOST: '0.0.0.0' }, 'worker: WORKER_HOST: listen on 127.0.0.1'],
    [
      'a function that calls another worker',
      { WORKER_URL: 'https://other.latchkey.test' },
      "function: WORKER_URL: the same as the worker's",
    ],
    ['commands for another worker', { 'WORKER_ID@edge': 'worker-2' }, "function: WORKER_ID: the same as the worker's"],
    [
      'a dashboard of which the function does not know',
      { ALLOWED_ORIGINS: 'https://old.latchkey.test' },
      "function: ALLOWED_ORIGINS: the dashboard's",
    ],
    ['a wildcard for origins', { ALLOWED_ORIGINS: '*' }, 'ALLOWED_ORIGINS: not a list of origins'],
    ['a stream that outlives the function', { 'LINK_STREAM_SECONDS@edge': '150' }, 'function: LINK_STREAM_SECONDS: at most 130'],
    ['a heart that beats too slowly', { 'HEARTBEAT_SECONDS@worker': '40' }, 'worker: HEARTBEAT_SECONDS: at most 15'],
    [
      'a master key of 16 bytes',
      { 'MASTER_KEYS@worker': 'AAAAAAAAAAAAAAAAAAAAAA==', MASTER_KEYS_FILE: null },
      'MASTER_KEYS: key 1 is not 32 bytes',
    ],
    ['no master key', { MASTER_KEYS_FILE: null }, 'worker: MASTER_KEYS_FILE: not set'],
    [
      'the master key beside what it seals',
      { MASTER_KEYS_FILE: '/var/lib/latchkey/keys' },
      'worker: MASTER_KEYS_FILE: an absolute path outside',
    ],
    [
      'a service key for the function',
      { 'SUPABASE_SERVICE_ROLE_KEY@edge': SECRETS.service },
      'function: SUPABASE_SERVICE_ROLE_KEY: take it out',
    ],
    ['a misspelt name', { 'WORKER_CAPACTY@worker': '10' }, 'worker: WORKER_CAPACTY: nothing reads it'],
    ['what nobody filled out', { WORKER_PUBLIC_URL: 'https://worker.example.com' }, 'worker: WORKER_PUBLIC_URL: still as in .env.example'],
    ['a missing name', { SUPABASE_URL: null }, 'SUPABASE_URL: Invalid input'],
  ])('fail by name for %s', async (_what, changes, says) => {
    expect((await findings(changes)).join('\n')).toContain(says)
  })

  it('say of a place for several workers whether this one is found there', async () => {
    const everywhere = { WORKER_URL: 'https://{worker}.latchkey.test', 'WORKER_ID@edge': null }
    const wrong = "function: WORKER_URL: the same as the worker's"
    expect((await findings(everywhere)).join('\n')).toContain(wrong)
    expect((await findings({ ...everywhere, WORKER_PUBLIC_URL: 'https://worker-1.latchkey.test' })).join('\n')).not.toContain(wrong)
  })

  it('fail by name for a secret key in the browser, an older one just so', async () => {
    for (const key of [SECRETS.service, olderKey('service_role')]) {
      const config = JSON.stringify({ supabaseUrl: 'https://abcdefghijklmnopqrst.supabase.co', supabaseKey: key, realtime: true })
      expect(await findings({ DASHBOARD_CONFIG: config })).toEqual([expect.stringContaining('every browser would have it')])
    }
  })

  it('are told without any secret, however wrong they are', async () => {
    const path = await fileOf(filled({ WORKER_REALM: 'x', SUPABASE_URL: 'y', ALLOWED_ORIGINS: 'z', 'WORKER_ID@edge': 'w' }))
    const { code, stdout, stderr } = await deployCheck('--env', path, '--only', 'configuration')
    expect(code).toBe(1)
    expect(stdout).toContain('FAILED   configuration')
    for (const secret of Object.values(SECRETS)) expect(stdout + stderr).not.toContain(secret)
  })

  it('come out part by part, for systemd and for the secrets of the function, which may not name what Supabase keeps for itself', async () => {
    const path = await fileOf(filled({ 'SUPABASE_ANON_KEY@edge': 'sb_publishable_key' }))
    const { stdout: worker } = await deployCheck('--env', path, '--print', 'worker')
    const [edge, page] = (['function', 'dashboard'] as const).map((part) => printPart(readSettingsFile(path), part))
    expect(parseEnv(worker)).toMatchObject({ WORKER_REALM: 'live', SUPABASE_SERVICE_ROLE_KEY: SECRETS.service })
    expect(worker).not.toContain(SECRETS.command)
    expect(Object.keys(parseEnv(edge ?? ''))).toEqual(['ALLOWED_ORIGINS', 'COMMAND_PRIVATE_KEY', 'WORKER_ID', 'WORKER_URL'])
    expect(JSON.parse(page ?? '')).toMatchObject({ supabaseKey: 'sb_publishable_key' })
  })

  it.each([
    [['--env', '/no/such/file'], '/no/such/file cannot be read (ENOENT)'],
    [['--nonsense'], 'npm run deploy:check -- '],
    [['--print', 'worker'], '--print takes one of worker, function, dashboard'],
    [['--only', 'nonsense'], 'There is no check "nonsense"'],
  ])('are not guessed at: %j', async (args, says) => {
    const { code, stderr } = await deployCheck(...args)
    expect(stderr).toContain(says)
    expect(code).toBe(2)
  })
})

describe('.env.example', () => {
  it('names what no part can do without, and nothing that none reads', async () => {
    expect(await exampleCheck(ROOT).run()).toMatchObject({ kind: 'passed' })
  })

  it('is red for a name that was taken away, and for one that nothing reads any more', async () => {
    const text = filled({ WORKER_DATA: null, 'OLD_NAME@worker': '' })
    await writeFile(join(folder, '.env.example'), text)
    expect(await exampleCheck(folder).run()).toEqual({
      kind: 'failed',
      findings: ['worker: OLD_NAME: nothing reads it', 'worker: WORKER_DATA is not in it, and has no default'],
    })
  })
})

it('says one line for each check or finding, and counts what was not tried', () => {
  const failed = { kind: 'failed', findings: ['this', 'that'] } as const
  const untried = { kind: 'untried', why: '-- --online' } as const
  expect(linesOf('migrations', failed)).toEqual([expect.stringMatching(/^FAILED +migrations +this$/), expect.stringMatching(/that$/)])
  expect(linesOf('online: worker', untried)).toEqual([expect.stringMatching(/^untried +online: worker +-- --online$/)])
  expect(closingLine([failed, untried, { kind: 'passed', says: '' }])).toBe('deploy:check: 1 passed, 1 failed, 1 not tried')
})

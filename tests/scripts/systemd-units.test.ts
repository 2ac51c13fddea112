import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readMasterKeys } from '../../worker/seal/master-keys.ts'
import { readSettings } from '../../worker/settings.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const UNITS = join(ROOT, 'ops/systemd')
const WORKER = 'latchkey-worker.service'

/** Every directive that a unit of ours may use, by section: a misspelt one is ignored by systemd with a line in a log that nobody reads. */
const KNOWN: Record<string, RegExp> = {
  Unit: /^(Description|Documentation|After|Wants|RequiresMountsFor|StartLimitIntervalSec|StartLimitBurst)$/,
  Service:
    /^(Type|NotifyAccess|ExecStart|WorkingDirectory|Restart|RestartSec|WatchdogSec|Timeout(Start|Stop)Sec|Kill(Signal|Mode)|User|Group|UMask|StateDirectory(Mode)?|Environment(File)?|UnsetEnvironment|LoadCredential|Limit(NOFILE|CORE)|OOMPolicy|NoNewPrivileges|(CapabilityBounding|Ambient)(Set|Capabilities)|Protect(System|Home|Proc|Clock|Hostname|ControlGroups|Kernel(Logs|Modules|Tunables))|Private(Tmp|Devices|Users|Network)|LockPersonality|Restrict(Namespaces|Realtime|SUIDSGID|AddressFamilies)|RemoveIPC|SystemCall(Architectures|Filter|ErrorNumber)|ReadWritePaths)$/,
  Timer: /^(OnCalendar|RandomizedDelaySec|Persistent)$/,
  Install: /^WantedBy$/,
}

type Line = { section: string; name: string; value: string }
const linesOf = (unit: string): Line[] => {
  let section = ''
  return readFileSync(join(UNITS, unit), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap((line) => {
      const [, name = '', value = ''] = /^([A-Za-z]+)=(.*)$/.exec(line) ?? []
      if (name !== '') return [{ section, name, value }]
      section = /^\[(\w+)\]$/.exec(line)?.[1] ?? `no line of a unit: ${line}`
      return []
    })
}
const units = readdirSync(UNITS).filter((name) => /\.(service|timer)$/.test(name))
const worker = linesOf(WORKER)
const all = (name: string): string[] => worker.filter((line) => line.name === name).map(({ value }) => value)
const one = (name: string): string => {
  const [value, ...others] = all(name)
  if (value === undefined || others.length > 0) throw new Error(`${name} is there ${others.length + 1} times, or not at all`)
  return value
}
const seconds = (text: string): number => {
  const [, count, unit] = /^(\d+)(min|s)?$/.exec(text) ?? []
  return Number(count) * (unit === 'min' ? 60 : 1)
}

describe.each(units)('%s', (unit) => {
  it('says only what systemd knows, each in its section', () => {
    const lines = linesOf(unit)
    expect(lines.length).toBeGreaterThan(3)
    expect(lines.filter(({ section, name }) => !KNOWN[section]?.test(name))).toEqual([])
  })

  it('starts what is there', () => {
    for (const { value } of linesOf(unit).filter(({ name }) => name === 'ExecStart')) {
      const [, path = ''] = /\/opt\/latchkey\/(\S+\.ts)/.exec(value) ?? []
      expect(readFileSync(join(ROOT, path), 'utf8').length).toBeGreaterThan(0)
    }
  })
})

describe('the unit of the worker', () => {
  let folder: string
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'latchkey-unit-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  it('gives the worker all that it needs, together with what .env.example says for it', () => {
    const environment: Record<string, string> = {}
    const example = readFileSync(join(ROOT, '.env.example'), 'utf8').split('# --- Edge function')[0] ?? ''
    for (const [, name = '', value = ''] of example.matchAll(/^([A-Z_]+)=(.*)$/gm)) environment[name] = value
    for (const text of all('Environment')) environment[text.slice(0, text.indexOf('='))] = text.slice(text.indexOf('=') + 1)
    for (const name of one('UnsetEnvironment').split(' ')) environment[name] = ''
    const settings = readSettings({ ...environment, SUPABASE_SERVICE_ROLE_KEY: 'x', COMMAND_PUBLIC_KEYS: KEYS })
    expect([settings.WORKER_DATA, settings.WORKER_LEDGER]).toEqual(['/var/lib/latchkey', '/var/lib/latchkey-ledger/cleared.jsonl'])
    const owned = one('StateDirectory')
      .split(' ')
      .map((name) => `/var/lib/${name}/`)
    for (const path of [`${settings.WORKER_DATA}/`, settings.WORKER_LEDGER ?? '']) {
      expect(owned.some((root) => path.startsWith(root))).toBe(true)
    }
    expect(settings.WORKER_LEDGER?.startsWith(`${settings.WORKER_DATA}/`)).toBe(false)
    expect(environment['NODE_OPTIONS']).toBe('--max-semi-space-size=8')

    writeFileSync(join(folder, one('LoadCredential').split(':')[0] ?? ''), Buffer.alloc(32, 7).toString('base64'))
    expect(readMasterKeys({ ...environment, CREDENTIALS_DIRECTORY: folder })).toHaveLength(1)
  })

  it('waits longer than the worker takes: to end, to beat, to open its files', () => {
    const shutdownMs = Number(/SHUTDOWN_MS = (\d+)/.exec(readFileSync(join(ROOT, 'worker/main.ts'), 'utf8'))?.[1])
    expect(shutdownMs).toBeGreaterThan(0)
    expect(seconds(one('TimeoutStopSec')) * 1000).toBeGreaterThan(2 * shutdownMs)
    const { POLL_SECONDS, DATABASE_TIMEOUT_MS, WORKER_CAPACITY } = readSettings(SMALLEST)
    // A beat is due four times in it, and a pass that waits for the database may be two pauses and an answer long.
    expect(seconds(one('WatchdogSec')) / 4).toBeGreaterThan(2 * POLL_SECONDS + DATABASE_TIMEOUT_MS / 1000)
    expect(Number(one('LimitNOFILE'))).toBeGreaterThan(3 * WORKER_CAPACITY * 2)
    expect([one('Type'), one('NotifyAccess'), one('KillSignal'), one('Restart')]).toEqual(['notify', 'all', 'SIGTERM', 'always'])
  })

  it('takes away what the worker does not need, and leaves what V8 does', () => {
    for (const name of ['NoNewPrivileges', 'PrivateTmp', 'ProtectHome', 'RestrictSUIDSGID', 'PrivateDevices']) expect(one(name)).toBe('yes')
    expect([one('ProtectSystem'), one('CapabilityBoundingSet'), one('LimitCORE')]).toEqual(['strict', '', '0'])
    expect(one('RestrictAddressFamilies').split(' ')).toContain('AF_UNIX')
    expect(all('SystemCallFilter')[0]).toBe('@system-service')
    // With it Node does not start; the unit says why.
    expect(all('MemoryDenyWriteExecute')).toEqual([])
  })

  it('is what systemd itself understands, where its tools are', () => {
    // What runs here takes the place of what is installed there: systemd looks whether it is.
    cpSync(UNITS, folder, { recursive: true })
    for (const unit of units) {
      const text = readFileSync(join(folder, unit), 'utf8').replaceAll('/usr/bin/node', process.execPath).replaceAll('/opt/latchkey', ROOT)
      writeFileSync(join(folder, unit), text)
    }
    const verdict = spawnSync('systemd-analyze', ['verify', ...units.map((unit) => join(folder, unit))], { encoding: 'utf8' })
    const isHere = verdict.error === undefined
    expect(isHere ? verdict.stderr : '').toBe('')
    expect(isHere ? verdict.status : 0).toBe(0)
  })
})

const KEYS = '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"of-rfc-8037"}]}'
const SMALLEST = {
  WORKER_ID: 'w',
  WORKER_PORT: '1',
  WORKER_PUBLIC_URL: 'http://x',
  WORKER_DATA: '/x',
  WORKER_REALM: 'live',
  SUPABASE_URL: 'http://x',
  SUPABASE_SERVICE_ROLE_KEY: 'x',
  COMMAND_PUBLIC_KEYS: KEYS,
}

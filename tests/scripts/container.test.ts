import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { freePorts } from '../../scripts/stack/ports.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const FOLDER = join(ROOT, 'ops/container')
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8')
const LONG = { timeout: 60_000 }

/** The instructions of the image that runs, one a line. */
const last =
  read('Dockerfile')
    .split(/^FROM /m)
    .at(-1) ?? ''
const instructions = last.split('\n').filter((line) => /^[A-Z]+ /.test(line))
const all = (name: string): string[] => instructions.flatMap((line) => (line.startsWith(`${name} `) ? [line.slice(name.length + 1)] : []))
/** What is copied from the project: pairs of a path there and a path here. */
const copies = all('COPY')
  .filter((words) => !words.startsWith('--from'))
  .flatMap((words) => {
    const paths = words.split(' ')
    const to = paths.pop() ?? ''
    return paths.map((from) => ({ from, to: to.endsWith('/') ? join(to, basename(from)) : to }))
  })
const command = z.array(z.string()).parse(JSON.parse(all('CMD')[0] ?? ''))
const healthcheck = z.array(z.string()).parse(JSON.parse(/CMD (\[.*\])$/.exec(all('HEALTHCHECK')[0] ?? '')?.[1] ?? ''))
const environmentOfImage = Object.fromEntries(
  all('ENV').flatMap((words) =>
    words.split(' ').map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] as const),
  ),
)

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({ dev: z.boolean().optional(), optional: z.boolean().optional(), devOptional: z.boolean().optional() }),
  ),
})

/** The image's files, made from the project as the Dockerfile says, with what `npm ci --omit=dev --omit=optional` would install. */
function makeImage(folder: string): void {
  for (const { from, to } of copies) {
    mkdirSync(dirname(join(folder, to)), { recursive: true })
    cpSync(join(ROOT, from), join(folder, to === './' ? basename(from) : to), { recursive: true })
  }
  const { packages } = Lock.parse(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')))
  for (const [path, { dev, optional, devOptional }] of Object.entries(packages)) {
    const isOfProject = /^node_modules\/(?:@[^/]+\/)?[^/]+$/.test(path)
    if (!isOfProject || dev === true || optional === true || devOptional === true) continue
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    symlinkSync(join(ROOT, path), join(folder, path))
  }
}

let image: string
let data: string
beforeAll(() => {
  image = mkdtempSync(join(tmpdir(), 'latchkey-image-'))
  data = mkdtempSync(join(tmpdir(), 'latchkey-image-data-'))
  makeImage(image)
})
afterAll(() => {
  for (const folder of [image, data]) rmSync(folder, { recursive: true })
})

const environment = (port: number): Record<string, string> => ({
  ...environmentOfImage,
  PATH: '',
  WORKER_ID: 'worker-1',
  WORKER_HOST: '127.0.0.1',
  WORKER_PORT: String(port),
  WORKER_PUBLIC_URL: 'https://worker.example.com',
  WORKER_DATA: join(data, 'data'),
  WORKER_LEDGER: join(data, 'ledger', 'cleared.jsonl'),
  WORKER_REALM: 'live',
  SUPABASE_URL: 'http://127.0.0.1:1',
  SUPABASE_SERVICE_ROLE_KEY: 'x',
  COMMAND_PUBLIC_KEYS: '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"of-rfc-8037"}]}',
})
const run = (args: string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, ['--preserve-symlinks', '--preserve-symlinks-main', ...args], { cwd: image, env, encoding: 'utf8' })

describe('the image of the worker', () => {
  it('copies only what is there and what its list of files lets through', () => {
    expect(copies.length).toBeGreaterThan(5)
    const allowed = read('Dockerfile.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1))
    expect(read('Dockerfile.dockerignore').split('\n')).toContain('*')
    const copied = [...copies.map(({ from }) => from), 'package-lock.json']
    expect(copied.filter((path) => !allowed.includes(path))).toEqual([])
    expect([...copied, ...allowed].filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  })

  it('runs as nobody in particular, by the worker itself, which gets the signals', () => {
    expect(all('USER')).toEqual(['node'])
    expect(command).toEqual(['node', 'worker/main.ts'])
    expect(statSync(join(image, command[1] ?? '')).isFile()).toBe(true)
    expect(all('STOPSIGNAL')).toEqual(['SIGTERM'])
  })

  it('without settings names what is missing: all that it needs to say so is in it', LONG, () => {
    const { status, stderr } = run(command.slice(1))
    expect(stderr).toMatch(/^The worker's settings are not complete: WORKER_ID/)
    expect(status).toBe(1)
  })

  it('with settings listens, is healthy, answers the doctor, is backed up, and ends with its signal', LONG, async () => {
    const { worker: port } = await freePorts(['worker'])
    const env = environment(port)
    const child = spawn(process.execPath, ['--preserve-symlinks', '--preserve-symlinks-main', ...command.slice(1)], { cwd: image, env })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void (output += chunk.toString()))
    const exited = once(child, 'exit')
    try {
      await expect.poll(() => output, { timeout: 30_000 }).toContain('the worker listens')
      expect(run(healthcheck.slice(1), env).status).toBe(0)
      expect(run(['scripts/doctor.ts', '--json'], env).stdout).toContain('"worker":"running"')
      expect(run(['scripts/backup.ts', '--to', join(data, 'backup')], env)).toMatchObject({ status: 0, stderr: '' })
      expect(run(['scripts/restore.ts'], env).stderr).toContain('How to: npm run restore')
      expect(run(['scripts/move-to-database.ts', '--dry-run'], env).stderr).toContain('master key')
    } finally {
      child.kill('SIGTERM')
    }
    expect(await exited).toEqual([0, null])
    expect(run(healthcheck.slice(1), env).status).toBe(1)
  })
})

describe('the compose file', () => {
  const compose = read('compose.yml')

  it('keeps data, ledger and certificates in volumes, and gives the worker nothing else to write to', () => {
    for (const name of ['data', 'ledger', 'certificates']) {
      expect(compose).toMatch(new RegExp(`^ {2}${name}:$`, 'm'))
      expect(compose).toMatch(new RegExp(`^ {6}- ${name}:/`, 'm'))
    }
    for (const line of ['read_only: true', 'no-new-privileges:true', '- ALL', 'stop_grace_period: 10s', 'core: 0'])
      expect(compose).toContain(line)
    expect(compose.split('proxy:')[0]).not.toMatch(/^ {4}ports:/m)
  })

  it('mounts what the image has a place for, and lets through what the worker answers', () => {
    for (const [name, path] of [
      ['WORKER_DATA', 'data'],
      ['WORKER_LEDGER', 'ledger'],
    ] as const) {
      expect(environmentOfImage[name]?.startsWith(`/${path}`)).toBe(true)
      expect(compose).toContain(`- ${path}:/${path}`)
      expect(last).toContain(`/${path}`)
    }
    expect(read('Caddyfile')).toContain(`reverse_proxy worker:${environmentOfImage['WORKER_PORT']}`)
    expect(read('Caddyfile')).not.toMatch(/doctor \/|path .*(doctor|metrics)/)
  })
})

import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@supabase/supabase-js'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { DashboardConfig } from '#domain/config.ts'
import { freePort } from '../support/database.ts'
import { allEnded, commandLines, descendants, launch, type LauncherProcess, resetPassword, running } from './launcher-process.ts'

let folder: string
let port: number
const started: LauncherProcess[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-launcher-'))
  await chmod(folder, 0o711)
  port = await freePort()
})
afterEach(async () => {
  for (const each of started.splice(0)) {
    each.signal('SIGTERM')
    await each.exited
  }
  await rm(folder, { recursive: true, force: true })
})

function start(dataDir = folder, atPort = port, environment: Record<string, string> = {}): LauncherProcess {
  const launcher = launch(atPort, dataDir, [], environment)
  started.push(launcher)
  return launcher
}

async function startReady(dataDir = folder, atPort = port): Promise<LauncherProcess> {
  const launcher = start(dataDir, atPort)
  await launcher.says('Ctrl-C stops it')
  return launcher
}

const passwordIn = (text: string) => /[Pp]assword +([a-z0-9-]{23})/.exec(text)?.[1] ?? ''

async function signIn(url: string, password: string) {
  const config = DashboardConfig.parse(await (await fetch(`${url}/config.json`)).json())
  const client = createClient(config.supabaseUrl, config.supabaseKey, { auth: { persistSession: false, autoRefreshToken: false } })
  const { error } = await client.auth.signInWithPassword({ email: config.demo?.email ?? '', password })
  return { client, error }
}

async function statusWithHost(url: string, host: string): Promise<number> {
  const [response] = (await once(get(url, { headers: { host } }), 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode ?? 0
}

it('is silent about itself until all parts are ready: /config.json answers 503, then 200', async () => {
  const launcher = start()
  let first: Response | null = null
  while (!first) first = await fetch(`${launcher.url}/config.json`).catch(() => sleep(5).then(() => null))
  expect(first.status).toBe(503)
  expect(await first.json()).toMatchObject({ error: { code: 'not_ready' } })
  await launcher.says('Ctrl-C stops it')
  const config = await fetch(`${launcher.url}/config.json`)
  expect(config.status).toBe(200)
  expect(DashboardConfig.parse(await config.json())).toMatchObject({
    supabaseUrl: launcher.url,
    realtime: false,
    demo: { phoneUrl: '/phone/' },
  })
  expect(launcher.output()).toContain(launcher.url)
  expect(launcher.output()).toContain(`${launcher.url}/phone/`)
  expect(await signIn(launcher.url, passwordIn(launcher.output()))).toMatchObject({ error: null })
})

it('says that the port is taken before it starts or writes anything', async () => {
  const other = createServer().listen(port, '127.0.0.1')
  const launcher = start()
  expect(await launcher.exited).toBe(1)
  expect(launcher.output()).toContain(`Port ${port} is taken`)
  expect(launcher.output()).not.toContain('    at ')
  expect(existsSync(join(folder, 'demo'))).toBe(false)
  await new Promise((done) => other.close(done))
})

it.each([
  ['PORT', { PORT: 'web' }],
  ['PORT', { PORT: '70000' }],
])('names a setting that is wrong: %s', async (name, environment) => {
  const launcher = start(folder, port, environment)
  expect(await launcher.exited).toBe(1)
  expect(launcher.output()).toContain(name)
  expect(launcher.output()).not.toContain('    at ')
})

it('keeps a second one off its data folder, and takes over the lock of a dead one', async () => {
  await startReady()
  const second = start(folder, await freePort())
  expect(await second.exited).toBe(1)
  expect(second.output()).toContain(`runs already at http://127.0.0.1:${port}`)
  expect((await fetch(`http://127.0.0.1:${port}/config.json`)).status).toBe(200)
})

it('keeps data and password over a restart, and its secrets to itself', async () => {
  const first = await startReady()
  const password = passwordIn(first.output())
  const { client } = await signIn(first.url, password)
  const { data: founded } = await client.rpc('create_organization', { name: 'Kept' }).throwOnError()
  first.signal('SIGINT')
  expect(await first.exited).toBe(0)
  for (const file of ['secrets.json', 'password']) expect((await stat(join(folder, 'demo', file))).mode & 0o777).toBe(0o600)

  const second = await startReady()
  expect(passwordIn(second.output())).toBe(password)
  expect(second.output()).not.toContain('build of the page')
  const again = await signIn(second.url, password)
  const { data } = await again.client.from('organizations').select('name').eq('id', founded).throwOnError()
  expect(data).toEqual([{ name: 'Kept' }])
})

it('resets the password while it runs, and while it does not', async () => {
  const first = await startReady()
  const old = passwordIn(first.output())
  const fresh = passwordIn(await resetPassword(folder))
  expect(fresh).not.toBe(old)
  expect(await signIn(first.url, old)).not.toMatchObject({ error: null })
  expect(await signIn(first.url, fresh)).toMatchObject({ error: null })
  first.signal('SIGINT')
  await first.exited

  const fresher = passwordIn(await resetPassword(folder))
  expect((await readFile(join(folder, 'demo/password'), 'utf8')).trim()).toBe(fresher)
  const second = await startReady()
  expect(passwordIn(second.output())).toBe(fresher)
  expect(await signIn(second.url, fresher)).toMatchObject({ error: null })
})

it('starts a part that dies again, and says so', async () => {
  const launcher = await startReady()
  const before = await descendants(launcher.pid)
  const commands = await commandLines()
  const find = (part: RegExp) => before.find((pid) => part.test(commands.get(pid) ?? '')) ?? Number.NaN
  process.kill(find(/worker\/main\.ts/), 'SIGKILL')
  await launcher.says('The worker ended unexpectedly (SIGKILL)')
  await launcher.says('The worker is back.')

  process.kill(find(/bin\/postgres -D/), 'SIGKILL')
  await launcher.says('The database is back.')
  expect(await signIn(launcher.url, passwordIn(launcher.output()))).toMatchObject({ error: null })
})

it('leaves no process behind after Ctrl-C, within a few seconds', async () => {
  const launcher = await startReady()
  const children = await descendants(launcher.pid)
  expect(children.length).toBeGreaterThanOrEqual(5)
  const asked = performance.now()
  launcher.signal('SIGINT')
  expect(await launcher.exited).toBe(0)
  expect(performance.now() - asked).toBeLessThan(5000)
  expect(await running(children)).toEqual([])
  expect(existsSync(join(folder, 'demo/lock.json'))).toBe(false)
})

it('leaves no process behind when it is stopped half way', async () => {
  for (const wait of [300, 900]) {
    const launcher = start()
    while (!existsSync(join(folder, 'demo/lock.json'))) await sleep(5)
    await sleep(wait)
    const children = await descendants(launcher.pid)
    launcher.signal('SIGTERM')
    await launcher.exited
    expect(await allEnded(children, 3)).toEqual([])
    expect(existsSync(join(folder, 'demo/lock.json'))).toBe(false)
  }
})

it('leaves no process behind when it is killed, and starts again on the same data', async () => {
  const launcher = await startReady()
  const children = await descendants(launcher.pid)
  launcher.signal('SIGKILL')
  await launcher.exited
  expect(await allEnded(children, 10)).toEqual([])
  expect(existsSync(join(folder, 'demo/lock.json'))).toBe(true)
  const again = await startReady()
  expect(await signIn(again.url, passwordIn(again.output()))).toMatchObject({ error: null })
})

it('runs beside another one', async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'latchkey-launcher-'))
  await chmod(elsewhere, 0o711)
  const [one, two] = await Promise.all([startReady(), startReady(elsewhere, await freePort())])
  const [first, second] = [passwordIn(one.output()), passwordIn(two.output())]
  expect(await signIn(one.url, first)).toMatchObject({ error: null })
  expect(await signIn(two.url, second)).toMatchObject({ error: null })
  expect(await signIn(two.url, first)).not.toMatchObject({ error: null })
  two.signal('SIGTERM')
  await two.exited
  await rm(elsewhere, { recursive: true, force: true })
})

it('serves the page with what protects it, and to this machine only', async () => {
  const { url } = await startReady()
  const page = await fetch(`${url}/settings/anything`)
  expect(page.status).toBe(200)
  expect(page.headers.get('content-security-policy')).toContain("default-src 'self'")
  expect(page.headers.get('x-content-type-options')).toBe('nosniff')
  expect(page.headers.get('cache-control')).toBe('no-cache')
  const asset = /\/assets\/[^"]+\.js/.exec(await page.text())?.[0] ?? ''
  expect((await fetch(url + asset)).headers.get('cache-control')).toContain('immutable')
  expect((await fetch(`${url}/assets/none.js`)).status).toBe(404)
  expect((await fetch(`${url}/phone`)).url).toBe(`${url}/phone/`)
  expect((await fetch(url, { method: 'POST' })).status).toBe(405)
  expect(await statusWithHost(url, 'rebound.example')).toBe(403)
  expect(await statusWithHost(url, `localhost:${port}`)).toBe(200)
})

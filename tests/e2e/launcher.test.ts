import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@supabase/supabase-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DashboardConfig } from '#domain/config.ts'
import { securityHeaders } from '../../scripts/stack/security-headers.ts'
import { freePort } from '../support/database.ts'
import { allEnded, commandLines, descendants, launch, type LauncherProcess, resetPassword, running } from './launcher-process.ts'

const started: LauncherProcess[] = []
const folders: string[] = []

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-launcher-'))
  // Postgres runs as another user when this is root, and must be able to enter.
  await chmod(folder, 0o711)
  folders.push(folder)
  return folder
}

afterAll(async () => {
  for (const each of started) each.signal('SIGTERM')
  await Promise.all(started.map((each) => each.exited))
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

function start(folder: string, port: number, environment: Record<string, string> = {}): LauncherProcess {
  const launcher = launch(port, folder, [], environment)
  started.push(launcher)
  return launcher
}

async function startReady(folder: string, port: number): Promise<LauncherProcess> {
  const launcher = start(folder, port)
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

describe('a start that cannot be', () => {
  it('says that the port is taken before it starts or writes anything', async () => {
    const [folder, port] = [await newFolder(), await freePort()]
    const other = createServer().listen(port, '127.0.0.1')
    const launcher = start(folder, port)
    expect(await launcher.exited).toBe(1)
    expect(launcher.output()).toContain(`Port ${port} is taken`)
    expect(launcher.output()).not.toContain('    at ')
    expect(existsSync(join(folder, 'demo'))).toBe(false)
    await new Promise((done) => other.close(done))
  })

  it.each(['web', '70000', ' ', '0x10', '5e3'])('names a setting that is wrong: PORT=%s', async (PORT) => {
    const launcher = start(await newFolder(), 0, { PORT })
    expect(await launcher.exited).toBe(1)
    expect(launcher.output()).toContain('PORT')
    expect(launcher.output()).not.toContain('    at ')
  })

  it('says so when its data folder cannot be one', async () => {
    const file = join(await newFolder(), 'file')
    await writeFile(file, '')
    const launcher = start(file, await freePort())
    expect(await launcher.exited).toBe(1)
    expect(launcher.output()).toContain(`${file} cannot be used as the data folder`)
    expect(launcher.output()).not.toContain('    at ')
  })

  it('leaves no process behind when it is stopped half way', async () => {
    const folder = await newFolder()
    // Milliseconds after the lock is taken, which on a quiet machine is more than a second before all parts are ready.
    for (const wait of [0, 200, 500]) {
      const launcher = start(folder, await freePort())
      while (!existsSync(join(folder, 'demo/lock.json'))) await sleep(5)
      await sleep(wait)
      const children = await descendants(launcher.pid)
      launcher.signal('SIGTERM')
      await launcher.exited
      expect(launcher.output()).toContain('Stopped before it was ready.')
      expect(launcher.output()).not.toContain('last lines')
      expect(await allEnded(children, 3)).toEqual([])
      expect(existsSync(join(folder, 'demo/lock.json'))).toBe(false)
    }
  })
})

// One life of one data folder, told in order.
describe('a stack', () => {
  let folder: string
  let port: number
  let launcher: LauncherProcess
  let password: string
  let keptOrganization: string

  beforeAll(async () => {
    folder = await newFolder()
    port = await freePort()
  })

  it('answers 503 at /config.json until all parts are ready, then 200', async () => {
    launcher = start(folder, port)
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
  })

  it('prints where the page is, who may sign in, and where the phone is', async () => {
    password = passwordIn(launcher.output())
    expect(launcher.output()).toContain(`${launcher.url}\n`)
    expect(launcher.output()).toContain(`${launcher.url}/phone/`)
    const { client, error } = await signIn(launcher.url, password)
    expect(error).toBeNull()
    const { data } = await client.rpc('create_organization', { name: 'Kept' }).throwOnError()
    keptOrganization = data as string
  })

  it('serves the page with what protects it, and to this machine only', async () => {
    const { url } = launcher
    const page = await fetch(`${url}/settings/anything`)
    expect(page.status).toBe(200)
    expect(page.headers.get('content-security-policy')).toBe(securityHeaders()['content-security-policy'])
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

  it('keeps its secrets to itself', async () => {
    for (const file of ['secrets.json', 'password', 'lock.json']) expect((await stat(join(folder, 'demo', file))).mode & 0o777).toBe(0o600)
  })

  it('keeps a second one off its data folder', async () => {
    const second = start(folder, await freePort())
    expect(await second.exited).toBe(1)
    expect(second.output()).toContain(`runs already at http://127.0.0.1:${port}`)
    expect((await fetch(`${launcher.url}/config.json`)).status).toBe(200)
  })

  it('gets a new password while it runs', async () => {
    const fresh = passwordIn(await resetPassword(folder))
    expect(fresh).not.toBe(password)
    expect((await signIn(launcher.url, password)).error).not.toBeNull()
    expect((await signIn(launcher.url, fresh)).error).toBeNull()
    password = fresh
  })

  it('starts parts that die again, and says so', async () => {
    const children = await descendants(launcher.pid)
    const commands = await commandLines()
    const find = (part: RegExp) => children.find((pid) => part.test(commands.get(pid) ?? '')) ?? Number.NaN
    process.kill(find(/worker\/main\.ts/), 'SIGKILL')
    process.kill(find(/bin\/postgres -D/), 'SIGKILL')
    await launcher.says('The worker ended unexpectedly (SIGKILL)')
    await launcher.says('The worker is back.')
    await launcher.says('The database ended unexpectedly')
    await launcher.says('The database is back.')
    expect((await signIn(launcher.url, password)).error).toBeNull()
  })

  it('runs beside another one, which does not know its users', async () => {
    const other = await startReady(await newFolder(), await freePort())
    expect((await signIn(other.url, password)).error).not.toBeNull()
    expect((await signIn(other.url, passwordIn(other.output()))).error).toBeNull()
    expect((await signIn(launcher.url, password)).error).toBeNull()
    other.signal('SIGTERM')
    expect(await other.exited).toBe(0)
  })

  it('leaves no process behind after Ctrl-C, within a few seconds', async () => {
    const children = await descendants(launcher.pid)
    expect(children.length).toBeGreaterThanOrEqual(5)
    const asked = performance.now()
    // Twice, as it comes when npm passes on what the terminal has sent already.
    launcher.signal('SIGINT')
    await sleep(5)
    launcher.signal('SIGINT')
    expect(await launcher.exited).toBe(0)
    expect(performance.now() - asked).toBeLessThan(5000)
    expect(await running(children)).toEqual([])
    expect(existsSync(join(folder, 'demo/lock.json'))).toBe(false)
  })

  it('gets a new password while it is stopped', async () => {
    password = passwordIn(await resetPassword(folder))
    expect((await readFile(join(folder, 'demo/password'), 'utf8')).trim()).toBe(password)
  })

  it('keeps data and password over a restart, which builds no page', async () => {
    launcher = await startReady(folder, port)
    expect(passwordIn(launcher.output())).toBe(password)
    expect(launcher.output()).not.toContain('build of the page')
    const { client } = await signIn(launcher.url, password)
    const { data } = await client.from('organizations').select('name').eq('id', keptOrganization).throwOnError()
    expect(data).toEqual([{ name: 'Kept' }])
  })

  it('leaves no process behind when it is killed, and takes over the lock of the dead', async () => {
    const children = await descendants(launcher.pid)
    launcher.signal('SIGKILL')
    await launcher.exited
    expect(await allEnded(children, 10)).toEqual([])
    expect(existsSync(join(folder, 'demo/lock.json'))).toBe(true)
    launcher = await startReady(folder, port)
    expect((await signIn(launcher.url, password)).error).toBeNull()
  })

  it('keeps the password that its admin chose on the page, and says that it is not the printed one', async () => {
    const { client } = await signIn(launcher.url, password)
    const chosen = 'a password that was chosen on the page'
    expect((await client.auth.updateUser({ password: chosen })).error).toBeNull()
    launcher.signal('SIGTERM')
    await launcher.exited
    launcher = await startReady(folder, port)
    expect(launcher.output()).toContain('Password  the one you chose')
    expect((await signIn(launcher.url, password)).error).not.toBeNull()
    expect((await signIn(launcher.url, chosen)).error).toBeNull()
  })
})

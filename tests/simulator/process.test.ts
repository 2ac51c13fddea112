import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ROOT_PUBLIC_KEY } from '../../simulator/noise/certificates.ts'
import { startSimulator } from '../../simulator/simulator.ts'
import { client, linked, simulate } from './support/bench.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'latchkey-simulator-'))
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

/** Runs Node in the project's folder to its end. */
async function run(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, args, { cwd: ROOT, env: { PATH: process.env['PATH'], ...env } })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => (stdout += String(chunk)))
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout, stderr }
}

it('keeps phones and linked devices over a restart: the device logs in again', async () => {
  const first = await simulate({ dataDir })
  expect(first.addAccount({ phone: '51944123456', name: 'Rosa' })).toBe(true)
  const device = await linked(first, '51912000111')
  const [before] = first.devices()
  await first.stop()
  expect(await device.closed()).toMatchObject({ code: 428 })

  const second = await simulate({ dataDir })
  expect(second.accounts().map(({ name }) => name)).toEqual(['Ana', 'Luis', 'Rosa'])
  expect(second.devices()).toEqual([{ ...before, online: false }])
  await client(second, device.auth).opened()
  expect(second.devices()).toMatchObject([{ jid: device.jid, online: true, logins: 2 }])
  expect((await linked(second, '51912000111')).jid).toBe('51912000111:2@s.whatsapp.net')
})

it('has a link and an unlink on disk at once, for the case that it is killed', async () => {
  const simulator = await simulate({ dataDir })
  const stored = async () => JSON.parse(await readFile(join(dataDir, 'accounts.json'), 'utf8')) as { accounts: { devices: unknown[] }[] }
  const { jid } = await linked(simulator)
  expect((await stored()).accounts[0]?.devices).toHaveLength(1)
  simulator.unlink(jid)
  expect((await stored()).accounts[0]?.devices).toHaveLength(0)
  expect((await readdir(dataDir)).filter((name) => name.startsWith('accounts'))).toEqual(['accounts.json'])
})

it('does not start over damaged accounts, and leaves them as they are', async () => {
  await writeFile(join(dataDir, 'accounts.json'), '{"version":1,"accounts":[{}]}')
  await expect(startSimulator({ dataDir })).rejects.toThrow(/accounts\.json is damaged/)
  expect(await readFile(join(dataDir, 'accounts.json'), 'utf8')).toBe('{"version":1,"accounts":[{}]}')
})

it('runs as a process: says when it is ready, and ends on SIGTERM', async () => {
  const env = { PATH: process.env['PATH'], SIMULATOR_PORT: '0', SIMULATOR_DATA: dataDir }
  const child = spawn(process.execPath, ['simulator/main.ts'], { cwd: ROOT, env })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const ready = JSON.parse(line.toString()) as { message: string; url: string; webSocketUrl: string }
  expect(ready).toMatchObject({ message: 'ready', webSocketUrl: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/ws\/chat$/) })
  expect((await fetch(`${ready.url}/api/state`)).status).toBe(200)
  child.kill('SIGTERM')
  expect(await once(child, 'close')).toEqual([0, null])
})

it('says which port is taken, and which setting is wrong', async () => {
  const { port } = await simulate()
  const taken = await run(['simulator/main.ts'], { SIMULATOR_PORT: String(port) })
  expect(taken).toMatchObject({ code: 1, stderr: `The simulator cannot start: port ${port} is taken; set SIMULATOR_PORT to another one\n` })
  const wrong = await run(['simulator/main.ts'], { SIMULATOR_PORT: 'many' })
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('SIMULATOR_PORT') })
})

it('leaves nothing running after stop: the process ends by itself', async () => {
  const story = `
    import { startSimulator } from './simulator/simulator.ts'
    const simulator = await startSimulator({ dataDir: ${JSON.stringify(dataDir)} })
    const socket = new WebSocket(simulator.webSocketUrl)
    await new Promise((resolve) => socket.addEventListener('open', resolve))
    await (await fetch(simulator.adminUrl + '/api/state')).text()
    await simulator.stop()
    console.log('stopped')`
  const started = Date.now()
  const { code, stdout } = await run(['--input-type=module-typescript', '--eval', story])
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'stopped\n' })
  expect(Date.now() - started).toBeLessThan(10_000)
})

it('closes a client that never finishes its handshake or speaks another protocol', async () => {
  const messages: string[] = []
  const simulator = await simulate({ log: (message) => messages.push(message) })
  const socket = new WebSocket(simulator.webSocketUrl)
  await once(socket, 'open')
  socket.send(Buffer.from('GET / HTTP/1.1'))
  await once(socket, 'close')
  await vi.waitFor(() => expect(messages).toContain('connection cut'))
})

it.each([
  ['not set', {}],
  ['the real service', { WA_WEB_SOCKET_URL: 'wss://web.whatsapp.com/ws/chat' }],
  ['a name that only begins like loopback', { WA_WEB_SOCKET_URL: 'ws://127.0.0.1.example.org/ws/chat' }],
  ['no URL', { WA_WEB_SOCKET_URL: 'localhost' }],
])('preload: ends the process when WA_WEB_SOCKET_URL is %s', async (_what, env) => {
  const { code, stdout, stderr } = await run(['--import', './simulator/trust.ts', '--eval', "console.log('started')"], env)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/trust the WhatsApp simulator, but WA_WEB_SOCKET_URL is .*\n.*loopback/)
})

it('preload: makes the client of that process trust the root', async () => {
  const look = "import('baileys').then(({ WA_CERT_DETAILS }) => console.log(WA_CERT_DETAILS.PUBLIC_KEY.toString('hex')))"
  const env = { WA_WEB_SOCKET_URL: 'ws://localhost:1/ws/chat' }
  const { code, stdout } = await run(['--import', './simulator/trust.ts', '--eval', look], env)
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${ROOT_PUBLIC_KEY.toString('hex')}\n` })
})

import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { CommandClaims } from '#domain/command.ts'
import { MAX_BODY_BYTES } from '#domain/routes.ts'
import { CONNECTION_LIMITS } from '../../worker/http/connection-limits.ts'
import type { ConnectionLimits } from '../../worker/http/connection-limits.ts'
import { createServer } from '../../worker/http/server.ts'
import type { Call } from '../../worker/http/server.ts'
import { createLog } from '../../worker/log.ts'
import { eventually, sleep } from './support/eventually.ts'

/** The product's limits are seconds; what is told here is what happens when they are over. */
const QUICK: ConnectionLimits = { ...CONNECTION_LIMITS, headersMs: 300, requestMs: 600, stalledMs: 500, checkMs: 50 }
/** More than the sockets between us can hold. */
const LARGE = 'x'.repeat(32 * 1024 * 1024)

let close: () => Promise<unknown> = async () => {}
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await close()
})

const ID = '7f0c1a52-8f5e-4a86-9f3c-111111111111'
const CLAIMS: CommandClaims = {
  aud: 'worker-test',
  iat: 0,
  exp: 30,
  jti: ID,
  user_id: ID,
  organization_id: ID,
  session_id: ID,
  method: 'POST',
  path: '',
  body_sha256: '',
}

/** Answers for two seconds, a word each 200 ms. */
async function speakNowAndThen({ reply }: Call): Promise<unknown> {
  reply.hijack()
  for (let word = 0; word < 10; word += 1) {
    reply.raw.write('said ')
    await sleep(200)
  }
  return reply.raw.end()
}

/** The worker's server, which counts whose commands it looks at, with `/health` and something large for everybody. */
async function serve(limits: ConnectionLimits) {
  let verified = 0
  const server = createServer({
    log: createLog('silent', 'worker-test'),
    verify: async () => {
      verified += 1
      return { ok: true, value: CLAIMS }
    },
    limit: () => {},
    connections: limits,
    routes: [
      { name: 'start', method: 'POST', path: '/api/sessions/:session/start', handle: async () => ({}) },
      { name: 'link', method: 'POST', path: '/api/sessions/:session/stream', handle: speakNowAndThen },
    ],
    open: { '/health': () => ({ status: 200, body: { ok: true } }), '/large': () => ({ status: 200, body: { LARGE } }) },
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  close = () => server.close()
  const { port } = server.server.address() as AddressInfo
  return {
    verified: () => verified,
    count: () => new Promise<number>((done) => server.server.getConnections((_, count) => done(count))),
    call: (route: string) => fetch(`http://127.0.0.1:${port}/api/sessions/${ID}/${route}`, { method: 'POST' }),
    health: () => fetch(`http://127.0.0.1:${port}/health`, { headers: { connection: 'close' } }),
    async socket(): Promise<Socket> {
      const socket = connect(port, '127.0.0.1')
      sockets.push(socket)
      socket.on('error', () => {})
      await once(socket, 'connect')
      return socket
    },
  }
}

/** Writes a piece every 50 ms, for as long as it is let. What came back in the end. */
async function drip(socket: Socket, pieces: () => string): Promise<string> {
  let answer = ''
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text))
  const closed = once(socket, 'close')
  const timer = setInterval(() => socket.write(pieces()), 50)
  await closed
  clearInterval(timer)
  return answer
}

const START = `POST /api/sessions/${ID}/start HTTP/1.1\r\nhost: worker\r\n`

describe('a connection', () => {
  it('whose headers drip is answered 408 and closed, while others are answered', async () => {
    const server = await serve(QUICK)
    const socket = await server.socket()
    socket.write('GET /health HTTP/1.1\r\n')
    const ended = drip(socket, () => 'x-slow: 1\r\n')
    expect((await server.health()).status).toBe(200)
    expect(await ended).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('whose body drips is closed, and nobody looked at its command', async () => {
    const server = await serve(QUICK)
    const socket = await server.socket()
    socket.write(`${START}content-length: 1000\r\n\r\n`)
    expect(await drip(socket, () => 'x')).toMatch(/^HTTP\/1\.1 408 /)
    expect(server.verified()).toBe(0)
  })

  it('that says nothing is closed', async () => {
    const server = await serve(QUICK)
    const socket = await server.socket()
    await once(socket.resume(), 'close')
    await eventually(async () => expect(await server.count()).toBe(0))
  })

  it('that does not read its answer is closed', async () => {
    const server = await serve(QUICK)
    const socket = (await server.socket()).pause()
    socket.write('GET /large HTTP/1.1\r\nhost: worker\r\n\r\n')
    await eventually(async () => expect(await server.count()).toBe(1))
    await eventually(async () => expect(await server.count()).toBe(0))
  })

  it('that is an answer which goes on outlives all of these limits while it says something now and then', async () => {
    const server = await serve(QUICK)
    const said = await (await server.call('stream')).text()
    expect(said).toBe('said '.repeat(10))
  })

  it('with too many headers, or too much of a body, is answered 413 before anybody looks at its command', async () => {
    const server = await serve(CONNECTION_LIMITS)
    const [headers, body] = [await server.socket(), await server.socket()]
    headers.write(`${START}x-much: ${'x'.repeat(CONNECTION_LIMITS.headerBytes)}\r\n\r\n`)
    // Of no announced length, and it does not end.
    body.write(`${START}content-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n`)
    const size = (MAX_BODY_BYTES + 1).toString(16)
    body.write(`${size}\r\n${'x'.repeat(MAX_BODY_BYTES + 1)}\r\n`)
    const first = async (socket: Socket) => String((await once(socket, 'data'))[0])
    expect(await first(headers)).toMatch(/^HTTP\/1\.1 413 [^]*"payload_too_large"/)
    expect(await first(body)).toMatch(/^HTTP\/1\.1 413 [^]*"payload_too_large"/)
    expect(server.verified()).toBe(0)
  })

  it('that is one too many is closed, and there is room again when another leaves', async () => {
    const server = await serve({ ...CONNECTION_LIMITS, connections: 3 })
    const held = [await server.socket(), await server.socket(), await server.socket()]
    await eventually(async () => expect(await server.count()).toBe(3))
    await once((await server.socket()).resume(), 'close')
    // Not because they all were silent for too long.
    expect(await server.count()).toBe(3)
    held[0]?.destroy()
    await eventually(async () => expect((await server.health()).status).toBe(200))
  })

  it('is told in each answer that it is for programs, for this moment: errors and what is open to everybody as well', async () => {
    const server = await serve(CONNECTION_LIMITS)
    const base = (await server.health()).url.replace('/health', '')
    for (const path of ['/health', '/nothing', '/api/sessions/x/start', '/%zz']) {
      const { headers } = await fetch(base + path, { method: path.endsWith('start') ? 'POST' : 'GET' })
      expect([path, Object.fromEntries(headers)]).toMatchObject([
        path,
        {
          'cache-control': 'no-store',
          'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
          'cross-origin-resource-policy': 'same-origin',
          'x-content-type-options': 'nosniff',
        },
      ])
    }
  })
})

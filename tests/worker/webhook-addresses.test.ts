import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createPost } from '../../worker/webhooks/post.ts'
import type { PostOptions } from '../../worker/webhooks/post.ts'
import { isLoopback, isPublicAddress } from '../../worker/webhooks/public-address.ts'
import { createResolve } from '../../worker/webhooks/resolve.ts'
import { findTarget } from '../../worker/webhooks/target.ts'
import { readSettings } from '../../worker/settings.ts'
import { createCaller } from './support/caller.ts'
import { answer, startReceiver } from './support/receiver.ts'
import type { Receiver } from './support/receiver.ts'
import { selfSigned } from './support/self-signed.ts'

const PUBLIC = ['1.1.1.1', '8.8.8.8', '93.184.215.14', '172.32.0.1', '192.1.1.1', '223.255.255.255', '2606:4700::1111', '2a00:1450::1']
const NOT_PUBLIC = `
  0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 127.255.255.254
  168.63.129.16 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.0.170 192.0.2.1 192.88.99.1 192.168.0.1
  198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 :: ::1
  ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:7f00:1 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::8.8.8.8
  64:ff9b:1::1 100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:db8::1
  2002:7f00:1:: 2002:0808:0808::1 3ffe::1 3fff::1 4000::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1
  ff02::1 ff0e::1 localhost 8.8.8 0x08080808
`
  .trim()
  .split(/\s+/)

describe('an address', () => {
  it.each(PUBLIC)('%s is public', (address) => expect(isPublicAddress(address)).toBe(true))
  it.each([...NOT_PUBLIC, ''])('%j is not', (address) => expect(isPublicAddress(address)).toBe(false))
  it('is this machine’s own where it says so plainly', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1'].filter((address) => !isLoopback(address))).toEqual([])
    expect(['10.0.0.1', '169.254.169.254', '::ffff:127.0.0.1', '::ffff:7f00:1', '::', 'fd00::1', 'x'].filter(isLoopback)).toEqual([])
  })
})

const never = new AbortController().signal
/** What a URL leads to for a worker, where names resolve as told; or the words with which it is refused. */
async function judged(url: string, found: string[] | Error = ['93.184.215.14'], allowPrivate = false): Promise<readonly string[] | string> {
  const resolve = () => (found instanceof Error ? Promise.reject(found) : Promise.resolve(found))
  return await findTarget(url, { resolve, allowPrivate }, never).then(
    ({ addresses }) => addresses,
    (error: Error) => error.message,
  )
}
const NOT_PUBLIC_WORDS = 'The name leads to an address that is not public.'

describe('a webhook’s URL', () => {
  it('leads to all the addresses of its name, where they are public without exception', async () => {
    expect(await judged('https://hooks.example.com/a?b', ['93.184.215.14', '2606:4700::1111'])).toEqual([
      '93.184.215.14',
      '2606:4700::1111',
    ])
    expect(await judged('https://hooks.example.com', ['93.184.215.14', '10.0.0.1'])).toBe(NOT_PUBLIC_WORDS)
    expect(await judged('https://hooks.example.com', ['93.184.215.14', '::1'])).toBe(NOT_PUBLIC_WORDS)
    expect(await judged('https://hooks.example.com', [])).toBe('The name has no address.')
    expect(await judged('https://hooks.example.com', new Error('ENOTFOUND'))).toBe('ENOTFOUND')
  })

  it.each([
    'https://127.0.0.1',
    'https://127.0.0.1.',
    'https://127.1',
    'https://2130706433',
    'https://0x7f000001',
    'https://0x7f.1',
    'https://0177.0.0.1',
    'https://017700000001',
    'https://1２7.0.0.1',
    'https://①②⑦.⓪.⓪.①',
    'https://127。0。0。1',
    'https://%31%32%37.0.0.1',
    'https://0',
    'https://[::1]',
    'https://[::ffff:127.0.0.1]',
    'https://[::ffff:7f00:1]',
    'https://[0:0:0:0:0:0:0:1]',
    'https://[fe80::1]',
    'https://169.254.169.254/latest/meta-data/',
    'https://[64:ff9b::a9fe:a9fe]',
  ])('%s is refused, however it is spelled', async (url) => {
    // A literal is never asked of a resolver, which would call it public here.
    expect(await judged(url)).toBe(NOT_PUBLIC_WORDS)
  })

  it.each(['https://localhost', 'https://localhost.', 'https://LOCALHOST', 'https://ⓛocalhost', 'https://a.localhost'])(
    '%s is refused by where it leads',
    async (url) => expect(await judged(url, ['127.0.0.1'])).toBe(NOT_PUBLIC_WORDS),
  )

  it('is asked of name servers as they spell it: without the last dot, and in ASCII', async () => {
    const asked: string[] = []
    const resolve = async (name: string) => (asked.push(name), ['93.184.215.14'])
    for (const url of ['https://Buzón.Example.', 'https://bücher.example/']) await findTarget(url, { resolve, allowPrivate: false }, never)
    expect(asked).toEqual(['xn--buzn-sqa.example', 'xn--bcher-kva.example'])
  })

  it.each([
    ['http://hooks.example.com', 'The address is not https.'],
    ['ftp://hooks.example.com', 'The address is not https.'],
    ['file:///etc/passwd', 'The address is not https.'],
    ['https://user:secret@hooks.example.com', 'The address holds a user name or a password.'],
    ['https://user@hooks.example.com', 'The address holds a user name or a password.'],
    ['not a url', 'The address is not a URL.'],
    ['https://[::1', 'The address is not a URL.'],
    ['https://256.0.0.1', 'The address is not a URL.'],
  ])('%s is refused: %s', async (url, words) => expect(await judged(url)).toBe(words))

  it('may be http and this machine itself where the operator allows it, and still nobody else’s network', async () => {
    expect(await judged('http://127.0.0.1:4000', [], true)).toEqual(['127.0.0.1'])
    expect(await judged('http://localhost:4000', [], true)).toEqual(['127.0.0.1', '::1'])
    expect(await judged('http://hooks.example.com', ['127.0.0.1'], true)).toEqual(['127.0.0.1'])
    for (const url of ['http://10.0.0.1', 'http://169.254.169.254', 'http://[::ffff:127.0.0.1]', 'http://[fd00::1]']) {
      expect(await judged(url, [], true)).toBe(NOT_PUBLIC_WORDS)
    }
  })

  it('is allowed that by no worker for real', async () => {
    const { publicKeys } = await createCaller('worker-1')
    const read = (more: Record<string, string>) =>
      readSettings({
        WORKER_ID: 'worker-1',
        WORKER_PORT: '0',
        WORKER_PUBLIC_URL: 'http://127.0.0.1:1',
        WORKER_DATA: '/data',
        SUPABASE_URL: 'http://127.0.0.1:1',
        SUPABASE_SERVICE_ROLE_KEY: 'none',
        COMMAND_PUBLIC_KEYS: publicKeys,
        WORKER_REALM: 'live',
        ...more,
      })
    expect(read({}).WEBHOOK_ALLOW_PRIVATE).toBe('false')
    expect(() => read({ WEBHOOK_ALLOW_PRIVATE: 'true' })).toThrow('WEBHOOK_ALLOW_PRIVATE: only where WORKER_REALM is demo')
    expect(read({ WEBHOOK_ALLOW_PRIVATE: 'true', WORKER_REALM: 'demo' }).WEBHOOK_ALLOW_PRIVATE).toBe('true')
  })
})

describe('a request', () => {
  let plain: Receiver
  let secure: Receiver
  const tls = selfSigned('localhost', 'hooks.example.com')
  beforeAll(async () => void ([plain, secure] = await Promise.all([startReceiver(), startReceiver(tls)])))
  afterAll(() => Promise.all([plain.stop(), secure.stop()]))
  beforeEach(() => {
    for (const { received, state } of [plain, secure]) {
      received.length = 0
      Object.assign(state, { connections: 0, answering: answer(204) })
    }
  })

  const post = (url: string, options: Partial<PostOptions> = {}, signal = AbortSignal.timeout(8000)) =>
    createPost({ resolve: async () => ['127.0.0.1'], allowPrivate: true, ca: tls.cert, ...options })(
      { url, headers: { 'x-test': 'yes' }, body: '{"a":"ñ"}' },
      signal,
    )

  it('arrives whole at the address that was checked, under the name that it was for', async () => {
    expect(await post(`https://hooks.example.com:${secure.port}/a?b=c`)).toEqual({ status: 204 })
    expect(secure.received).toMatchObject([
      { path: '/a?b=c', body: '{"a":"ñ"}', headers: { host: `hooks.example.com:${secure.port}`, 'x-test': 'yes', 'content-length': '10' } },
    ])
  })

  it('goes to nobody whose certificate is for another name, or who vouches for themselves', async () => {
    expect(await post(`https://elsewhere.example:${secure.port}/`)).toEqual({ failure: 'No connection: ERR_TLS_CERT_ALTNAME_INVALID.' })
    const stranger = createPost({ resolve: async () => ['127.0.0.1'], allowPrivate: true })
    const sent = await stranger({ url: `https://hooks.example.com:${secure.port}/`, headers: {}, body: '' }, AbortSignal.timeout(8000))
    expect(sent).toEqual({ failure: expect.stringMatching(/^No connection: .*(SELF_SIGNED|UNABLE_TO_VERIFY)/) })
    expect(secure.received).toEqual([])
  })

  it('never leaves for this machine unless that is allowed, not by name and not by number', async () => {
    const strict = { allowPrivate: false }
    for (const url of [
      `https://localhost:${secure.port}/`,
      `https://127.0.0.1:${secure.port}/`,
      `https://[::ffff:127.0.0.1]:${secure.port}/`,
    ]) {
      expect(await post(url, strict)).toEqual({ failure: NOT_PUBLIC_WORDS })
    }
    expect(await post(plain.url, strict)).toEqual({ failure: 'The address is not https.' })
    expect([secure.state.connections, plain.state.connections]).toEqual([0, 0])
  })

  it('is not led astray by a name that is public when it is checked and private when it is connected to', async () => {
    // The name is this machine's own for everybody but the resolver that checks, and for that one from the second answer on.
    const answers = [['192.0.9.1'], ['127.0.0.1']]
    let asked = 0
    const resolve = async () => answers[Math.min(asked++, 1)] ?? []
    const url = `https://localhost:${secure.port}/`
    await post(url, { resolve, allowPrivate: false }, AbortSignal.timeout(500))
    expect([asked, secure.state.connections]).toEqual([1, 0])
    // The next request is checked anew.
    expect(await post(url, { resolve, allowPrivate: false })).toEqual({ failure: NOT_PUBLIC_WORDS })
    expect([asked, secure.state.connections]).toEqual([2, 0])
  })

  it.each([301, 302, 303, 307, 308])('follows no redirect: %i', async (status) => {
    secure.state.answering = answer(status, { location: plain.url })
    expect(await post(secure.url)).toEqual({ status })
    expect([secure.received.length, plain.state.connections]).toEqual([1, 0])
  })

  it('ends in time, whether the name, the answer or the rest of the answer does not come', async () => {
    const late = () => AbortSignal.timeout(200)
    const words = { failure: 'There was no answer in time.' }
    expect(await post(plain.url.replace('127.0.0.1', 'never.example'), { resolve: () => new Promise(() => {}) }, late())).toEqual(words)
    plain.state.answering = () => {}
    expect(await post(plain.url, {}, late())).toEqual(words)
    plain.state.answering = (response) => void response.writeHead(200).write('…')
    expect(await post(plain.url, {}, late())).toEqual({ status: 200 })
  })

  it('reads no more of an answer than four kilobytes, and does not wait for its end', async () => {
    let written = 0
    plain.state.answering = (response) => {
      const more = (): void => {
        if (response.destroyed) return
        written += 1024
        response.write('x'.repeat(1024), () => setImmediate(more))
      }
      more()
    }
    const { signal } = new AbortController()
    expect(await post(plain.url, {}, signal)).toEqual({ status: 200 })
    expect(written).toBeGreaterThan(4096)
  })

  it('says why nothing came back, and nothing of what it was told', async () => {
    plain.state.answering = (response) => void response.destroy()
    expect(await post(plain.url)).toEqual({ failure: 'No connection: ECONNRESET.' })
    const closed = await startReceiver()
    await closed.stop()
    expect(await post(closed.url)).toEqual({ failure: 'No connection: ECONNREFUSED.' })
    plain.state.answering = (response) => void response.socket?.end('HTTP/1.1 200 OK\r\nx-secret: \u0001\r\n\r\n')
    expect(await post(plain.url)).toEqual({ failure: expect.stringMatching(/^No connection: HPE_\w+\.$/) })
    const broken = async () => Promise.reject(new Error('the resolver quotes a secret'))
    expect(await post('http://hooks.example.com', { resolve: broken })).toEqual({ failure: 'No connection.' })
  })
})

describe('a name', () => {
  it('is asked of name servers for both kinds of address, and not of this machine’s own list of hosts', async () => {
    // Answers A with 192.0.2.7 and AAAA with nothing, for whatever is asked.
    const server = createSocket('udp4')
    server.on('message', (question, { port, address }) => {
      const isA = question.readUInt16BE(question.indexOf(0, 12) + 1) === 1
      const end = question.indexOf(0, 12) + 5
      const head = Buffer.from(question.subarray(0, 12))
      head.writeUInt16BE(0x8180, 2)
      head.writeUInt16BE(isA ? 1 : 0, 6)
      head.writeUInt16BE(0, 10)
      const found = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7])
      server.send(Buffer.concat([head, question.subarray(12, end), ...(isA ? [found] : [])]), port, address)
    })
    server.bind(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address()
    const resolve = createResolve([`127.0.0.1:${port}`])
    expect(await resolve('hooks.example.com', never)).toEqual(['192.0.2.7'])
    server.removeAllListeners('message')
    const cut = new AbortController()
    const asking = resolve('hooks.example.com', cut.signal)
    cut.abort()
    await expect(asking).rejects.toThrow('ECANCELLED')
    server.close()
  })
})

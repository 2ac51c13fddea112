import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMAND_SECONDS, bodyHash } from '#domain/command.ts'
import { USER } from './support/caller.ts'
import { startWorld, WORKER_ID } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

const OTHER = '7f0c1a52-8f5e-4a86-9f3c-111111111111'
let world: World
let worker: TestWorker
let id: string
let path: string
let key: KeyObject
beforeAll(async () => {
  world = await startWorld()
  worker = await world.startWorker({ USER_COMMANDS_PER_MINUTE: '100000', ORGANIZATION_COMMANDS_PER_MINUTE: '100000' })
  id = (await world.link(worker)).id
  path = `/api/sessions/${id}/status`
  key = createPrivateKey({ key: { ...world.commandKey.private }, format: 'jwk' })
  nothing = await bodyHash('')
})
afterAll(() => world.stop())

const now = () => Math.floor(Date.now() / 1000)
let nothing: string
const encoded = (part: unknown) => Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
const header = (changed: object = {}) => ({ alg: 'EdDSA', typ: 'cmd+jwt', kid: world.commandKey.public.kid, ...changed })
const bound = () => ({ organization_id: world.organizationId, session_id: id, method: 'GET', path, body_sha256: nothing, user_id: USER })
const claims = (changed: object = {}) => ({
  aud: WORKER_ID,
  iat: now(),
  exp: now() + COMMAND_SECONDS,
  jti: randomUUID(),
  ...bound(),
  ...changed,
})
type Signer = (input: Buffer) => Buffer
/** A token of any header and any claims (or the text of them), rightly signed unless told otherwise. */
const token = (head: object = header(), payload: unknown = claims(), signer: Signer = (input) => sign(null, input, key)) => {
  const input = `${encoded(head)}.${encoded(payload)}`
  return `${input}.${signer(Buffer.from(input)).toString('base64url')}`
}
const saying = (changed: object) => token(header(), claims(changed))
const headed = (changed: object) => token(header(changed))
/** The claims as a text in which the first one is written once more, before or behind the right one. */
const twice = (first: object, then: object) =>
  token(header(), JSON.stringify({ ...claims(), ...first }).slice(0, -1) + `,${JSON.stringify(then).slice(1)}`)

const publicKey = () => createPublicKey(key)
const hmac = (secret: string | Buffer, bits = 256) =>
  token(header({ alg: `HS${bits}` }), claims(), (input) => createHmac(`sha${bits}`, secret).update(input).digest())
const stranger = generateKeyPairSync('ed25519')
const strange = (head: object) => token(header(head), claims(), (input) => sign(null, input, stranger.privateKey))
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const x5c = [Buffer.from('a certificate').toString('base64')]

/** The other signature of the same words: S + L instead of S, which lax verifiers take. */
function malleated(good: string): string {
  const [head, payload, signature = ''] = good.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  let s = order + bytes.subarray(32).reduceRight((number, byte) => number * 256n + BigInt(byte), 0n)
  for (let at = 32; at < 64; at++, s >>= 8n) bytes[at] = Number(s & 255n)
  return `${head}.${payload}.${bytes.toString('base64url')}`
}

type Wire = { headers?: string[]; method?: string; path?: string; body?: string }
/** Sends bytes as they are: headers may repeat, and the path is nobody's to tidy. */
async function send(wire: Wire): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(worker.url)
  return new Promise((done, fail) => {
    const { headers = [], method = 'GET', body } = wire
    const length = body === undefined ? [] : ['content-type', 'application/json', 'content-length', String(Buffer.byteLength(body))]
    const all = ['host', 'worker', ...headers, ...length]
    const sent = request({ hostname, port, method, path: wire.path ?? path, headers: all, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => done({ status: answer.statusCode ?? 0, body: text }))
    })
    sent.on('error', fail)
    sent.end(body)
  })
}
const bearing = (value: string, more: Wire = {}): Wire => ({ headers: ['authorization', `Bearer ${value}`], ...more })

const NEEDED = '401 invalid_command: a signed command is needed'
const UNKNOWN = '401 invalid_command: the command is not signed by a known key for this worker'
const LIFE = '401 invalid_command: a command is valid for 30 seconds'
const TAKEN = '200'
const another = (field: string) => `401 invalid_command: the command is for another ${field}`
const NO_SESSION = '404 not_found: There is no such session.'

const told = ({ status, body }: { status: number; body: string }) => {
  if (status === 200) return TAKEN
  const { error } = JSON.parse(body) as { error: { code: string; message: string } }
  return `${status} ${error.code}: ${error.message}`
}

type Attack = [what: string, how: () => string | Wire, answer: string]
const HEADERS: Attack[] = [
  ...['none', 'None', 'NONE', 'nOnE', '', null].map((alg): Attack => [`alg ${alg}`, () => headed({ alg }), UNKNOWN]),
  ['alg none, no signature', () => token(header({ alg: 'none' }), claims(), () => Buffer.alloc(0)), NEEDED],
  ['HS256 by the bytes of the public key', () => hmac(Buffer.from(world.commandKey.public.x, 'base64url')), UNKNOWN],
  ['HS256 by its x', () => hmac(world.commandKey.public.x), UNKNOWN],
  ['HS256 by its JWK', () => hmac(JSON.stringify(world.commandKey.public)), UNKNOWN],
  ['HS256 by its PEM', () => hmac(publicKey().export({ type: 'spki', format: 'pem' })), UNKNOWN],
  ['HS256 by its DER', () => hmac(publicKey().export({ type: 'spki', format: 'der' })), UNKNOWN],
  ['HS512 by its x', () => hmac(world.commandKey.public.x, 512), UNKNOWN],
  ['HS256 by nothing', () => hmac(''), UNKNOWN],
  ['ES256 by a key of its own', () => token(header({ alg: 'ES256' }), claims(), (input) => sign('sha256', input, elliptic)), UNKNOWN],
  ['RS256 by a key of its own', () => token(header({ alg: 'RS256' }), claims(), (input) => sign('sha256', input, rsa)), UNKNOWN],
  [
    'PS256 by a key of its own',
    () => token(header({ alg: 'PS256' }), claims(), (input) => sign('sha256', input, { key: rsa, padding: 6 })),
    UNKNOWN,
  ],
  ['EdDSA by a stranger under our kid', () => strange({}), UNKNOWN],
  ['a jwk that it brings along', () => strange({ jwk: stranger.publicKey.export({ format: 'jwk' }) }), UNKNOWN],
  ['a jku to fetch keys from', () => strange({ jku: 'http://127.0.0.1:9/keys.json' }), UNKNOWN],
  ['an x5u to fetch a certificate from', () => strange({ x5u: 'http://127.0.0.1:9/cert.pem' }), UNKNOWN],
  ['an x5c that it brings along', () => strange({ x5c }), UNKNOWN],
  ['our own signature beside a jwk', () => headed({ jwk: world.commandKey.public }), UNKNOWN],
  ['crit of what nobody knows', () => headed({ crit: ['mine'], mine: 1 }), UNKNOWN],
  ['crit of exp', () => headed({ crit: ['exp'], exp: 1 }), UNKNOWN],
  ['b64 false', () => headed({ b64: false, crit: ['b64'] }), UNKNOWN],
  ['b64 false that is not critical', () => headed({ b64: false }), UNKNOWN],
  ...['../../../../dev/null', "' or 1=1 --", '__proto__', 'constructor', '', null, ['a'], {}].map((kid): Attack => [
    `kid ${JSON.stringify(kid)}`,
    () => headed({ kid }),
    UNKNOWN,
  ]),
  ['no kid', () => headed({ kid: undefined }), UNKNOWN],
  ...['JWT', 'CMD+JWT', 'application/cmd+jwt', '', undefined].map((typ): Attack => [`typ ${typ}`, () => headed({ typ }), UNKNOWN]),
  ['a header that is no JSON', () => `${encoded('{')}.${token().split('.').slice(1).join('.')}`, UNKNOWN],
]
const CLAIMS: Attack[] = [
  ...['worker-other', `${WORKER_ID} `, '', [WORKER_ID], [WORKER_ID, 'worker-other'], ['worker-other'], undefined].map((aud): Attack => [
    `aud ${JSON.stringify(aud)}`,
    () => saying({ aud }),
    UNKNOWN,
  ]),
  ['exp too far from iat', () => saying({ exp: now() + COMMAND_SECONDS + 5 }), LIFE],
  ['exp at iat', () => saying({ iat: 2_000_000_000, exp: 2_000_000_000 }), LIFE],
  ['exp before iat', () => saying({ exp: now() - 5 }), LIFE],
  ['no exp', () => saying({ exp: undefined }), UNKNOWN],
  ['no iat', () => saying({ iat: undefined }), UNKNOWN],
  ['iat of a fraction', () => saying({ iat: now() + 0.5 }), UNKNOWN],
  ['exp of a fraction', () => saying({ exp: now() + 20.5 }), UNKNOWN],
  ['exp as a text', () => saying({ exp: String(now() + 20) }), UNKNOWN],
  ['exp beyond all numbers', () => token(header(), JSON.stringify(claims()).replace(/"exp":\d+/, '"exp":1e999')), UNKNOWN],
  ['times beyond what a number counts', () => saying({ iat: 2 ** 53, exp: 2 ** 53 + 2 }), UNKNOWN],
  ['times before 1970', () => saying({ iat: -20, exp: -1 }), UNKNOWN],
  ['nbf of tomorrow', () => saying({ nbf: now() + 86_400 }), UNKNOWN],
  ['no jti', () => saying({ jti: undefined }), UNKNOWN],
  ['a jti that is no uuid', () => saying({ jti: 'x'.repeat(100) }), UNKNOWN],
  ['a huge jti', () => saying({ jti: 'x'.repeat(5000) }), NEEDED],
  ['no user', () => saying({ user_id: undefined }), UNKNOWN],
  ['a user of SQL', () => saying({ user_id: `' or 1=1 --` }), UNKNOWN],
  ['a list of users', () => saying({ user_id: [USER] }), UNKNOWN],
  ['no organisation', () => saying({ organization_id: undefined }), UNKNOWN],
  ['two organisations', () => saying({ organization_id: [OTHER, world.organizationId] }), UNKNOWN],
  ['another organisation', () => saying({ organization_id: OTHER }), NO_SESSION],
  ['another session', () => saying({ session_id: OTHER }), another('session_id')],
  ['no session', () => saying({ session_id: null }), another('session_id')],
  ['another body', () => saying({ body_sha256: 'x' }), another('body_sha256')],
  ['claims that are a list', () => token(header(), [claims()]), UNKNOWN],
  ['a token in a token', () => token(header(), token()), UNKNOWN],
  ['a claim written twice, the last one right', () => twice({ session_id: OTHER }, { session_id: id }), TAKEN],
  ['a claim written twice, the last one wrong', () => twice({}, { session_id: OTHER }), another('session_id')],
  ['a jti written twice', () => twice({}, { jti: randomUUID() }), TAKEN],
]
const WIRE: Attack[] = [
  ['no token', () => ({}), NEEDED],
  ['the token in the query', () => ({ path: `${path}?access_token=${token()}` }), NEEDED],
  ['a small bearer', () => ({ headers: ['authorization', `bearer ${token()}`] }), NEEDED],
  ['two spaces', () => bearing(` ${token()}`), NEEDED],
  ['two tokens in one header', () => bearing(`${token()}, Bearer ${token()}`), NEEDED],
  ['two headers, the first one right', () => ({ headers: ['authorization', `Bearer ${token()}`, 'authorization', 'Bearer x.y.z'] }), TAKEN],
  [
    'two headers, the first one wrong',
    () => ({ headers: ['authorization', 'Bearer x.y.z', 'authorization', `Bearer ${token()}`] }),
    UNKNOWN,
  ],
  ['a cut signature', () => token().slice(0, -4), UNKNOWN],
  ['no signature', () => token().replace(/[^.]*$/, ''), NEEDED],
  ['a signature that is padded', () => `${token()}==`, NEEDED],
  ['the other signature of the same words', () => malleated(token()), UNKNOWN],
  ['a signature of zeros', () => token(header(), claims(), () => Buffer.alloc(64)), UNKNOWN],
  ['claims changed after they were signed', () => token().replace(/\.[^.]*\./, `.${encoded(claims())}.`), UNKNOWN],
  ['an encrypted token', () => `${token()}.x.y`, NEEDED],
  ['a token that is too long', () => `${token()}${'A'.repeat(5000)}`, NEEDED],
  ['a query that was not signed', () => bearing(token(), { path: `${path}?all=1` }), another('path')],
  ['a path in another spelling', () => bearing(token(), { path: path.replace('status', '%73tatus') }), another('path')],
  ['an id in capitals', () => bearing(token(), { path: path.replace(id, id.toUpperCase()) }), another('path')],
  ['a slash behind', () => bearing(token(), { path: `${path}/` }), '404 not_found: There is no such route.'],
  ['a path in capitals', () => bearing(token(), { path: path.replace('status', 'STATUS') }), '404 not_found: There is no such route.'],
  ['another path', () => bearing(token(), { path: path.replace('status', 'qr') }), another('path')],
  [
    'another method',
    () =>
      bearing(token(header(), claims({ path: path.replace('status', 'outbox') })), {
        method: 'DELETE',
        path: path.replace('status', 'outbox'),
      }),
    another('method'),
  ],
  [
    'a body that was not signed',
    () =>
      bearing(token(header(), claims({ method: 'POST', path: path.replace('status', 'clear') })), {
        method: 'POST',
        path: path.replace('status', 'clear'),
        body: `{"orderId":"${OTHER}"}`,
      }),
    another('body_sha256'),
  ],
]

describe.each([
  ['its header', HEADERS],
  ['its claims', CLAIMS],
  ['the way it comes', WIRE],
])('of commands that are forged by %s', (_, attacks) => {
  it.each(attacks)('%s is answered as it should (CMD-2, CMD-3, CMD-6)', async (_what, how, answer) => {
    const forged = how()
    expect(told(await send(typeof forged === 'string' ? bearing(forged) : forged))).toBe(answer)
  })
})

it('a command that is not forged is taken, so that the table proves something', async () => {
  expect(told(await send(bearing(token())))).toBe(TAKEN)
})

it('another organisation sees nothing: no session of ours in its list, and the words are those for a session that is not there', async () => {
  const list = token(header(), claims({ organization_id: OTHER, session_id: null, path: '/api/sessions' }))
  expect((await send(bearing(list, { path: '/api/sessions' }))).body).toBe('{"sessions":[]}')
  const nowhere = path.replace(id, OTHER)
  const foreign = await send(bearing(saying({ organization_id: OTHER })))
  expect(await send(bearing(saying({ session_id: OTHER, path: nowhere }), { path: nowhere }))).toEqual(foreign)
})

it('of ten that are the same at once one is taken, and none later, however its end is written (CMD-7)', async () => {
  const once = token()
  const answers = await Promise.all(Array.from({ length: 10 }, async () => told(await send(bearing(once)))))
  expect(answers.filter((answer) => answer === TAKEN)).toHaveLength(1)
  expect(new Set(answers)).toEqual(new Set([TAKEN, '401 invalid_command: the command was used before']))
  // The last letter carries two bits of the signature and four that nobody reads.
  for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
    expect((await send(bearing(once.slice(0, -1) + letter))).status).toBe(401)
  }
})

it('a header that no server takes is too large (CMD-8)', async () => {
  expect((await send(bearing('A'.repeat(40_000)))).status).toBe(413)
})

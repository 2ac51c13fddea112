import { randomUUID } from 'node:crypto'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ERROR_STATUS, ErrorBody } from '#domain/errors.ts'
import { HOSTILE_PIECES, hostileId } from '../support/hostile.ts'
import { rawRequest, sendRaw } from '../support/raw-request.ts'
import type { RawAnswer } from '../support/raw-request.ts'
import { eventually } from './support/eventually.ts'
import { fingerprint } from './support/planted.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

const SEED = 5
const RUNS = 150
const DECLARED = new Set<number>(Object.values(ERROR_STATUS))

let world: World
let worker: TestWorker
let id: string
beforeAll(async () => {
  world = await startWorld()
  worker = await world.startWorker({ POLL_SECONDS: '86400' })
  ;({ id } = await world.link(worker))
})
afterAll(() => world.stop())

/** Signed for the very bytes that are sent, so that it is never the signature that is in the way. */
const signed = async (method: string, target: string, sessionId: string | null = null, body = ''): Promise<string> =>
  `Authorization: Bearer ${await worker.call.token(method, target, { sessionId, body })}`

/** What is wrong with an answer to something that nobody may be served; `null`: nothing. */
function wrongWith({ statuses, text }: RawAnswer): string | null {
  if (statuses.length > 1) return `${statuses.length} answers to one request`
  const [status] = statuses
  if (status === undefined) return 'no answer'
  if (!DECLARED.has(status)) return `it is a ${status}`
  const [head = '', body = ''] = text.split('\r\n\r\n')
  if (/^(?:set-cookie|x-evil)/im.test(head)) return 'a header that was made up by the caller'
  return ErrorBody.safeParse(JSON.parse(body || 'null')).success ? null : `not the shape of an error: ${status} ${body.slice(0, 200)}`
}

describe('a path that is signed, but none that the worker has', () => {
  const pattern = fc.constantFrom(
    '/api/sessions/X/status',
    '/api/sessions/X',
    '/api/sessions/X/qr',
    '/X',
    '/api/X/status',
    '/api/sessions/X/outbox/X',
  )
  const target = fc
    .tuple(pattern, hostileId)
    // A request line ends at a space or a line, whatever the worker does: these are the next test's.
    .map(([form, part]) => form.replaceAll('X', part.replaceAll(/[\s\p{Cc}]/gu, '_')))
    .filter((path) => !path.toLowerCase().includes(`/sessions/${id}/status`) && path.length < 8000)

  it('is refused once, in the shape of every refusal, and changes nothing', async () => {
    // What the phone told of its contacts is gathered for a second before it is written down.
    await eventually(() => expect(Object.keys(fingerprint(worker.data)).some((path) => path.endsWith('/names.json'))).toBe(true))
    const before = fingerprint(worker.data)
    await fc.assert(
      fc.asyncProperty(target, fc.constantFrom('GET', 'POST', 'DELETE'), fc.constantFrom(null, 'id'), async (path, method, who) => {
        // The bytes that arrive are those of UTF-8, as the token says in one character each.
        const bytes = Buffer.from(path).toString('latin1')
        const authorization = await signed(method, bytes, who && id)
        expect([path, wrongWith(await sendRaw(worker.url, rawRequest(method, bytes, [authorization])))]).toEqual([path, null])
      }),
      { seed: SEED, numRuns: RUNS },
    )
    expect(Object.keys(fingerprint(worker.data))).toEqual(Object.keys(before))
    expect(await world.row(id)).toMatchObject({ status: 'connected', generation: 1 })
  }, 120_000)

  it.each([
    ['GET', '//127.0.0.1/api/sessions'],
    ['GET', 'http://elsewhere.example/health'],
    ['GET', 'http://user:password@127.0.0.1/health'],
    ['GET', '*'],
    ['OPTIONS', '*'],
    ['GET', '/health#fragment'],
    ['GET', '/health;x=1'],
    ['GET', '/%68ealth/'],
    ['GET', '/health%00'],
    ['GET', '/../health'],
    ['GET', '/api/../health'],
    ['GET', '/api/%2e%2e/health'],
    ['GET', '\\health'],
    ['GET', 'health'],
  ])('%s %s is nobody’s: what is open is spelled in one way', async (method, path) => {
    const answer = await sendRaw(worker.url, rawRequest(method, path, []))
    expect([path, wrongWith(answer), answer.statuses.includes(200)]).toEqual([path, null, false])
  })

  it.each(['CONNECT', 'TRACE', 'OPTIONS', 'PUT', 'PATCH', 'HEAD', 'PROPFIND', 'PURGE', 'get', 'G\tET', 'DELETE '])(
    'the method "%s" reaches no session',
    async (method) => {
      const path = `/api/sessions/${id}/status`
      const { statuses } = await sendRaw(worker.url, rawRequest(method, path, [await signed(method.trim(), path, id)]))
      expect(statuses.every((status) => status >= 400 && status < 500)).toBe(true)
    },
  )
})

describe('a request that two readers would cut in two places', () => {
  /** A whole, signed, valid command, hidden where a careless reader would take it for the next request. */
  const hidden = async (): Promise<string> => {
    const path = `/api/sessions/${id}/stop`
    return rawRequest('POST', path, [await signed('POST', path, id), 'Content-Length: 0'])
  }
  const cases: Record<string, (inner: string) => { headers: string[]; body: string; version?: string }> = {
    'two lengths that differ': (inner) => ({ headers: ['Content-Length: 0', `Content-Length: ${inner.length}`], body: inner }),
    'a length and chunks': (inner) => ({ headers: ['Content-Length: 4', 'Transfer-Encoding: chunked'], body: `0\r\n\r\n${inner}` }),
    'chunks and a length': (inner) => ({
      headers: ['Transfer-Encoding: chunked', `Content-Length: ${inner.length + 5}`],
      body: `0\r\n\r\n${inner}`,
    }),
    'chunks that are not last': (inner) => ({ headers: ['Transfer-Encoding: chunked, identity'], body: `0\r\n\r\n${inner}` }),
    'chunks by another name': (inner) => ({ headers: ['Transfer-Encoding: xchunked'], body: `0\r\n\r\n${inner}` }),
    'chunks with a folded header': (inner) => ({ headers: ['Transfer-Encoding:\r\n chunked'], body: `0\r\n\r\n${inner}` }),
    'a folded length': (inner) => ({ headers: ['Content-Length: 0\r\n 5'], body: inner }),
    'a length with a sign': (inner) => ({ headers: ['Content-Length: +0'], body: inner }),
    'a length that is a list': (inner) => ({ headers: [`Content-Length: 0, ${inner.length}`], body: inner }),
    'a negative length': (inner) => ({ headers: ['Content-Length: -1'], body: inner }),
    'a space before the colon': (inner) => ({ headers: ['Content-Length : 0', `Content-Length: ${inner.length}`], body: inner }),
    'a bare line feed between headers': (inner) => ({
      headers: [`X: y\nContent-Length: 0`, `Content-Length: ${inner.length}`],
      body: inner,
    }),
    'a chunk with a line feed in its extension': (inner) => ({
      headers: ['Transfer-Encoding: chunked'],
      body: `2;\n\nxx\r\n0\r\n\r\n${inner}`,
    }),
    'a chunk of a size beyond all numbers': (inner) => ({ headers: ['Transfer-Encoding: chunked'], body: `fffffffffffffffff\r\n${inner}` }),
    'HTTP/1.0 with chunks': (inner) => ({
      headers: ['Transfer-Encoding: chunked', 'Content-Length: 5'],
      body: `0\r\n\r\n${inner}`,
      version: '1.0',
    }),
  }

  it.each(Object.keys(cases))('by %s is at most one request: what hides in its body is not carried out', async (name) => {
    const made = cases[name]?.(await hidden()) ?? { headers: [], body: '' }
    const first = rawRequest('POST', '/api/sessions', made.headers, made.body)
    // Kept open: what hides would be answered before the harmless request that follows and ends it.
    const kept = first.replace('Connection: close\r\n', '').replace('HTTP/1.1', `HTTP/${made.version ?? '1.1'}`)
    const { statuses, text } = await sendRaw(worker.url, kept, rawRequest('GET', '/nothing', []))
    expect([name, statuses.includes(200), text.includes('sessionId')]).toEqual([name, false, false])
    expect(statuses.length).toBeLessThanOrEqual(2)
    expect(await world.row(id)).toMatchObject({ desired: 'online', status: 'connected' })
  })

  it('an extension of a chunk is no part of the body that was signed', async () => {
    const path = `/api/sessions/${id}/messages`
    const body = JSON.stringify({ to: '+51912000111', text: 'x' })
    const chunked = `${body.length.toString(16)};name="value"\r\n${body}\r\n0\r\nX-Evil: trailer\r\n\r\n`
    const headers = [await signed('POST', path, id, `${body};name="value"`), 'Transfer-Encoding: chunked']
    expect(await sendRaw(worker.url, rawRequest('POST', path, headers, chunked))).toMatchObject({ statuses: [401] })
  })

  it('an upgrade is not taken: the request is answered as if it had not asked', async () => {
    const upgrade = ['Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__', 'Connection: Upgrade, HTTP2-Settings']
    const answer = await sendRaw(
      worker.url,
      rawRequest('GET', `/api/sessions/${id}/status`, upgrade).replace('Connection: close\r\n', ''),
      rawRequest('GET', '/nothing', []),
    )
    expect(answer.statuses.every((status) => [400, 401, 404].includes(status))).toBe(true)
    const preface = await sendRaw(worker.url, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    expect(preface.statuses.every((status) => status >= 400)).toBe(true)
  })
})

describe('JSON that hurts', () => {
  const deep = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)
  const to = '"to":"+51912000111"'
  it.each([
    ['objects in objects', deep(9000)],
    ['lists in lists', '['.repeat(60_000)],
    ['a mark of byte order', `\ufeff{${to},"text":"x"}`],
    ['a number for a text', `{${to},"text":1e999}`],
    ['a list for an object', `[{${to},"text":"x"}]`],
    ['a prototype', `{"__proto__":{"to":"+51912000111","text":"x"}}`],
    ['a constructor', `{"constructor":{"prototype":{"text":"x"}},${to}}`],
    ['a key given twice, of which the last counts', `{${to},"text":"x","text":5}`],
  ])('%s: is refused as input, and the worker goes on', async (_name, body) => {
    const path = `/api/sessions/${id}/messages`
    expect(await worker.call('POST', path, { sessionId: id, body })).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid_input' } },
    })
    expect(({} as Record<string, unknown>)['text']).toBeUndefined()
  })

  it('bytes that are no UTF-8 are not the body that was signed', async () => {
    const path = `/api/sessions/${id}/messages`
    const bytes = Buffer.concat([Buffer.from(`{${to},"text":"`), Buffer.from([0xc0, 0xae, 0xff]), Buffer.from('"}')])
    const head = rawRequest('POST', path, [await signed('POST', path, id, bytes.toString('latin1')), `Content-Length: ${bytes.length}`])
    expect(await sendRaw(worker.url, Buffer.concat([Buffer.from(head), bytes]))).toMatchObject({ statuses: [401] })
  })
})

it('an id of a text that is none, and one of a session that nobody has, are refused before anything is asked', async () => {
  for (const piece of HOSTILE_PIECES) {
    const path = `/api/sessions/${id}/outbox/${encodeURIComponent(piece)}A`
    expect(await worker.call('DELETE', path, { sessionId: id })).toMatchObject({
      status: 400,
      body: { error: { detail: { field: 'message' } } },
    })
  }
  const nobody = randomUUID()
  expect(await worker.call('GET', `/api/sessions/${nobody}/status`, { sessionId: nobody })).toMatchObject({ status: 404 })
  expect(await world.row(id)).toMatchObject({ status: 'connected' })
})

import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Front, openFront } from '../../scripts/stack/front.ts'

let front: Front
let part: Server
let answer: (request: IncomingMessage, response: ServerResponse) => void
const FUNCTION = '/functions/v1/whatsapp-session'

beforeEach(async () => {
  part = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1')
  await once(part, 'listening')
  front = await openFront(0)
  const { port } = part.address() as AddressInfo
  front.connect({ api: port, edge: port, simulator: port })
})
afterEach(async () => {
  await front.close()
  part.closeAllConnections()
  part.close()
})

describe('while the stack starts', () => {
  it('tells a browser so, which looks again by itself, and a program in JSON', async () => {
    const starting = await openFront(0)
    try {
      const page = await fetch(starting.url, { headers: { accept: 'text/html,*/*;q=0.8' } })
      expect([page.status, page.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8'])
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; style-src 'sha256-")
      expect(await page.text()).toMatch(/<meta http-equiv="refresh" content="1">[^]*Latchkey is starting/)
      const data = await fetch(`${starting.url}/config.json`, { headers: { accept: 'application/json' } })
      expect([data.status, await data.json()]).toMatchObject([503, { error: { code: 'not_ready' } }])
    } finally {
      await starting.close()
    }
  })
})

describe('the one origin', () => {
  it.each([
    ['/rest/v1/table?select=id', '/rest/v1/table?select=id'],
    ['/auth/v1/token?grant_type=password', '/auth/v1/token?grant_type=password'],
    [`${FUNCTION}/id/link`, '/whatsapp-session/id/link'],
    ['/phone/api/state', '/api/state'],
    ['/phone/', '/'],
  ])('passes %s on as %s', async (asked, passed) => {
    answer = (request, response) => response.end(request.url)
    expect(await (await fetch(front.url + asked)).text()).toBe(passed)
  })

  it.each(['/rest/v1x', '/functions/v1/other', '/whatsapp-session', '/phones'])('passes %s on to nobody', async (path) => {
    answer = (_, response) => response.end('reached')
    expect(await (await fetch(front.url + path)).text()).not.toContain('reached')
  })

  it('passes method, headers, status and body on, both ways', async () => {
    answer = (request, response) => {
      response.writeHead(207, { 'x-answer': String(request.headers['x-question']), 'content-type': 'text/plain' })
      request.pipe(response)
    }
    const response = await fetch(`${front.url}/rest/v1/x`, { method: 'PATCH', headers: { 'x-question': '42' }, body: 'échо' })
    expect([response.status, response.headers.get('x-answer'), await response.text()]).toEqual([207, '42', 'échо'])
  })

  it('passes a stream on piece by piece, and tells the part when the reader leaves', async () => {
    let stream: ServerResponse | undefined
    answer = (_, response) => {
      stream = response
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('one')
    }
    const left = new AbortController()
    const response = await fetch(`${front.url}${FUNCTION}/id/link`, { signal: left.signal })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader?.read())?.value).toBe('one')
    stream?.write('two')
    expect((await reader?.read())?.value).toBe('two')
    const closed = once(stream as ServerResponse, 'close')
    left.abort()
    await closed
  })

  it('does not pass off a stream that was cut as one that ended', async () => {
    answer = (_, response) => {
      response.writeHead(200).write('half')
      setTimeout(() => response.destroy(), 20)
    }
    const response = await fetch(`${front.url}/rest/v1/x`)
    await expect(response.text()).rejects.toThrow('terminated')
  })

  it('says that a part is not ready when nobody listens there', async () => {
    part.closeAllConnections()
    await new Promise((done) => part.close(done))
    const response = await fetch(`${front.url}/rest/v1/x`)
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ error: { code: 'not_ready' } })
  })
})

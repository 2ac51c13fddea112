import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ErrorBody } from '#domain/errors.ts'
import { json } from './support/recording-worker.ts'
import { aReceipt, aView } from './support/values.ts'
import { startWorld, type World } from './support/world.ts'

let world: World
let id: string
beforeAll(async () => {
  world = await startWorld()
  id = await world.session()
})
afterAll(() => world.stop())
beforeEach(() => {
  world.worker.calls.length = 0
  world.worker.answer((_, response) => json(response, 200, aView(id)))
})

/** What a socket gets for a request that is written by hand: clients would tidy it up. */
async function raw(line: string, headers: string[] = [], body = ''): Promise<{ status: number; head: string; body: string }> {
  const socket = connect(Number(new URL(world.edge.url).port), '127.0.0.1')
  await once(socket, 'connect')
  const lines = [`${line} HTTP/1.1`, ...(headers.some((one) => /^host:/i.test(one)) ? [] : ['Host: x']), 'Connection: close', ...headers]
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`)
  const [head = '', ...rest] = (await text(socket)).split('\r\n\r\n')
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]), head, body: rest.join('\r\n\r\n') }
}
const bearer = (token = world.admin.token) => `Authorization: Bearer ${token}`
const errorIn = (body: string) => ErrorBody.parse(JSON.parse(/\{.*\}/s.exec(body)?.[0] ?? '')).error

describe('a path', () => {
  it.each([
    ['/whatsapp-session/%2e%2e/rest', 'not_found'],
    ['/whatsapp-session/..%2f..%2fapi/status', 'invalid_input'],
    ['/whatsapp-session//:id/status', 'not_found'],
    ['/whatsapp-session/:id/status%2f', 'not_found'],
    ['/whatsapp-session/:id%2fstart/status', 'invalid_input'],
    ['/whatsapp-session/:id%00/status', 'invalid_input'],
    ['/whatsapp-session/:id/STATUS', 'not_found'],
    ['/whatsapp-session/:id\\..\\start/status', 'invalid_input'],
    ['/other/whatsapp-session/:id/status', 'not_found'],
    ['http://elsewhere.example/rest/v1/:id/status', 'not_found'],
  ])('%s is %s, and nobody is asked', async (path, code) => {
    const { body } = await raw(`GET ${path.replace(':id', id)}`, [bearer()])
    expect(errorIn(body).code).toBe(code)
    expect(world.worker.calls).toEqual([])
  })

  it.each([
    ['GET', '/whatsapp-session/51987%2f654321/status', 'session'],
    ['GET', '/whatsapp-session/51987654321%2f..%2fstart/status', 'session'],
    ['GET', '/whatsapp-session/51987654321%00/status', 'session'],
    ['GET', '/whatsapp-session/51987654321%0d%0aX-Evil:1/status', 'session'],
    ['GET', '/whatsapp-session/51987654321;phone=1/status', 'session'],
    ['GET', '/whatsapp-session/51987654321%22,%22+1/status', 'session'],
    ['GET', '/whatsapp-session/tel:51987654321/status', 'session'],
    ['GET', '/whatsapp-session/%D9%A5%D9%A1%D9%A9%D9%A8%D9%A7%D9%A6%D9%A5%D9%A4%D9%A3%D9%A2%D9%A1/status', 'session'],
    ['GET', '/whatsapp-session/%zz/status', 'session'],
    ['GET', `/whatsapp-session/${'5'.repeat(41)}/status`, 'session'],
    ['GET', `/whatsapp-session/${'5'.repeat(7000)}/status`, 'session'],
    ['DELETE', '/whatsapp-session/:id/outbox/%2e%2e%2foutbox', 'message'],
    ['DELETE', `/whatsapp-session/:id/outbox/${'A'.repeat(7000)}`, 'message'],
    ['DELETE', '/whatsapp-session/sessions/51987%2f654321/delete', 'phoneNumber'],
    ['DELETE', '/whatsapp-session/sessions/%00/delete', 'phoneNumber'],
    ['GET', '/whatsapp-session/groups?phone=51987654321&phone=51911222333', 'phone'],
    ['GET', '/whatsapp-session/groups?phone=51987654321&%70hone=51911222333', 'phone'],
    ['GET', '/whatsapp-session/contacts?session=:id&session=:id', 'session'],
    ['GET', '/whatsapp-session/contacts?phone[]=51987654321', 'phoneNumber'],
    ['GET', '/whatsapp-session/contacts?phone=51987654321%00', 'phoneNumber'],
    ['GET', `/whatsapp-session/contacts?phone=${'5'.repeat(7000)}`, 'phoneNumber'],
    ['GET', '/whatsapp-session/:id/status?organization=1', 'organization'],
    ['GET', '/whatsapp-session/:id/status?organization=', 'organization'],
    ['GET', '/whatsapp-session?organization=*&organization=*', 'organization'],
    ['GET', '/whatsapp-session/sessions?organization=eq.1', 'organization'],
  ])('%s %s names "%s" as what is wrong, and nobody is asked', async (method, path, field) => {
    const { status, body } = await raw(`${method} ${path.replaceAll(':id', id)}`, [bearer()])
    expect([status, JSON.parse(/\{.*\}/s.exec(body)?.[0] ?? '')]).toMatchObject([
      400,
      /whatsapp-session\/(?:sessions|groups|contacts)/.test(path)
        ? { success: false, code: 'invalid_input', detail: { field } }
        : { error: { code: 'invalid_input', detail: { field } } },
    ])
    expect(world.worker.calls).toEqual([])
  })

  it.each(['/whatsapp-session/Sessions', '/whatsapp-session/%73essions', '/whatsapp-session/sessions%2f'])(
    '%s is nobody: the words of the Portal are spelled in one way',
    async (path) => {
      const { status } = await raw(`GET ${path}`, [bearer()])
      expect([404, 405]).toContain(status)
      expect(world.worker.calls).toEqual([])
    },
  )

  it('means the session in any case of its letters, and takes no query along', async () => {
    const { status } = await raw(`GET /whatsapp-session/${id.toUpperCase()}/status?orderId=1&path=/start#x`, [bearer()])
    expect(status).toBe(200)
    expect(world.worker.calls).toMatchObject([{ method: 'GET', path: `/api/sessions/${id}/status`, claims: { session_id: id } }])
  })
})

describe('headers', () => {
  it('of proxies change neither who is asked nor what is said', async () => {
    const forged = [
      'X-Forwarded-Host: evil.example',
      'X-Forwarded-For: 127.0.0.1',
      'X-Forwarded-Proto: https',
      'X-Original-URL: /api/sessions',
    ]
    const { status } = await raw(`GET /whatsapp-session/${id}/status`, [bearer(), ...forged, 'X-HTTP-Method-Override: DELETE'])
    expect(status).toBe(200)
    expect(world.worker.calls).toMatchObject([{ method: 'GET', path: `/api/sessions/${id}/status` }])
  })

  it('with two tokens are refused, for nobody knows which one counts', async () => {
    const { body } = await raw(`GET /whatsapp-session/${id}/status`, [bearer(world.stranger.token), bearer()])
    expect(errorIn(body).code).toBe('unauthorized')
  })

  it.each(['Basic YTpi', 'Bearer', 'Bearer a b', 'Bearer \u00e9\u00e9\u00e9'])('with the token "%s" are refused', async (value) => {
    const { body } = await raw(`GET /whatsapp-session/${id}/status`, [`Authorization: ${value}`])
    expect(errorIn(body).code).toBe('unauthorized')
  })

  it('with the service key as a token are refused: it is nobody', async () => {
    const answer = await world.edge.call('GET', `/${id}/status`, world.database.serviceRoleKey)
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 'unauthorized' } } })
  })

  it('with a host that is none are refused', async () => {
    const { status, body } = await raw(`GET /whatsapp-session/${id}/status`, ['Host: a b]', bearer()])
    expect([status, errorIn(body)]).toMatchObject([400, { code: 'invalid_input', detail: { field: 'host' } }])
  })
})

describe('methods', () => {
  it('HEAD is refused, without a body', async () => {
    const { status, head, body } = await raw(`HEAD /whatsapp-session/${id}/status`, [bearer()])
    expect([status, body]).toEqual([405, ''])
    expect(head.toLowerCase()).toContain('allow: get')
  })

  it.each(['TRACE', 'PROPFIND', 'get'])('%s is refused', async (method) => {
    const { status } = await raw(`${method} /whatsapp-session/${id}/status`, [bearer()])
    expect([400, 405]).toContain(status)
    expect(world.worker.calls).toEqual([])
  })
})

describe('a body', () => {
  it('counts as JSON whatever it calls itself, and only its order is read', async () => {
    const { data } = await world.admin.client.rpc('reset_session', { session_id: id }).throwOnError()
    world.worker.answer((_, response) => json(response, 200, aReceipt(id, data)))
    const body = JSON.stringify({ orderId: data.toUpperCase(), sessionId: 'x', max_generation: 99, __proto__: { admin: true } })
    const headers = [bearer(), 'Content-Type: text/html', `Content-Length: ${body.length}`]
    expect(await raw(`POST /whatsapp-session/${id}/clear`, headers, body)).toMatchObject({ status: 200 })
    expect(world.worker.calls).toMatchObject([{ body: JSON.stringify({ orderId: data }) }])
  })

  it('with two lengths does not become two requests', async () => {
    const inner = `GET /whatsapp-session/${id}/status HTTP/1.1\r\nHost: x\r\n${bearer()}\r\n\r\n`
    const headers = [bearer(), 'Transfer-Encoding: chunked', `Content-Length: 4`]
    const answer = await raw(`GET /whatsapp-session/${id}/nothing`, headers, `0\r\n\r\n${inner}`)
    expect(answer.body).not.toContain('HTTP/1.1 200')
    expect(world.worker.calls).toEqual([])
  })
})

describe('a user', () => {
  it('who was removed is nobody at once, though the token is not over', async () => {
    const gone = await world.database.person('gone@acme.test')
    await world.database.sql`insert into public.organization_members values (${world.organizationId}, ${gone.id}, 'admin')`
    expect(await world.edge.call('GET', `/${id}/status`, gone.token)).toMatchObject({ status: 200 })
    await world.database.sql`delete from auth.users where id = ${gone.id}`
    expect(await world.edge.call('GET', `/${id}/status`, gone.token)).toMatchObject({
      status: 401,
      body: { error: { code: 'unauthorized' } },
    })
  })
})

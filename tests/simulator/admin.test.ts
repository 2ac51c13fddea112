import { request } from 'node:http'
import { expect, it, vi } from 'vitest'
import type { Simulator } from '../../simulator/simulator.ts'
import { client, linked, simulate } from './support/bench.ts'
import { linkedDevice } from './support/worker-socket.ts'

type Answered = { status: number; body: unknown; headers: Headers }

async function call({ adminUrl }: Simulator, method: string, path: string, body?: unknown): Promise<Answered> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(adminUrl + path, { method, headers, ...(body === undefined ? {} : { body: text }) })
  return { status: response.status, body: await response.json(), headers: response.headers }
}

const device = (jid: string, what: string) => `/api/devices/${encodeURIComponent(jid)}/${what}`
const refused = (field: string) => ({ error: { code: 'invalid_input', message: expect.any(String), detail: { field } } })

it('shows phones, waiting devices, linked devices and counts', async () => {
  const simulator = await simulate()
  const { jid } = await linked(simulator)
  await client(simulator).qr()
  expect(await call(simulator, 'GET', '/api/state')).toMatchObject({
    status: 200,
    body: {
      phones: [
        { phone: '51987654321', name: 'Ana', devices: 1 },
        { phone: '51912000111', name: 'Luis', devices: 0 },
      ],
      devices: [{ jid, online: true, silent: false, platform: 'Chrome (Mac OS)' }],
      waiting: [{ id: expect.any(String), refs: expect.any(Array), ref: expect.stringMatching(/^2@/) }],
      counts: { links: 1 },
      behaviour: { unlinkReply: 'ack' },
    },
  })
})

it('scans a text, and a waiting device with one click', async () => {
  const simulator = await simulate()
  const [one, two] = [client(simulator), client(simulator)]
  await two.qr()
  expect(await call(simulator, 'POST', '/api/scan', { qr: await one.qr(), phone: '+51 912 000 111' })).toMatchObject({
    status: 200,
    body: { jid: '51912000111:1@s.whatsapp.net' },
  })
  const waiting = await vi.waitUntil(() => simulator.waiting().find((device) => device.qr !== null))
  expect(await call(simulator, 'POST', `/api/waiting/${waiting.id}/scan`)).toMatchObject({
    status: 200,
    body: { jid: '51987654321:1@s.whatsapp.net' },
  })
  expect(await two.closed()).toMatchObject({ code: 515 })
})

it('unlinks, silences, brings back, replaces, fails and drops a device', async () => {
  const simulator = await simulate()
  const first = await linked(simulator)
  const again = async () => {
    const next = client(simulator, first.auth)
    await next.opened()
    return next
  }
  expect(await call(simulator, 'POST', device(first.jid, 'replace'))).toMatchObject({ status: 200 })
  expect(await first.closed()).toMatchObject({ code: 440 })
  const second = await again()
  expect(await call(simulator, 'POST', device(first.jid, 'fail'), { reason: 503 })).toMatchObject({ status: 200 })
  expect(await second.closed()).toMatchObject({ code: 503 })
  const third = await again()
  expect(await call(simulator, 'POST', device(first.jid, 'drop'))).toMatchObject({ status: 200 })
  expect(await third.closed()).toMatchObject({ code: 428 })
  const fourth = await again()
  await call(simulator, 'POST', device(first.jid, 'offline'))
  expect(simulator.devices()).toMatchObject([{ silent: true, online: false }])
  await call(simulator, 'POST', device(first.jid, 'online'))
  expect(await fourth.closed()).toMatchObject({ code: 428 })
  const fifth = await again()
  expect(await call(simulator, 'POST', device(first.jid, 'unlink'))).toMatchObject({ status: 200 })
  expect(await fifth.closed()).toMatchObject({ code: 401 })
  expect(await call(simulator, 'POST', device(first.jid, 'unlink'))).toMatchObject({
    status: 404,
    body: { error: { code: 'unknown_device' } },
  })
})

it('adds a phone once, and scans with it', async () => {
  const simulator = await simulate()
  expect(await call(simulator, 'POST', '/api/accounts', { phone: '+51 944 123 456', name: 'Rosa' })).toMatchObject({ status: 201 })
  expect(await call(simulator, 'POST', '/api/accounts', { phone: '51944123456', name: 'Eva' })).toMatchObject({ status: 409 })
  expect(await simulator.scan(await client(simulator).qr(), '51944123456')).toMatchObject({ ok: true })
})

it('sets how it behaves, and what it refuses', async () => {
  const simulator = await simulate()
  expect(await call(simulator, 'PATCH', '/api/behaviour', { unlinkReply: 'lost' })).toMatchObject({
    status: 200,
    body: { unlinkReply: 'lost', unlinkDelayMs: 0, restartDelayMs: 0, messageReply: 'ack' },
  })
  await call(simulator, 'POST', '/api/refusals', { reason: 405 })
  expect(await client(simulator).closed()).toMatchObject({ code: 405 })
  await call(simulator, 'POST', '/api/refusals', { reason: 405 })
  await call(simulator, 'DELETE', '/api/refusals')
  await expect(client(simulator).qr()).resolves.toContain('#2@')
})

it.each([
  ['POST', '/api/scan', {}, 'qr'],
  ['POST', '/api/scan', { qr: 'x', phone: 'Ana' }, 'phone'],
  ['POST', '/api/scan', { qr: 'x', telephone: '1' }, 'telephone'],
  ['POST', '/api/scan', '{', 'body'],
  ['POST', '/api/scan', '[]', 'body'],
  ['POST', '/api/waiting/nobody/scan', {}, 'id'],
  ['POST', '/api/devices/ana/unlink', {}, 'jid'],
  ['POST', '/api/devices/%E0%A4%A/unlink', {}, 'jid'],
  ['POST', '/api/devices/51987654321%3A1%40s.whatsapp.net/fail', { reason: 'banned' }, 'reason'],
  ['POST', '/api/accounts', { phone: '12', name: 'Ana' }, 'phone'],
  ['POST', '/api/accounts', { phone: '51944123456', name: ' ' }, 'name'],
  ['POST', '/api/refusals', { reason: 200 }, 'reason'],
  ['PATCH', '/api/behaviour', { unlinkDelayMs: -1 }, 'unlinkDelayMs'],
  ['POST', '/api/camera', { noisePublicKey: 'short', advSecret: 'short' }, 'noisePublicKey'],
])('answers %s %s %j with 400 and names "%s"', async (method, path, body, field) => {
  expect(await call(await simulate(), method, path, body)).toMatchObject({ status: 400, body: refused(field) })
})

it('says why a scan linked nothing', async () => {
  const simulator = await simulate()
  const qr = await client(simulator).qr()
  expect(await call(simulator, 'POST', '/api/scan', { qr: 'hello' })).toMatchObject({
    status: 400,
    body: { error: { code: 'malformed_qr' } },
  })
  const unknown = qr.replace('#2@', '#3@')
  expect(await call(simulator, 'POST', '/api/scan', { qr: unknown })).toMatchObject({
    status: 404,
    body: { error: { code: 'unknown_ref' } },
  })
})

it('answers unknown addresses with 404, other methods with 405, huge bodies with 413', async () => {
  const simulator = await simulate()
  expect(await call(simulator, 'GET', '/api/nothing')).toMatchObject({ status: 404 })
  expect(await call(simulator, 'GET', '/../package.json')).toMatchObject({ status: 404 })
  const wrong = await call(simulator, 'DELETE', '/api/state')
  expect(wrong).toMatchObject({ status: 405 })
  expect(wrong.headers.get('allow')).toBe('GET')
  expect(await call(simulator, 'POST', '/api/scan', { qr: 'x'.repeat(70_000) })).toMatchObject({ status: 413 })
})

it('listens to this machine only: a foreign host or origin is refused, for the API and for clients', async () => {
  const simulator = await simulate()
  const status = (path: string, headers: Record<string, string>) =>
    new Promise<number | string>((resolve) => {
      const asked = request(simulator.adminUrl + path, { headers }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      asked.on('upgrade', (_response, socket) => {
        socket.destroy()
        resolve('upgraded')
      })
      asked.on('error', () => resolve('cut'))
      asked.end()
    })
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  }
  expect(await status('/api/state', { host: 'localhost:9' })).toBe(200)
  expect(await status('/api/state', { host: 'phone.example' })).toBe(403)
  expect(await status('/api/state', { origin: 'https://phone.example' })).toBe(403)
  expect(await status('/ws/chat', upgrade)).toBe('upgraded')
  expect(await status('/ws/chat', { ...upgrade, host: 'phone.example' })).toBe('cut')
  expect(await status('/elsewhere', upgrade)).toBe('cut')
})

it('tells the texts that a phone received, and opens them', async () => {
  const simulator = await simulate()
  const { socket } = await linkedDevice(simulator)
  expect(await call(simulator, 'PATCH', '/api/behaviour', { messageReply: 'refused' })).toMatchObject({ body: { messageReply: 'refused' } })
  const text = { id: 'ADMIN-1', to: '+51912000111', text: 'Hola' }
  expect(await socket.sendText(text, 20_000)).toBe('refused')
  await call(simulator, 'PATCH', '/api/behaviour', { messageReply: 'ack' })
  expect(await socket.sendText(text, 20_000)).toBe('sent')
  expect(await call(simulator, 'GET', '/api/accounts/51912000111/texts')).toMatchObject({
    status: 200,
    body: { texts: [{ id: 'ADMIN-1', from: '51987654321', text: 'Hola', doubles: 0 }] },
  })
  await vi.waitFor(async () => {
    expect(await call(simulator, 'POST', '/api/accounts/51912000111/read')).toMatchObject({ status: 200, body: { read: 1 } })
  })
  for (const [method, path] of [
    ['GET', 'texts'],
    ['POST', 'read'],
  ] as const) {
    expect(await call(simulator, method, `/api/accounts/4930123456/${path}`)).toMatchObject({
      status: 404,
      body: { error: { code: 'unknown_phone' } },
    })
  }
  expect(await call(simulator, 'GET', '/api/accounts/Luis/texts')).toMatchObject({ status: 400, body: refused('phone') })
})

it('does with a phone what its owner does: a code, a passkey, texts, contacts, groups', async () => {
  const simulator = await simulate()
  const phone = '/api/accounts/51987654321'
  expect(await call(simulator, 'POST', `${phone}/code`, { code: 'AAAA-AAAA' })).toMatchObject({
    status: 404,
    body: { error: { code: 'no_code_asked' } },
  })
  expect(await call(simulator, 'POST', `${phone}/code`, { code: 'AAA' })).toMatchObject({
    status: 400,
    body: { error: { code: 'malformed_code' } },
  })
  const device = client(simulator)
  await device.qr()
  const code = await device.socket.requestPairingCode('51987654321')
  await vi.waitFor(() => expect(simulator.counts().codes).toBe(1))
  await call(simulator, 'POST', `${phone}/passkey`, { demanded: true })
  expect(await call(simulator, 'GET', '/api/state')).toMatchObject({ body: { phones: [{ passkey: true }, { passkey: false }] } })
  expect(await call(simulator, 'POST', `${phone}/code`, { code })).toMatchObject({
    status: 409,
    body: { error: { code: 'passkey_required' } },
  })
  await call(simulator, 'POST', `${phone}/passkey`, { demanded: false })
  expect(await call(simulator, 'POST', `${phone}/code`, { code })).toMatchObject({
    status: 200,
    body: { jid: '51987654321:1@s.whatsapp.net' },
  })

  expect(await call(simulator, 'POST', `${phone}/send`, { to: '+51 912 000 111', text: 'Hola' })).toMatchObject({ body: { devices: 0 } })
  expect(simulator.texts('51912000111')).toMatchObject([{ text: 'Hola' }])
  expect(await call(simulator, 'POST', `${phone}/contacts`, { phone: '51944100299', name: 'Beto' })).toMatchObject({ status: 200 })
  const made = await call(simulator, 'POST', `${phone}/groups`, { subject: 'Viaje', participants: ['51944100299'] })
  const { jid } = made.body as { jid: string }
  expect(await call(simulator, 'PATCH', `/api/groups/${encodeURIComponent(jid)}`, { subject: 'Viaje a Puno' })).toMatchObject({
    status: 200,
  })
  const people = await call(simulator, 'GET', `${phone}/people`)
  expect(people.body).toMatchObject({
    contacts: expect.arrayContaining([{ phone: '51944100299', name: 'Beto', pushName: null }]),
    groups: expect.arrayContaining([{ jid, subject: 'Viaje a Puno', participants: ['51987654321', '51944100299'] }]),
  })
})

it('plays a scenario and tells how far it is', async () => {
  const simulator = await simulate()
  const steps = [
    { do: 'demandPasskey', phone: '51987654321', demanded: true },
    { do: 'rest', after: 'linked' },
  ]
  expect(await call(simulator, 'POST', '/api/scenario', { name: 'own', about: '', steps })).toMatchObject({
    status: 202,
    body: { name: 'own' },
  })
  await vi.waitFor(async () =>
    expect(await call(simulator, 'GET', '/api/scenario')).toMatchObject({
      body: {
        run: { state: 'running', steps: [{ do: 'demandPasskey', outcome: 'ok' }] },
        scenarios: expect.arrayContaining(['bad-network']),
      },
    }),
  )
  expect(await call(simulator, 'POST', '/api/scenario', { name: 'outdated-client' })).toMatchObject({ status: 202 })
  expect(await call(simulator, 'POST', '/api/scenario', { name: 'no-such-story' })).toMatchObject({
    status: 404,
    body: { error: { code: 'unknown_scenario' } },
  })
  expect(await call(simulator, 'POST', '/api/scenario', { name: 'own', about: '', steps: [{ do: 'dance' }] })).toMatchObject({
    status: 400,
  })
})

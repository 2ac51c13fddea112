import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from './support/eventually.ts'
import { watch } from './support/link-stream.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

const REQUEST = '7e57ab1e-0000-4000-8000-00000000abcd'

let world: World
let worker: TestWorker
beforeAll(async () => {
  world = await startWorld()
  worker = await world.startWorker({ LOG_LEVEL: 'info' })
})
afterAll(() => world.stop())

type Line = Record<string, unknown> & { msg: string }
const answered = (): Line[] =>
  worker
    .logged()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
    .filter(({ msg }) => msg === 'a command was answered')

/** The lines that `act` adds, as soon as there are `count` of them. */
async function added(act: () => Promise<unknown>, count = 1): Promise<Line[]> {
  const before = answered().length
  await act()
  return eventually(() => {
    const lines = answered().slice(before)
    expect(lines).toHaveLength(count)
    return lines
  })
}

/** Sends headers as they are, which `fetch` would not. */
function sendRaw(path: string, headers: Record<string, string | string[]>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${worker.url}${path}`, { headers }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
    })
      .on('error', reject)
      .end()
  })
}

describe('a command in the log', () => {
  it('has its route, its session and whose it is, what came of it and how long it took', async () => {
    const id = await world.createSession()
    const [line] = await added(() => worker.call('GET', `/api/sessions/${id}/status`, { sessionId: id }))
    expect(line).toMatchObject({ level: 30, worker: 'worker-test', route: 'status', session: id, status: 200, result: 'ok' })
    expect(line).toMatchObject({
      organization: world.organizationId,
      ms: expect.any(Number),
      request: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  })

  it('bears the name that came with it, once, and only if it is one', async () => {
    const path = '/api/sessions/51987650088/status'
    const sent: [string | string[], string | null][] = [
      [REQUEST, REQUEST],
      [REQUEST.toUpperCase(), REQUEST],
      [[REQUEST, REQUEST], null],
      [`${REQUEST} `, REQUEST],
      [`${REQUEST}"}`, null],
      ['{"level":60}', null],
      ['\u00ff'.repeat(200), null],
      ['', null],
    ]
    for (const [header, name] of sent) {
      const [line] = await added(() => sendRaw(path, { 'x-request-id': header }))
      expect(line?.['request'] === REQUEST).toBe(name !== null)
      expect(line).toMatchObject({ session: null, organization: null, status: 401, result: 'invalid_command' })
      expect(line?.['request']).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    }
    for (const text of ['51987650088', '"level":60', '\u00ff']) expect(worker.logged()).not.toContain(text)
  })

  it('does not claim to be of the organisation that an unsigned one names', async () => {
    const id = await world.createSession()
    const [line] = await added(() => worker.call('GET', `/api/sessions/${id}/status`, { sessionId: id, claims: { aud: 'another-worker' } }))
    expect(line).toMatchObject({ session: id, organization: null, result: 'invalid_command' })
  })

  it('is told of a stream when that is over, also when its reader just leaves', async () => {
    const id = await world.createSession()
    const lines = await added(async () => {
      const stream = await watch(worker, id)
      await eventually(() => expect(stream.events.length).toBeGreaterThan(0))
      expect(answered().filter(({ route }) => route === 'link')).toEqual([])
      stream.leave()
    })
    expect(lines).toMatchObject([{ route: 'link', session: id, status: 200, result: 'ok' }])
  })

  it('is told as gone where the caller left before there was an answer', async () => {
    const id = await world.createSession()
    const path = `/api/sessions/${id}/messages`
    const token = await worker.call.token('POST', path, { sessionId: id, body: '{}' })
    const [line] = await added(async () => {
      const leaving = request(`${worker.url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-length': '1000' },
      }).on('error', () => {})
      leaving.write('{')
      await eventually(() => expect(leaving.socket?.bytesWritten ?? 0).toBeGreaterThan(0))
      leaving.destroy()
    })
    expect(line).toMatchObject({ route: 'messages', result: 'gone', organization: null })
  })

  it('is the only thing that is logged of a call: whoever asks whether the worker lives, or counts, leaves no line', async () => {
    const before = worker.logged()
    for (const path of ['/health', '/ready', '/metrics', '/nothing']) await (await fetch(`${worker.url}${path}`)).text()
    expect(worker.logged()).toBe(before)
  })
})

describe('who asks whether the worker is there', () => {
  it('hears that it lives and that it is not ready, as soon as it is told to give its sessions away', async () => {
    let draining = false
    const leaving = await world.startWorker({}, undefined, true, undefined, { isDraining: () => draining })
    expect((await fetch(`${leaving.url}/ready`)).status).toBe(200)
    draining = true
    const answer = await fetch(`${leaving.url}/ready`)
    expect([answer.status, await answer.json()]).toMatchObject([503, { error: { code: 'not_ready' } }])
    expect((await fetch(`${leaving.url}/health`)).status).toBe(200)
    await leaving.stop()
  })
})

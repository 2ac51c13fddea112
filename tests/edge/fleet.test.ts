import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { pass } from '../../scripts/stack/proxy.ts'
import { startEdge } from './support/edge.ts'
import { type Fleet, startFleet } from './support/fleet.ts'
import { json, type RecordingWorker } from './support/recording-worker.ts'
import { aReceipt, aView } from './support/values.ts'

let fleet: Fleet
beforeAll(async () => {
  fleet = await startFleet({ workerTimeoutSeconds: 2 })
})
afterAll(() => fleet.stop())
beforeEach(() => fleet.clean())

const ASSIGNED = 'POST /rest/v1/rpc/assigned_worker'
const call = (method: string, path: string, body?: object) =>
  fleet.edge.call(method, path, fleet.world.admin.token, body && JSON.stringify(body))

/** What it is asked of a session it shows as it was made. */
function answersWell(worker: RecordingWorker): void {
  worker.answer(({ claims, body }, response) => {
    const { orderId } = JSON.parse(body || '{}') as { orderId?: string }
    const id = claims.session_id ?? ''
    json(response, 200, orderId ? aReceipt(id, orderId) : aView(id))
  })
}
const notHolder = { error: { code: 'not_holder', message: 'Another worker holds this session.' } }
function hasLost(worker: RecordingWorker, meanwhile: (sessionId: string) => Promise<void> = async () => {}): void {
  worker.answer(({ claims }, response) => void meanwhile(claims.session_id ?? '').then(() => json(response, 409, notHolder)))
}

describe('where a call about a session goes', () => {
  it('is to the worker that holds it, and to no other', async () => {
    await Promise.all([fleet.beat('worker-1'), fleet.beat('worker-2')])
    const [of1, of2] = [await fleet.heldBy('worker-1'), await fleet.heldBy('worker-2')]
    answersWell(fleet.first)
    answersWell(fleet.second)
    expect(await call('GET', `/${of2}/status`)).toMatchObject({ status: 200, body: { sessionId: of2 } })
    expect(fleet.calls()).toEqual([0, 1])
    expect(await call('POST', `/${of1}/start`)).toMatchObject({ status: 200, body: { sessionId: of1 } })
    expect(fleet.calls()).toEqual([1, 1])
    expect(fleet.second.calls[0]?.claims).toMatchObject({ aud: 'worker-2', path: `/api/sessions/${of2}/status`, session_id: of2 })
  })

  it('is to the worker with most room, where nobody holds it yet, and from then on to that one', async () => {
    await fleet.beat('worker-1', { count: 90 })
    await fleet.beat('worker-2', { count: 10 })
    const id = await fleet.world.session()
    answersWell(fleet.second)
    expect((await call('POST', `/${id}/start`)).status).toBe(200)
    expect(await fleet.holderOf(id)).toBe('worker-2')
    await fleet.beat('worker-1', { count: 0 })
    expect((await call('GET', `/${id}/status`)).status).toBe(200)
    expect(fleet.calls()).toEqual([0, 2])
  })

  it('is the host that its id is a label of, where the address says so', async () => {
    await fleet.beat('worker-2')
    const id = await fleet.heldBy('worker-2')
    answersWell(fleet.second)
    // Names of that domain are known to nobody here: a proxy that is asked for them stands for the name server.
    const asked: string[] = []
    const proxy = createServer((request, response) => {
      const { host, pathname } = new URL(request.url ?? '')
      asked.push(host)
      pass(request, response, Number(new URL(fleet.second.url).port), pathname)
    })
    proxy.listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const edge = await startEdge(
      {
        supabaseUrl: fleet.world.database.url,
        anonKey: fleet.world.database.anonKey,
        workerUrl: 'http://{worker}.workers.example',
        commandKey: fleet.world.worker.commandKey,
      },
      '',
      { HTTP_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, NO_PROXY: '127.0.0.1' },
    )
    try {
      const { status, body } = await edge.call('GET', `/${id}/status`, fleet.world.admin.token)
      expect({ status, body }).toMatchObject({ status: 200, body: { sessionId: id } })
      expect(asked).toEqual(['worker-2.workers.example'])
    } finally {
      await edge.stop()
      proxy.close()
    }
  })

  it('is nobody, where no worker has room: the order is stored and waits', async () => {
    await fleet.beat('worker-1', { count: 100 })
    await fleet.beat('worker-2', { secondsAgo: 31 })
    const id = await fleet.world.session()
    expect(await call('GET', `/${id}/status`)).toMatchObject({ status: 503, body: { error: { code: 'worker_offline' } } })
    expect(await call('POST', `/${id}/clear`)).toMatchObject({
      status: 503,
      body: { error: { code: 'worker_offline', message: expect.stringContaining('The order is stored'), detail: { queued: true } } },
    })
    expect(fleet.calls()).toEqual([0, 0])
  })

  it('is the holder that fell silent, until its lease is over: it is offline and the order waits; then whoever takes over', async () => {
    await fleet.beat('worker-2')
    await fleet.beat('worker-3', { secondsAgo: 20 })
    const id = await fleet.heldBy('worker-3')
    answersWell(fleet.second)
    const waits = { status: 503, body: { error: { code: 'worker_offline', detail: { queued: true } } } }
    const refused = await call('POST', `/${id}/clear`)
    expect(refused).toMatchObject(waits)
    expect(fleet.calls()).toEqual([0, 0])

    await fleet.beat('worker-3', { secondsAgo: 31 })
    const { orderId } = (refused.body as { error: { detail: { orderId: string } } }).error.detail
    expect(await call('POST', `/${id}/clear`, { orderId })).toMatchObject({ status: 200, body: { orderId, verifiedAbsent: true } })
    expect(fleet.calls()).toEqual([0, 1])
  })

  it('costs one question to the database, and none where there is one worker', async () => {
    await fleet.beat('worker-1')
    const id = await fleet.heldBy('worker-1')
    answersWell(fleet.first)
    answersWell(fleet.world.worker)
    fleet.asked.length = 0
    expect((await fleet.world.edge.call('GET', `/${id}/status`, fleet.world.admin.token)).status).toBe(200)
    const withOne = fleet.asked.splice(0)
    expect(withOne).toEqual(['GET /auth/v1/user', 'GET /rest/v1/whatsapp_sessions'])
    expect((await call('GET', `/${id}/status`)).status).toBe(200)
    expect(fleet.asked).toEqual([...withOne, ASSIGNED])
  })
})

describe('a session that moves while it is asked for', () => {
  it.each([
    ['GET', 'status'],
    ['POST', 'clear'],
  ])('is found at its new holder: %s %s', async (method, path) => {
    await Promise.all([fleet.beat('worker-1'), fleet.beat('worker-2')])
    const id = await fleet.heldBy('worker-1')
    hasLost(fleet.first, (sessionId) => fleet.move(sessionId, 'worker-2'))
    answersWell(fleet.second)
    expect(await call(method, `/${id}/${path}`)).toMatchObject({ status: 200, body: { sessionId: id } })
    expect(fleet.calls()).toEqual([1, 1])
  })

  it('is asked for twice and not more, whatever the workers say', async () => {
    await Promise.all([fleet.beat('worker-1'), fleet.beat('worker-2')])
    const id = await fleet.heldBy('worker-1')
    hasLost(fleet.first, (sessionId) => fleet.move(sessionId, 'worker-2'))
    hasLost(fleet.second, (sessionId) => fleet.move(sessionId, 'worker-1'))
    expect(await call('GET', `/${id}/status`)).toMatchObject({ status: 503, body: { error: { code: 'worker_offline' } } })
    expect(fleet.calls()).toEqual([1, 1])
    await fleet.move(id, 'worker-1')
    expect(await call('DELETE', `/${id}`)).toMatchObject({
      status: 503,
      body: { error: { code: 'worker_offline', detail: { queued: true, orderId: expect.any(String) } } },
    })
    expect(fleet.calls()).toEqual([2, 2])
  })

  it('is asked for once where there is one worker: there is no other to ask', async () => {
    const id = await fleet.world.session()
    hasLost(fleet.world.worker)
    fleet.world.worker.calls.length = 0
    const { status, body } = await fleet.world.edge.call('GET', `/${id}/status`, fleet.world.admin.token)
    expect({ status, body }).toMatchObject({ status: 503, body: { error: { code: 'worker_offline' } } })
    expect(fleet.world.worker.calls).toHaveLength(1)
    expect(fleet.asked).not.toContain(ASSIGNED)
  })

  it('takes no more time than one worker may take', async () => {
    await Promise.all([fleet.beat('worker-1'), fleet.beat('worker-2')])
    const id = await fleet.heldBy('worker-1')
    hasLost(fleet.first, async (sessionId) => {
      await fleet.move(sessionId, 'worker-2')
      await new Promise((done) => setTimeout(done, 1500))
    })
    const asked = Promise.withResolvers<number>()
    fleet.second.answer(({ closed }) => {
      const heardAt = performance.now()
      void closed.then(() => asked.resolve(performance.now() - heardAt))
    })
    expect(await call('GET', `/${id}/status`)).toMatchObject({ status: 504, body: { error: { code: 'timeout' } } })
    // It is given up when the two seconds of the first are over, not two seconds later.
    expect(await asked.promise).toBeLessThan(1900)
    expect(fleet.calls()).toEqual([1, 1])
  })

  it('has its link shown by the new holder, when the page attaches anew', async () => {
    await Promise.all([fleet.beat('worker-1'), fleet.beat('worker-2')])
    const id = await fleet.heldBy('worker-1')
    const shows = (worker: RecordingWorker, event: string) =>
      worker.answer((_, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(event))
    shows(fleet.first, 'event: retry\ndata: {}\n\n')
    shows(fleet.second, 'event: qr\ndata: {"of":"the new holder"}\n\n')
    const watch = async () => {
      const headers = { authorization: `Bearer ${fleet.world.admin.token}` }
      return await (await fetch(`${fleet.edge.url}/${id}/link`, { headers })).text()
    }
    expect(await watch()).toContain('event: retry')
    await fleet.move(id, 'worker-2')
    expect(await watch()).toContain('the new holder')
  })

  it('is proven cleared where its last holder was done before anybody could be asked: it has none any more', async () => {
    await fleet.beat('worker-1')
    const id = await fleet.heldBy('worker-1')
    const { sql } = fleet.world.database
    hasLost(fleet.first, async (sessionId) => {
      const [order] = await sql<{ id: string }[]>`select id from public.whatsapp_clearances where session_id = ${sessionId}`
      const receipt = aReceipt(sessionId, order?.id)
      await sql`update private.leases set cleared_generation = 1000 where session_id = ${sessionId}`
      await fleet.world.database.service.rpc('worker_complete_order', { order_id: order?.id ?? '', receipt }).throwOnError()
    })
    expect(await call('DELETE', `/${id}`)).toMatchObject({ status: 200, body: { sessionId: id, verifiedAbsent: true } })
    expect(fleet.calls()).toEqual([1, 0])
  })
})

describe('who may not', () => {
  it('has the database asked for no worker, and no worker asked', async () => {
    await fleet.beat('worker-1')
    const id = await fleet.heldBy('worker-1')
    fleet.asked.length = 0
    const { agent, stranger } = fleet.world
    expect(await fleet.edge.call('POST', `/${id}/start`, agent.token)).toMatchObject({ status: 403 })
    expect(await fleet.edge.call('GET', `/${id}/link`, agent.token)).toMatchObject({ status: 403 })
    for (const [method, path] of [
      ['GET', 'status'],
      ['GET', 'link'],
      ['POST', 'start'],
      ['POST', 'clear'],
    ] as const)
      expect(await fleet.edge.call(method, `/${id}/${path}`, stranger.token)).toMatchObject({
        status: 404,
        body: { error: { code: 'not_found' } },
      })
    expect(fleet.asked).not.toContain(ASSIGNED)
    expect(fleet.calls()).toEqual([0, 0])
  })

  it('is not an agent who looks', async () => {
    await fleet.beat('worker-1')
    const id = await fleet.heldBy('worker-1')
    answersWell(fleet.first)
    expect((await fleet.edge.call('GET', `/${id}/status`, fleet.world.agent.token)).status).toBe(200)
  })
})

describe('an id that somebody has put into the database', () => {
  it.each(['../worker-1', 'evil.example/', 'Worker-1', '$&'])(
    'is called by nobody where it is %j: the order waits, and the log says why',
    async (id) => {
      await fleet.beat('worker-1')
      const session = await fleet.heldBy(id)
      await fleet.beat(id)
      const before = fleet.edge.output().length
      const { status, body } = await call('POST', `/${session}/clear`)
      expect({ status, body }).toMatchObject({ status: 500, body: { error: { code: 'internal', detail: { queued: true } } } })
      expect(JSON.stringify(body)).not.toContain('label')
      await expect.poll(() => fleet.edge.output().slice(before)).toContain('the id of a worker is no DNS label')
      expect((await call('GET', '')).status).toBe(200)
      expect(fleet.calls()).toEqual([0, 0])
    },
  )
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Holdings } from '#domain/holdings.ts'
import { eventually } from './support/eventually.ts'
import { newMasterKey } from './support/vaults.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

const NOTHING = { files: 0, bytes: 0 }
const EMPTY = {
  credentials: NOTHING,
  backups: { ...NOTHING, snapshots: 0 },
  outbox: { messages: 0 },
  names: 0,
  quarantine: NOTHING,
}

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

const ask = ({ call }: TestWorker, id: string, route: string, forgery = {}) =>
  call('GET', `/api/sessions/${id}/${route}`, { sessionId: id, ...forgery })
const holdings = async (worker: TestWorker, id: string): Promise<Holdings> => {
  const { status, body } = await ask(worker, id, 'holdings')
  expect(status).toBe(200)
  return Holdings.parse(body)
}

describe.each([
  ['in the clear', {}],
  ['sealed', { MASTER_KEYS: newMasterKey() }],
])('what a worker holds %s', (_how, extra) => {
  let worker: TestWorker
  beforeAll(async () => {
    worker = await world.startWorker(extra)
  })
  afterAll(() => worker.stop())

  it('is told before a clear as the receipt tells it after, and is nothing then (CLR-14)', async () => {
    const { id } = await world.link(worker)
    await eventually(async () => expect((await holdings(worker, id)).names).toBeGreaterThan(0))
    await world.rpc('stop_session', { session_id: id })
    await world.until(id, 'stopped')
    // A queue that is another account's is set aside by the next text.
    const foreign = JSON.stringify({ version: 1, generation: 1, account: '+4915112345678', messages: [] })
    writeFileSync(join(worker.data, 'whatsapp', 'outbox', `${id}.json`), foreign)
    for (const text of ['one', 'two']) {
      const body = JSON.stringify({ to: '+51912000111', text })
      expect((await worker.call('POST', `/api/sessions/${id}/messages`, { sessionId: id, body })).status).toBe(200)
    }

    const { sessionId, backups, ...rest } = await holdings(worker, id)
    const { snapshots, ...sizeOfBackups } = backups
    expect([sessionId, snapshots, rest.outbox.messages, rest.names > 0]).toEqual([id, 1, 2, true])
    for (const { files, bytes } of [rest.credentials, sizeOfBackups, rest.quarantine]) {
      expect([files > 0, bytes > 0]).toEqual([true, true])
    }
    const { removed } = await world.receipt(id, await world.rpc<string>('reset_session', { session_id: id }))
    expect(removed).toEqual({ ...rest, backups: sizeOfBackups, memory: { socket: false, timers: 0 } })
    expect(await holdings(worker, id)).toEqual({ sessionId: id, ...EMPTY })
  })

  it('is told of a session that is online, and of one that was never linked (CLR-14)', async () => {
    const { id: online } = await world.link(worker)
    const { credentials, backups } = await holdings(worker, online)
    expect(credentials.files).toBeGreaterThan(0)
    expect(backups.snapshots).toBe(1)
    await world.receipt(online, await world.rpc<string>('reset_session', { session_id: online }))

    const linking = await world.createSession()
    await world.qr(worker, linking)
    const found = await holdings(worker, linking)
    expect(found).toEqual({ sessionId: linking, ...EMPTY, credentials: found.credentials })
    expect(found.credentials.files).toBeGreaterThan(0)
    await world.deleteRow(linking)
    const { removed } = await world.receipt(linking)
    expect(removed).toMatchObject({ credentials: { files: expect.any(Number) }, backups: NOTHING, outbox: { messages: 0 }, names: 0 })
  })
})

it('is nothing to another organisation, and no session that it does not have (CLR-14)', async () => {
  const worker = await world.startWorker()
  const { id } = await world.link(worker)
  const others = await ask(worker, id, 'holdings', { organizationId: '0d5a5c1e-3b0f-4d6e-9a53-000000000000' })
  const nobodys = '0d5a5c1e-3b0f-4d6e-9a53-111111111111'
  const none = await ask(worker, nobodys, 'holdings')
  expect([others.status, none.status]).toEqual([404, 404])
  expect(others.body).toEqual(none.body)
})

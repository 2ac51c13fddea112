import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Receipt } from '#domain/clearance.ts'
import { eventually, sleep } from './support/eventually.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

/** The testing checklist of the report about the broken "Reset Session" button, point by point and in its words, at the worker. */
let world: World
let worker: TestWorker
let id: string
let jid: string
/** What tells one device from another: a place that is free again is given to the next. */
let identity: string | undefined
let answer: { status: number; body: unknown }

beforeAll(async () => {
  world = await startWorld()
  worker = await world.startWorker()
  ;({ id, jid } = await world.link(worker))
  identity = identityOf(jid)
  writeFileSync(
    join(worker.data, 'whatsapp', 'outbox', `${id}.json`),
    JSON.stringify({ messages: [{ to: '+51912000111', text: 'hello' }] }),
  )
  mkdirSync(join(worker.data, 'sessions', 'backups', id, '2026-02-09T10-00-00'), { recursive: true })
  writeFileSync(join(worker.data, 'sessions', 'backups', id, '2026-02-09T10-00-00', 'auth.sqlite'), 'a backup')
  const orderId = await world.rpc<string>('reset_session', { session_id: id })
  answer = await worker.call('POST', `/api/sessions/${id}/clear`, { sessionId: id, body: JSON.stringify({ orderId }) })
})
afterAll(() => world.stop())

const identityOf = (device: string) => world.simulator.devices().find((one) => one.jid === device)?.identityPublicKey

describe('testing checklist', () => {
  it('Portal "Reset Session" button calls endpoint successfully', () => {
    expect(answer.status).toBe(200)
    expect(Receipt.parse(answer.body)).toMatchObject({ reason: 'reset', remoteUnlink: 'confirmed', verifiedAbsent: true })
    expect(world.isLinked(jid)).toBe(false)
  })

  it('Physical session files deleted from data/sessions/{phone}/', () => {
    expect(existsSync(join(worker.data, 'sessions', id))).toBe(false)
    expect(Receipt.parse(answer.body).removed.credentials.files).toBeGreaterThan(0)
  })

  it('Queue file deleted from data/whatsapp/outbox/{phone}.json', () => {
    expect(existsSync(join(worker.data, 'whatsapp', 'outbox', `${id}.json`))).toBe(false)
    expect(Receipt.parse(answer.body).removed.outbox.messages).toBe(1)
  })

  it('Backup files deleted (if exist)', () => {
    expect(existsSync(join(worker.data, 'sessions', 'backups', id))).toBe(false)
    // The planted one, and the snapshot that it made when it came online.
    expect(Receipt.parse(answer.body).removed.backups.files).toBe(2)
  })

  it('Session does NOT auto-reconnect after reset', async () => {
    const { logins, registrations } = world.simulator.counts()
    await worker.stop()
    worker = await world.startWorker({}, worker.data)
    await sleep(1000)
    expect(world.simulator.counts()).toMatchObject({ logins, registrations })
    expect(await world.row(id)).toMatchObject({ status: 'disconnected', status_reason: 'reset' })
    expect(worker.supervisor.runningCount()).toBe(0)
  })

  it('No orphaned files remain in data directories', async () => {
    await eventually(() => {
      const paths = readdirSync(worker.data, { recursive: true }) as string[]
      expect(paths.filter((path) => path.includes(id))).toEqual([])
      const files = paths.filter((path) => /^(sessions|tombstones|quarantine|erasing|whatsapp)\/.*\./.test(path))
      expect(files).toEqual([])
    })
  })

  it('New QR generated successfully when creating session again', async () => {
    await world.rpc('start_session', { session_id: id })
    const next = await world.scan(worker, id)
    await world.until(id, 'connected', null)
    expect(world.isLinked(next)).toBe(true)
    expect(identity).toEqual(expect.any(String))
    expect(identityOf(next)).not.toBe(identity)
  })
})

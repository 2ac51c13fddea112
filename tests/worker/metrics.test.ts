import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from './support/eventually.ts'
import { scrape, seriesOf, valueOf } from './support/scrape.ts'
import type { Scrape, Series } from './support/scrape.ts'
import { startWorld } from './support/world.ts'
import type { WorkerProcess, World } from './support/world.ts'

/** The phones that the simulator knows. */
const ANA = '51987654321'
const LUIS = '51912000111'

let world: World
let worker: WorkerProcess
let before: Scrape
beforeAll(async () => {
  world = await startWorld()
  worker = await world.spawnWorker({ OUTBOX_GAP_MS: '1' })
  before = await scrape(worker.url)
})
afterAll(() => world.stop())

/** How much `name` grew since the worker was started. */
const grown = (now: Scrape, name: string, labels?: Record<string, string>): number =>
  valueOf(now, name, labels) - valueOf(before, name, labels)

/** Scrapes until `judge` is content. */
const until = (judge: (now: Scrape) => void): Promise<Scrape> =>
  eventually(async () => {
    const now = await scrape(worker.url)
    judge(now)
    return now
  })

describe('what a worker counts', () => {
  it('is there before anything has happened: each number that an alert asks for is a zero, not a gap', () => {
    for (const [name, labels] of [
      ['latchkey_sessions', { state: 'reconnecting' }],
      ['latchkey_session_events_total', { event: 'link_refused' }],
      ['latchkey_session_losses_total', { reason: 'banned' }],
      ['latchkey_connection_closes_total', { meaning: 'replaced' }],
      ['latchkey_clears_completed_total', { remote_unlink: 'unconfirmed' }],
      ['latchkey_storage_failures_total', { kind: 'full' }],
      ['latchkey_backups_total', { result: 'failed' }],
      ['latchkey_database_failures_total', { call: 'completeOrder' }],
      ['latchkey_texts_total', { outcome: 'refused' }],
    ] as const) {
      const mine = (one: Series): boolean => Object.entries(labels).every(([label, value]) => one.labels[label] === value)
      const found = seriesOf(before).get(name)?.filter(mine)
      expect([name, found]).toEqual([name, [{ labels: expect.objectContaining(labels), value: 0 }]])
    }
    expect(valueOf(before, 'latchkey_build_info', { worker: 'worker-test', realm: 'demo' })).toBe(1)
    expect(valueOf(before, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0)
  })

  it('follows a number from its link over a text and a lost phone to its clear', async () => {
    const { id, jid } = await world.link(worker, ANA)
    const text = JSON.stringify({ to: `+${LUIS}`, text: 'hello' })
    expect((await worker.call('POST', `/api/sessions/${id}/messages`, { sessionId: id, body: text })).status).toBe(200)
    const linked = await until((now) => expect(grown(now, 'latchkey_texts_total', { outcome: 'sent' })).toBe(1))
    expect(valueOf(linked, 'latchkey_sessions', { state: 'connected' })).toBe(1)
    expect(valueOf(linked, 'latchkey_sessions_running')).toBe(1)
    expect(grown(linked, 'latchkey_session_events_total', { event: 'link_requested' })).toBe(1)
    expect(grown(linked, 'latchkey_session_events_total', { event: 'paired' })).toBe(1)
    expect(grown(linked, 'latchkey_session_events_total', { event: 'opened' })).toBe(1)
    expect(grown(linked, 'latchkey_connection_closes_total', { meaning: 'restart' })).toBe(1)
    expect(grown(linked, 'latchkey_logins_total')).toBe(1)
    expect(grown(linked, 'latchkey_backups_total', { result: 'made' })).toBe(1)
    expect(grown(linked, 'latchkey_commands_total', { route: 'messages', result: 'ok' })).toBe(1)

    world.simulator.unlink(jid)
    const gone = await until((now) => expect(grown(now, 'latchkey_clears_completed_total', { remote_unlink: 'confirmed' })).toBe(1))
    expect(grown(gone, 'latchkey_session_losses_total', { reason: 'unlinked_from_phone' })).toBe(1)
    expect(grown(gone, 'latchkey_connection_closes_total', { meaning: 'unlinked' })).toBe(1)
    expect(grown(gone, 'latchkey_clear_seconds_count')).toBe(1)
    expect(valueOf(gone, 'latchkey_clears_open')).toBe(0)
    expect(valueOf(gone, 'latchkey_clear_oldest_open_seconds')).toBe(0)
    expect(valueOf(gone, 'latchkey_tombstones')).toBe(0)
    expect(valueOf(gone, 'latchkey_sessions', { state: 'connected' })).toBe(0)
  })

  it('tells a link that was cancelled from one that expired, and refusals by their code', async () => {
    const earlier = await scrape(worker.url)
    const since = (now: Scrape, name: string, labels: Record<string, string>) => valueOf(now, name, labels) - valueOf(earlier, name, labels)
    const id = await world.createSession()
    await world.qr(worker, id)
    await world.rpc('cancel_link', { session_id: id })
    const cancelled = await until((now) => expect(since(now, 'latchkey_session_events_total', { event: 'link_cancelled' })).toBe(1))
    expect(since(cancelled, 'latchkey_session_events_total', { event: 'link_expired' })).toBe(0)

    const other = randomUUID()
    expect((await worker.call('GET', `/api/sessions/${other}/status`, { sessionId: other })).status).toBe(404)
    expect((await fetch(`${worker.url}/api/sessions/${other}/status`)).status).toBe(401)
    const refused = await until((now) => expect(since(now, 'latchkey_commands_total', { result: 'invalid_command' })).toBe(1))
    expect(since(refused, 'latchkey_commands_total', { route: 'status', result: 'not_found' })).toBe(1)
  })

  it('has the database by each call: how long it took, how often it failed, and when it last went well', async () => {
    const now = await scrape(worker.url)
    expect(grown(now, 'latchkey_database_call_seconds_count', { call: 'snapshot' })).toBeGreaterThan(0)
    expect(valueOf(now, 'latchkey_database_failures_total')).toBe(0)
    expect(valueOf(now, 'latchkey_pass_seconds_count')).toBeGreaterThan(0)
    expect(Math.abs(Date.now() / 1000 - valueOf(now, 'latchkey_pass_success_timestamp_seconds'))).toBeLessThan(60)

    const road = await world.road()
    const cut = await world.spawnWorker({ SUPABASE_URL: road.url, WORKER_ID: 'worker-cut' })
    const running = await scrape(cut.url)
    road.faults.down = true
    await eventually(async () => {
      const later = await scrape(cut.url)
      expect(valueOf(later, 'latchkey_database_failures_total', { call: 'snapshot' })).toBeGreaterThan(0)
      expect(valueOf(later, 'latchkey_pass_failures_total')).toBeGreaterThan(0)
    })
    const [call, at] = ['latchkey_database_success_timestamp_seconds', { call: 'snapshot' }] as const
    const stuck = valueOf(await scrape(cut.url), call, at)
    expect(stuck).toBeGreaterThanOrEqual(valueOf(running, call, at))
    expect((await fetch(`${cut.url}/health`)).status).toBe(200)
    await cut.kill()
  })

  it('holds nobody: no session, no organisation, no phone number, no token, and as many numbers for two sessions as for one', async () => {
    const first = await world.link(worker, ANA)
    const one = await scrape(worker.url)
    const second = await world.link(worker, LUIS)
    const two = await scrape(worker.url)
    const count = (metrics: Scrape): number => [...seriesOf(metrics).values()].reduce((sum, series) => sum + series.length, 0)
    expect(count(two)).toBe(count(one))
    const text = await (await fetch(`${worker.url}/metrics`)).text()
    for (const secret of [first.id, second.id, world.organizationId, ANA, LUIS, 'eyJ']) expect(text).not.toContain(secret)
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/)
    for (const { id } of [first, second]) await world.rpc('reset_session', { session_id: id })
  })
})

describe('who may read it', () => {
  it('is nobody who comes through a reverse proxy', async () => {
    for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via', 'x-forwarded-host']) {
      const answer = await fetch(`${worker.url}/metrics`, { headers: { [header]: '203.0.113.7' } })
      expect([header, answer.status]).toEqual([header, 404])
      expect(await answer.json()).toMatchObject({ error: { code: 'not_found' } })
    }
    expect((await fetch(`${worker.url}/health`, { headers: { 'x-forwarded-for': '203.0.113.7' } })).status).toBe(200)
  })

  it('is nobody where metrics are switched off', async () => {
    const silent = await world.spawnWorker({ WORKER_METRICS: 'off' })
    expect((await fetch(`${silent.url}/metrics`)).status).toBe(404)
    await silent.kill()
  })
})

import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemClock } from '../../worker/clock.ts'
import { createDatabase } from '../../worker/database.ts'
import type { Database, NumberedObservation } from '../../worker/database.ts'
import { createLog } from '../../worker/log.ts'
import { createObservations } from '../../worker/session/observations.ts'
import type { Observations } from '../../worker/session/observations.ts'
import { startTestDatabase } from '../support/database.ts'
import type { Person, TestDatabase } from '../support/database.ts'
import { eventually } from './support/eventually.ts'

let db: TestDatabase
let admin: Person
let organization: string
let real: Database
beforeAll(async () => {
  db = await startTestDatabase()
  admin = await db.person('admin@acme.test')
  organization = await db.createOrganization('Acme', { admin })
  const worker = { id: 'worker-1', url: 'http://127.0.0.1:1', version: '0', capacity: 9 }
  real = createDatabase({ url: db.url, serviceRoleKey: db.serviceRoleKey, worker, timeoutMs: 20_000 })
})
afterAll(() => db.stop())

/** A worker's observations over a road that may lose an answer after the database has acted. */
function observe(loses: (sent: NumberedObservation) => Promise<boolean>): Observations & { sent: NumberedObservation[] } {
  const sent: NumberedObservation[] = []
  const database: Database = {
    ...real,
    async observe(observation) {
      sent.push(observation)
      const answer = await real.observe(observation)
      if (await loses(observation)) throw new Error('the answer was lost')
      return answer
    },
  }
  const log = createLog('silent', 'test')
  const observations = createObservations({ database, clock: systemClock, log, onStored() {}, onGone() {} })
  return Object.assign(observations, { sent })
}

const statusOf = async (id: string) => {
  const [row] = await db.sql<{ status: string }[]>`select status from public.whatsapp_sessions where id = ${id}`
  return row?.status
}

it('does not take back a start that was clicked while the answer to "replaced" was lost (FOL-2)', async () => {
  const { id } = await db.insertSession(organization, { status: 'connected' })
  const observations = observe(async () => {
    if (observations.sent.length > 1) return false
    expect((await admin.client.rpc('start_session', { session_id: id })).data?.status).toBe('reconnecting')
    return true
  })
  observations.report({ sessionId: id, generation: 1, status: 'stopped', reason: 'replaced' })
  await eventually(() => expect(observations.waiting(id)).toBeNull())
  expect(observations.sent).toHaveLength(2)
  expect(observations.sent[1]).toEqual(observations.sent[0])
  expect(await statusOf(id)).toBe('reconnecting')
  observations.close()
})

it('counts on: the next word is stored, also after the process began anew', async () => {
  const { id } = await db.insertSession(organization, { status: 'connected' })
  const [first, second] = [observe(async () => false), observe(async () => false)]
  for (const [observations, status] of [
    [first, 'reconnecting'],
    [first, 'connected'],
    [second, 'reconnecting'],
  ] as const) {
    observations.report({ sessionId: id, generation: 1, status, reason: null })
    await eventually(() => expect(observations.waiting(id)).toBeNull())
    expect(await statusOf(id)).toBe(status)
  }
  expect(first.sent.map(({ sequence }) => sequence)).toEqual([1, 2])
  expect(second.sent[0]?.boot).not.toBe(first.sent[0]?.boot)
})

it('tells the database of sixteen sessions at once: whoever waits for a place is overtaken by its own newest word', async () => {
  const rows = await Promise.all(Array.from({ length: 40 }, () => db.insertSession(organization, { status: 'connected' })))
  let underWay = 0
  let most = 0
  let go: () => void = () => {}
  const gate = new Promise<void>((resolve) => {
    go = resolve
  })
  const sent: NumberedObservation[] = []
  const database: Database = {
    ...real,
    async observe(observation) {
      sent.push(observation)
      underWay += 1
      most = Math.max(most, underWay)
      await gate
      return await real.observe(observation).finally(() => {
        underWay -= 1
      })
    },
  }
  const log = createLog('silent', 'test')
  const observations = createObservations({ database, clock: systemClock, log, onStored() {}, onGone() {} })
  for (const status of ['reconnecting', 'connected'] as const) {
    for (const { id } of rows) observations.report({ sessionId: id, generation: 1, status, reason: null })
  }
  expect(sent).toHaveLength(16)
  go()
  await eventually(() => expect(rows.filter(({ id }) => observations.waiting(id))).toEqual([]))
  expect(most).toBe(16)
  // Sixteen had to say both; of the others only the last word was worth a call.
  expect(sent).toHaveLength(16 * 2 + 24)
  expect(await Promise.all(rows.map(({ id }) => statusOf(id)))).toEqual(rows.map(() => 'connected'))
  observations.close()
})

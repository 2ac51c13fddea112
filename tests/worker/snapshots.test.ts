import { describe, expect, it } from 'vitest'
import type { SessionIntent, SnapshotChanges } from '#domain/snapshot.ts'
import { createSnapshots, READS_TO_A_WHOLE } from '../../worker/database.ts'

const A = '00000000-0000-4000-8000-00000000000a'
const B = '00000000-0000-4000-8000-00000000000b'
const AT = '2026-01-01T00:00:00.000Z'

const session = (id: string, change: number, generation = 1): SessionIntent => ({
  id,
  organization_id: '00000000-0000-4000-8000-0000000000aa',
  desired: 'online',
  generation,
  status: 'connecting',
  status_reason: null,
  phone_number: null,
  linked_at: null,
  link_requested_at: null,
  change,
})

/** A database that holds these sessions, and remembers what it was asked. */
function holding(first: SessionIntent[], readsToAWhole = READS_TO_A_WHOLE.database) {
  const database = { sessions: first, asked: [] as number[] }
  const read = async (since: number): Promise<SnapshotChanges> => {
    database.asked.push(since)
    return {
      instance_id: '00000000-0000-4000-8000-0000000000ff',
      taken_at: AT,
      session_count: database.sessions.length,
      change_sum: database.sessions.reduce((sum, { change = 0 }) => sum + change, 0),
      order_count: 0,
      sessions: database.sessions.filter(({ change = 0 }) => change > since),
      orders: [],
    }
  }
  return { database, snapshot: createSnapshots(read, readsToAWhole) }
}

describe('what a worker reads of all its sessions', () => {
  it('is everything once, and then what has changed', async () => {
    const { database, snapshot } = holding([session(A, 1), session(B, 2)])
    await snapshot()
    database.sessions = [session(A, 3, 2), session(B, 2)]
    expect((await snapshot()).sessions).toEqual([session(A, 3, 2), session(B, 2)])
    expect(database.asked).toEqual([0, 2])
  })

  it('is everything again where a session is gone, which no change tells', async () => {
    const { database, snapshot } = holding([session(A, 1), session(B, 2)])
    await snapshot()
    database.sessions = [session(B, 2)]
    expect((await snapshot()).sessions).toEqual([session(B, 2)])
    expect(database.asked).toEqual([0, 2, 0])
  })

  it('is everything now and then, though all adds up: a database that was put back counts a second time from where it had been', async () => {
    const { database, snapshot } = holding([session(A, 3), session(B, 2)])
    await snapshot()
    // Put back, and changed otherwise: the same numbers.
    database.sessions = [session(A, 3, 7), session(B, 2)]
    for (let reads = 0; reads < 60; reads += 1) await snapshot()
    expect((await snapshot()).sessions[0]?.generation).toBe(7)
    expect(database.asked.filter((since) => since === 0)).toHaveLength(2)
  })

  it('is everything each time for a worker with a folder of its own: its database may be put back while it runs', async () => {
    const { database, snapshot } = holding([session(A, 3)], READS_TO_A_WHOLE.disk)
    await snapshot()
    // Put back to before that session, and another one begun: the same number.
    database.sessions = [session(B, 3)]
    expect((await snapshot()).sessions).toEqual([session(B, 3)])
    expect(database.asked).toEqual([0, 0])
  })

  it('is refused where not even everything adds up', async () => {
    const { snapshot } = holding([session(A, 1), session(A, 1)])
    await expect(snapshot()).rejects.toThrow('the answer is not what it should be')
  })
})

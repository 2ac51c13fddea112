import { describe, expect, it } from 'vitest'
import { Look, Snapshot } from '#domain/snapshot.ts'

const id = '5b0f52a6-3f0f-4f0e-9a53-0d4f6a6c1c11'
const session = {
  id,
  organization_id: id,
  desired: 'online',
  generation: 1,
  status: 'connected',
  status_reason: null,
  phone_number: '4911',
  linked_at: '2026-11-22T03:13:47.142536+00:00',
  link_requested_at: null,
}
const order = {
  id,
  organization_id: id,
  session_id: id,
  max_generation: 1,
  reason: 'reset',
  requested_at: '2026-11-22 03:13:47+00',
  attempts: 0,
  phone_number: null,
}
const whole = {
  instance_id: id,
  taken_at: '2026-11-22T03:13:47+00:00',
  session_count: 1,
  order_count: 1,
  sessions: [session],
  orders: [order],
}

describe('a snapshot', () => {
  it('is read, with its times in one spelling', () => {
    const snapshot = Snapshot.parse(whole)
    expect(snapshot.sessions[0]?.linked_at).toBe('2026-11-22T03:13:47.142Z')
    expect(snapshot.orders[0]?.requested_at).toBe('2026-11-22T03:13:47.000Z')
  })

  it.each([
    ['a session is missing', { ...whole, sessions: [] }],
    ['an order is missing', { ...whole, orders: [] }],
    ['there is one too many', { ...whole, session_count: 0 }],
    ['it is an empty list, as a wrong key would get', []],
    ['it is nothing', null],
    ['a generation is not a number from 1', { ...whole, sessions: [{ ...session, generation: 0 }] }],
    ['a state is unknown', { ...whole, sessions: [{ ...session, status: 'asleep' }] }],
    ['a reason to clear is unknown', { ...whole, orders: [{ ...order, reason: 'whim' }] }],
    ['it does not name its database', { ...whole, instance_id: undefined }],
  ])('is refused as a whole when %s', (_, text) => {
    expect(Snapshot.safeParse(text).success).toBe(false)
  })
})

describe('a look', () => {
  it('tells a session that is gone from an answer that is not one', () => {
    const gone = { instance_id: id, taken_at: whole.taken_at, session: null, orders: [order], cleared_generation: 3 }
    expect(Look.parse(gone).session).toBeNull()
    expect(Look.safeParse({ ...gone, session: undefined }).success).toBe(false)
    expect(Look.safeParse({ ...gone, cleared_generation: undefined }).success).toBe(false)
    expect(Look.safeParse({}).success).toBe(false)
  })
})

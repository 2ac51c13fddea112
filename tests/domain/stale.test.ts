import { describe, expect, it } from 'vitest'
import { SESSION_STATES } from '#domain/session.ts'
import { isStale, STALE_AFTER_SECONDS, type StaleFacts } from '#domain/stale.ts'

const now = new Date('2026-11-22T12:00:00Z')
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000).toISOString()
const session = (facts: Partial<StaleFacts>): StaleFacts => ({
  status: 'connecting',
  linked_at: null,
  last_active_at: null,
  created_at: ago(STALE_AFTER_SECONDS + 1),
  ...facts,
})

describe('a session is stale', () => {
  it('when it has been connecting for more than five minutes and nobody touched it', () => {
    expect(STALE_AFTER_SECONDS).toBe(5 * 60)
    expect(isStale(session({}), now)).toBe(true)
  })

  it('not at five minutes sharp', () => {
    expect(isStale(session({ created_at: ago(STALE_AFTER_SECONDS) }), now)).toBe(false)
  })

  it('by the last touch, however old its row is', () => {
    expect(isStale(session({ created_at: ago(90_000), last_active_at: ago(10) }), now)).toBe(false)
    expect(isStale(session({ created_at: ago(90_000), last_active_at: ago(STALE_AFTER_SECONDS + 1) }), now)).toBe(true)
  })

  it('never once it was linked', () => {
    expect(isStale(session({ linked_at: ago(90_000) }), now)).toBe(false)
  })

  it.each(SESSION_STATES.filter((state) => state !== 'connecting'))('never when it is %s', (status) => {
    expect(isStale(session({ status }), now)).toBe(false)
  })
})

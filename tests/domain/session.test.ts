import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IS_LINKED, nextState, SESSION_EVENTS, SESSION_STATES, TRANSITIONS, type SessionEvent, type SessionState } from '#domain/session.ts'
import '../support/fixed-chance.ts'

const event = fc.constantFrom(...SESSION_EVENTS)

describe('the transitions', () => {
  it('reach every state from a new session', () => {
    const reached = new Set<SessionState>(['connecting'])
    for (const from of reached) for (const to of Object.values(TRANSITIONS[from])) reached.add(to)
    expect([...reached].toSorted()).toEqual(SESSION_STATES.toSorted())
  })

  it('lead back to connected from every state: nobody is stuck', () => {
    const reaches = new Set<SessionState>(['connected'])
    for (let before = 0; before !== reaches.size;) {
      before = reaches.size
      for (const from of SESSION_STATES) if (Object.values(TRANSITIONS[from]).some((to) => reaches.has(to))) reaches.add(from)
    }
    expect(reaches.size).toBe(SESSION_STATES.length)
  })

  it('use every event, and refuse every pair that is not listed', () => {
    const used = new Set<string>()
    for (const from of SESSION_STATES) {
      for (const what of SESSION_EVENTS) {
        const listed = Object.hasOwn(TRANSITIONS[from], what)
        if (listed) used.add(what)
        expect([from, what, nextState(from, what) !== null]).toEqual([from, what, listed])
      }
    }
    expect([...used].toSorted()).toEqual(SESSION_EVENTS.toSorted())
  })

  it.each<[SessionState, SessionEvent, SessionState | null]>([
    ['connecting', 'link_expired', 'connecting'],
    ['connecting', 'paired', 'reconnecting'],
    ['connecting', 'opened', null],
    ['connected', 'paired', null],
    ['connected', 'replaced', 'stopped'],
    ['reconnecting', 'gave_up', 'stopped'],
    ['stopped', 'opened', null],
    ['stopped', 'started', 'reconnecting'],
    ['disconnected', 'started', null],
    ['disconnected', 'opened', null],
    ['disconnected', 'dropped', null],
  ])('from %s by %s lead to %s', (from, what, to) => {
    expect(nextState(from, what)).toBe(to)
  })

  it('link a session by a scan and by nothing else', () => {
    const linking = SESSION_STATES.filter((from) => !IS_LINKED[from]).flatMap((from) =>
      SESSION_EVENTS.filter((what) => {
        const to = nextState(from, what)
        return to !== null && IS_LINKED[to]
      }),
    )
    expect(linking).toEqual(['paired'])
  })

  it('after a clear leave nothing linked, however a session came to it and whatever comes late', () => {
    const late = fc.constantFrom<SessionEvent>('opened', 'dropped', 'replaced', 'gave_up', 'started', 'stopped', 'paired')
    fc.assert(
      fc.property(fc.array(event), fc.array(late), (history, lateEvents) => {
        const before = history.reduce<SessionState>((now, what) => nextState(now, what) ?? now, 'connecting')
        const cleared = nextState(before, 'cleared')
        expect(cleared).toBe('disconnected')
        const after = lateEvents.reduce<SessionState>((now, what) => nextState(now, what) ?? now, 'disconnected')
        expect(after).toBe('disconnected')
      }),
    )
  })
})

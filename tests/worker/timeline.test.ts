import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NOTES_AT_ONCE, NOTES_OF_ONE_SESSION, TIMELINE_EVENTS } from '#domain/events.ts'
import type { TimelineKind } from '#domain/events.ts'
import type { Clock } from '../../worker/clock.ts'
import type { Note } from '../../worker/database.ts'
import { createLog } from '../../worker/log.ts'
import { createTimeline } from '../../worker/timeline/timeline.ts'
import { eventually } from './support/eventually.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

const ANA = '51987654321'

describe('the timeline of a session', () => {
  let world: World
  let worker: TestWorker
  beforeAll(async () => {
    world = await startWorld()
    worker = await world.startWorker({ OUTBOX_GAP_MS: '20' })
  })
  afterAll(() => world.stop())

  const timeline = async (id: string) =>
    world.database.sql<{ kind: TimelineKind; detail: Record<string, unknown> }[]>`
      select kind, detail from public.whatsapp_session_events where session_id = ${id} order by at, id`
  const kinds = async (id: string) => (await timeline(id)).map(({ kind }) => kind)
  const sees = (id: string, event: { kind: TimelineKind; detail?: object }) =>
    eventually(async () => expect(await timeline(id)).toContainEqual(expect.objectContaining(event)))

  it('says why: how it was linked, why connections closed, what became of its texts (TIM-1)', async () => {
    const { id, jid } = await world.link(worker, ANA)
    await sees(id, { kind: 'link_attempt' })
    await sees(id, { kind: 'linked', detail: { phoneNumberEnd: '4321' } })
    await sees(id, { kind: 'connection_closed', detail: { code: 515, reason: 'connection_lost', retryInMs: 0 } })
    world.simulator.fail(jid, 503)
    await sees(id, {
      kind: 'connection_closed',
      detail: { code: 503, reason: 'connection_lost', retryInMs: expect.any(Number) as number },
    })
    await world.until(id, 'connected')
    world.simulator.configure({ messageReply: 'refused' })
    const body = JSON.stringify({ to: '+51912000111', text: 'nobody reads this in a timeline' })
    const queued = await worker.call('POST', `/api/sessions/${id}/messages`, { sessionId: id, body })
    await sees(id, { kind: 'text_refused', detail: { id: (queued.body as { id: string }).id } })
    world.simulator.configure({ messageReply: 'ack' })
    world.simulator.replace(jid)
    await sees(id, { kind: 'connection_closed', detail: { code: 440, reason: 'replaced', retryInMs: null } })

    const events = await timeline(id)
    expect(events.filter(({ kind, detail }) => !TIMELINE_EVENTS[kind].safeParse(detail).success)).toEqual([])
    expect(JSON.stringify(events)).not.toMatch(/nobody reads|987654321/)
  })

  it('says that credentials were damaged, and what took their place (TIM-1)', async () => {
    const { id } = await world.link(worker, ANA)
    await worker.stop()
    writeFileSync(join(worker.data, 'sessions', id, 'auth.sqlite'), 'x'.repeat(8192))
    worker = await world.startWorker({}, worker.data)
    await sees(id, { kind: 'backup_restored', detail: { from: expect.stringMatching(/^\d{4}-/) as string } })
  })

  it('of a session that is gone goes on to its last word, and what waited when the worker stopped is told (TIM-2)', async () => {
    const { id, jid } = await world.link(worker, ANA)
    world.simulator.drop(jid)
    await eventually(async () => expect((await world.row(id))?.status_reason).toBe('connection_lost'))
    await worker.stop()
    await eventually(async () => expect(await kinds(id)).toContain('connection_closed'))
    worker = await world.startWorker({}, worker.data)
  })
})

describe('what waits to be told', () => {
  /** A database that takes calls when the test says so, and time that passes when it says so. */
  function surroundings() {
    const timers: { at: number; run: () => void }[] = []
    const calls: { boot: string; notes: readonly Note[] }[] = []
    const state = { now: 0, isDown: false, losesAnswer: false }
    const clock: Clock = {
      now: () => state.now,
      elapsed: () => state.now,
      random: () => 0.5,
      after(ms, run) {
        const timer = { at: state.now + ms, run }
        timers.push(timer)
        return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0)
      },
    }
    const stored: Note[] = []
    const marks = new Map<string, number>()
    const database = {
      note(boot: string, notes: readonly Note[]): Promise<void> {
        calls.push({ boot, notes })
        if (state.isDown) return Promise.reject(new Error('down'))
        const known = marks.get(boot) ?? 0
        stored.push(...notes.filter(({ sequence }) => sequence > known))
        marks.set(boot, Math.max(known, ...notes.map(({ sequence }) => sequence)))
        return state.losesAnswer ? Promise.reject(new Error('lost')) : Promise.resolve()
      },
    }
    const elapse = async (ms: number): Promise<void> => {
      const end = state.now + ms
      for (let next = timers.toSorted((a, b) => a.at - b.at)[0]; next && next.at <= end; next = timers.toSorted((a, b) => a.at - b.at)[0]) {
        timers.splice(timers.indexOf(next), 1)
        state.now = next.at
        next.run()
        await new Promise((resolve) => setImmediate(resolve))
      }
      state.now = end
    }
    return { state, stored, calls, timers, elapse, timeline: createTimeline({ database, clock, log: createLog('silent', 'test') }) }
  }

  it('is sent together, and nothing waits on a timer while there is nothing to tell', async () => {
    const { timeline, calls, timers, elapse } = surroundings()
    expect(timers).toEqual([])
    for (let n = 0; n < 5; n += 1) timeline.note(`session-${n}`, 'link_attempt', {})
    await elapse(10_000)
    expect(calls.map(({ notes }) => notes.length)).toEqual([5])
    expect(timers).toEqual([])
  })

  it('is stored once, although an answer was lost, and in its order, with its age (TIM-2)', async () => {
    const { state, timeline, stored, elapse } = surroundings()
    state.losesAnswer = true
    timeline.note('a', 'link_attempt', {})
    await elapse(2500)
    timeline.note('a', 'linked', { phoneNumberEnd: '4321' })
    state.losesAnswer = false
    await elapse(60_000)
    expect(stored.map(({ sequence, kind }) => [sequence, kind])).toEqual([
      [1, 'link_attempt'],
      [2, 'linked'],
    ])
    expect(stored[0]?.agoMs).toBe(2000)
  })

  it('does not fill the memory in an outage: the newest stay, and what was dropped is said (TIM-3)', async () => {
    const { state, timeline, stored, calls, elapse } = surroundings()
    state.isDown = true
    for (let n = 0; n < 3000; n += 1) {
      timeline.note('loud', 'text_refused', { id: String(n) })
      timeline.note(`session-${n}`, 'link_attempt', {})
      if (n % 100 === 0) await elapse(1000)
    }
    state.isDown = false
    await elapse(600_000)
    const loud = stored.filter(({ sessionId }) => sessionId === 'loud')
    const told = loud.flatMap(({ kind, detail }) => (kind === 'text_refused' ? [Number(detail['id'])] : []))
    const lost = loud.flatMap(({ kind, detail }) => (kind === 'notes_lost' ? [Number(detail['lost'])] : []))
    expect(told.at(-1)).toBe(2999)
    expect(told.length + lost.reduce((a, b) => a + b, 0)).toBe(3000)
    expect(stored.filter(({ kind }) => kind === 'link_attempt').length).toBeLessThan(1300)
    for (const { notes } of calls) {
      expect(notes.length).toBeLessThanOrEqual(NOTES_AT_ONCE)
      expect(notes.filter(({ sessionId }) => sessionId === 'loud').length).toBeLessThanOrEqual(NOTES_OF_ONE_SESSION)
    }
  })
})

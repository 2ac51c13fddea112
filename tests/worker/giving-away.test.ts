import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../worker/clock.ts'
import type { Database } from '../../worker/database.ts'
import { createFleet } from '../../worker/fleet/fleet.ts'
import type { Fleet } from '../../worker/fleet/fleet.ts'
import { createLeaseBook } from '../../worker/fleet/lease-book.ts'
import type { LeaseBook } from '../../worker/fleet/lease-book.ts'
import { createMirror } from '../../worker/fleet/mirror.ts'
import { createLog } from '../../worker/log.ts'
import type { Session } from '../../worker/session/session.ts'
import { eventually, sleep } from './support/eventually.ts'

/** What a worker gives away at least, in one go. */
const ENOUGH = 10

let steps: string[]
let ids: string[]
/** Sessions whose phone has not confirmed yet. */
let linking: Set<string>
let gate: PromiseWithResolvers<void>
let fleet: Fleet
let book: LeaseBook
/** Whether the database answers to what is given away. */
let isAnswered: boolean

/** A worker that holds twelve sessions, and has changed the first of them; the database takes that only when the gate is opened. */
beforeEach(async () => {
  steps = []
  isAnswered = true
  linking = new Set()
  gate = Promise.withResolvers()
  ids = Array.from({ length: 12 }, () => randomUUID())
  const log = createLog('silent', 'worker-test')
  const step = (...what: (string | number)[]): void => void steps.push(what.join(' '))
  const short = (id: string): number => ids.indexOf(id)
  const database = {
    heartbeat: ({ draining }: { draining: boolean }) => Promise.resolve((step(draining ? 'said' : 'heard'), true)),
    unshelve: () => Promise.resolve([]),
    async shelve(changes: readonly { sessionId: string }[]) {
      await gate.promise
      step('stored', ...changes.map(({ sessionId }) => short(sessionId)))
      return []
    },
    async release(leases: readonly unknown[]) {
      step('released', leases.length)
      if (!isAnswered) throw new Error('no answer')
      return leases.length
    },
  } as unknown as Database
  book = createLeaseBook(systemClock)
  const mirror = createMirror({ database, book, clock: systemClock, log, onFenced: () => {} })
  const supervisor = {
    runningCount: () => ids.length,
    release: (id: string) => step('offline', short(id)),
    running: (id: string) => ({ isLinked: () => !linking.has(id) }) as Session,
  }
  const copies = { put() {}, erase: (id: string) => step('erased', short(id)) }
  fleet = createFleet({ database, book, mirror, copies, clock: systemClock, log, supervisor, onFetched() {} })
  await fleet.beat()
  fleet.read(
    ids.map((id) => ({ id, token: 1 })),
    fleet.mark(),
  )
  await Promise.all(ids.map((id) => fleet.fetch(id)))
  steps.length = 0
  mirror.changed(ids[0] ?? '', 1, { identity: Buffer.from('changed') })
})
afterEach(() => fleet.close())

const each = (what: string, from: number, to: number) => Array.from({ length: to - from }, (_, at) => `${what} ${from + at}`)

describe('a worker that has more than its share', () => {
  it('takes sessions offline first, then stores what they changed, then gives them away, and keeps no copy (FLT-8)', async () => {
    fleet.share(ENOUGH)
    await sleep(0)
    expect(steps).toEqual(each('offline', 0, ENOUGH))
    steps.length = 0
    gate.resolve()
    await eventually(() => expect(steps.at(-1)).toBe(`erased ${ENOUGH - 1}`))
    expect(steps.filter((step) => !step.startsWith('offline'))).toEqual(['stored 0', `released ${ENOUGH}`, ...each('erased', 0, ENOUGH)])
    expect(ids.filter((id) => fleet.isHere(id))).toEqual(ids.slice(ENOUGH))
  })

  it('gives nothing away for a few, no link that somebody looks at, and nothing more while it gives', async () => {
    linking = new Set(ids.slice(0, 2))
    fleet.share(ENOUGH - 1)
    expect(steps).toEqual([])
    fleet.share(12)
    fleet.share(12)
    expect(steps).toEqual(each('offline', 2, 12))
  })
})

describe('what is being given away', () => {
  const openable = (): string[] => ids.filter((id) => book.mayOpen(id))

  it('is opened no more from the first moment, whatever a read says that was made before (FLT-8)', async () => {
    fleet.share(ENOUGH)
    expect(openable()).toEqual(ids.slice(ENOUGH))
    expect(ids.filter((id) => fleet.isHere(id))).toEqual(ids.slice(ENOUGH))
    fleet.read(
      ids.map((id) => ({ id, token: 1 })),
      fleet.mark(),
    )
    expect(openable()).toEqual(ids.slice(ENOUGH))
    gate.resolve()
    await eventually(() => expect(steps.at(-1)).toBe(`erased ${ENOUGH - 1}`))
    expect(openable()).toEqual(ids.slice(ENOUGH))
  })

  it('is asked again where nobody knows whether it was, and not opened before that: what seemed lost may come through late (FLT-8)', async () => {
    gate.resolve()
    isAnswered = false
    fleet.share(ENOUGH)
    await eventually(() => expect(steps.at(-1)).toBe(`released ${ENOUGH}`))
    await sleep(0)
    expect(openable()).toEqual(ids.slice(ENOUGH))
    isAnswered = true
    steps.length = 0
    fleet.share(0)
    await eventually(() => expect(steps.at(-1)).toBe(`erased ${ENOUGH - 1}`))
    expect(steps.filter((step) => !step.startsWith('offline'))).toEqual([`released ${ENOUGH}`, ...each('erased', 0, ENOUGH)])
    steps.length = 0
    fleet.share(0)
    expect(steps).toEqual([])
  })

  it('is opened by whoever it is given to, though that is who gave it: by another token', async () => {
    gate.resolve()
    isAnswered = false
    fleet.share(ENOUGH)
    await eventually(() => expect(steps.at(-1)).toBe(`released ${ENOUGH}`))
    const mark = fleet.mark()
    fleet.read(
      ids.map((id) => ({ id, token: 2 })),
      mark,
    )
    expect(openable()).toEqual(ids)
    isAnswered = true
    fleet.share(0)
    await sleep(1)
    expect(openable()).toEqual(ids)
  })
})

describe('a worker that stops', () => {
  it('says so first, then stores what was changed, then gives everything away (FLT-8)', async () => {
    const drained = fleet.drain()
    await sleep(0)
    expect(steps).toEqual(['said'])
    gate.resolve()
    await drained
    expect(steps).toEqual(['said', 'stored 0', 'released 12'])
  })
})

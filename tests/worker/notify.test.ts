import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createServiceManager } from '../../worker/notify.ts'
import { systemClock } from '../../worker/clock.ts'
import { eventually, sleep } from './support/eventually.ts'
import { hearAsSystemd } from './support/systemd.ts'
import type { Hearer } from './support/systemd.ts'
import { startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

/** A beat is due four times in that. */
const WATCHDOG_MS = 1200

describe('a worker under systemd', () => {
  let world: World
  let systemd: Hearer
  beforeAll(async () => {
    world = await startWorld()
    systemd = await hearAsSystemd(world.newFolder())
    const { PATH } = systemd.environment
    if (PATH !== undefined) vi.stubEnv('PATH', PATH)
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    systemd.stop()
    await world.stop()
  })

  const beats = (): number => systemd.words().filter((word) => word === 'WATCHDOG=1').length
  const spawnWatched = (extra: Record<string, string> = {}) =>
    world.spawnWorker({ ...systemd.environment, WATCHDOG_USEC: String(WATCHDOG_MS * 1000), ...extra })

  it('says that it is ready, beats while it turns, is silent while it is stopped, and says that it ends', async () => {
    const worker = await spawnWatched()
    await eventually(() => expect(systemd.words()[0]).toBe('READY=1'))
    await eventually(() => expect(beats()).toBeGreaterThan(1))
    worker.child.kill('SIGSTOP')
    const before = beats()
    await sleep(WATCHDOG_MS * 2)
    // One may have been on its way.
    expect(beats()).toBeLessThanOrEqual(before + 1)
    worker.child.kill('SIGCONT')
    await eventually(() => expect(beats()).toBeGreaterThan(before + 2))
    expect(await worker.kill('SIGTERM')).toBe(0)
    await eventually(() => expect(systemd.words().at(-1)).toBe('STOPPING=1'))
    expect(worker.output()).not.toContain('systemd cannot be told')
  })

  it('beats through an outage of the database: a restart would help nobody', async () => {
    const road = await world.road()
    const worker = await spawnWatched({ SUPABASE_URL: road.url })
    road.faults.down = true
    await eventually(() => expect(worker.output()).toContain('the database cannot be followed'))
    const before = beats()
    await eventually(() => expect(beats()).toBeGreaterThan(before + 3))
    expect(await worker.kill('SIGTERM')).toBe(0)
  })
})

describe('what systemd is told', () => {
  afterEach(() => void vi.useRealTimers())

  const manage = (environment: Record<string, string>, passes: () => number) => {
    vi.useFakeTimers()
    const sent: string[] = []
    const manager = createServiceManager({ environment, clock: systemClock, send: (words) => void sent.push(words), passes })
    return { ...manager, sent }
  }

  it('has no beat while no pass ends: an event loop that turns around a follower that hangs is no life', () => {
    let passes = 0
    const { ready, sent } = manage({ WATCHDOG_USEC: '4000000' }, () => passes)
    ready()
    vi.advanceTimersByTime(4000)
    expect(sent).toEqual(['READY=1'])
    passes += 1
    vi.advanceTimersByTime(4000)
    expect(sent).toEqual(['READY=1', 'WATCHDOG=1'])
  })

  it('is a beat four times in the time that it waits, and none once the worker ends', () => {
    let passes = 0
    const { ready, stopping, sent } = manage({ WATCHDOG_USEC: '4000000', WATCHDOG_PID: String(process.pid) }, () => (passes += 1))
    ready()
    vi.advanceTimersByTime(4000)
    expect(sent).toEqual(['READY=1', ...Array.from({ length: 4 }, () => 'WATCHDOG=1')])
    stopping()
    vi.advanceTimersByTime(60_000)
    expect(sent.slice(5)).toEqual(['STOPPING=1'])
  })

  it('is no beat where nobody waits for one, or for that of another process', () => {
    for (const environment of [{}, { WATCHDOG_USEC: '0' }, { WATCHDOG_USEC: '4000000', WATCHDOG_PID: '1' }]) {
      let passes = 0
      const { ready, sent } = manage(environment, () => (passes += 1))
      ready()
      vi.advanceTimersByTime(60_000)
      expect(sent).toEqual(['READY=1'])
    }
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, sleep } from './support/eventually.ts'
import { watch } from './support/link-stream.ts'
import { startWorld } from './support/world.ts'
import type { World, WorkerProcess } from './support/world.ts'

const LUIS = '51912000111'
const ROSA = '51912000113'
const SETTINGS = { OUTBOX_GAP_MS: '30', OUTBOX_ANSWER_MS: '1500', RECONNECT_MAX_MS: '100' }

let world: World
beforeAll(async () => {
  world = await startWorld({ behaviour: { receiptDelayMs: 0 } })
  world.simulator.addAccount({ phone: ROSA, name: 'Rosa' })
})
afterAll(() => world.stop())

type Queued = { accepted: string[]; broken: number; finished: Promise<void> }

/** Somebody who queues one text after the other until the worker does not take them any more. */
function queueOn(worker: WorkerProcess, id: string): Queued {
  const queued: Queued = { accepted: [], broken: 0, finished: Promise.resolve() }
  const body = JSON.stringify({ to: `+${LUIS}`, text: 'under load' })
  queued.finished = (async () => {
    while (queued.broken === 0) {
      try {
        const answer = await worker.call('POST', `/api/sessions/${id}/messages`, { sessionId: id, body })
        if (answer.status === 200) queued.accepted.push((answer.body as { id: string }).id)
        else queued.broken += 1
      } catch {
        queued.broken += 1
      }
    }
  })()
  return queued
}

describe('a stop under load', () => {
  it('answers what it took, loses no text, unlinks nobody, and the next start is connected (OPS-1)', async () => {
    const first = await world.spawnWorker(SETTINGS)
    const links = [await world.link(first), await world.link(first, ROSA)]
    const waiting = await world.createSession()
    await world.qr(first, waiting)
    const stream = await watch(first, waiting)
    const load = links.map(({ id }) => queueOn(first, id))
    await eventually(() => expect(load.every(({ accepted }) => accepted.length > 5)).toBe(true))

    const began = Date.now()
    const over = first.kill('SIGTERM')
    // A terminal tells the whole group, and npm tells it again: the second says nothing new.
    await sleep(5)
    first.child.kill('SIGINT')
    expect(await over).toBe(0)
    expect(Date.now() - began).toBeLessThan(3000)
    await Promise.all([stream.ended, ...load.map(({ finished }) => finished)])
    expect(stream.events.at(-1)).toEqual({ type: 'retry' })
    expect(first.output()).not.toMatch(/uncaughtException|unhandledRejection|"level":"?(50|error)/)
    expect(world.simulator.devices().filter(({ online }) => online)).toEqual([])
    for (const { jid } of links) expect(world.isLinked(jid)).toBe(true)
    for (const { id } of links) expect(await world.row(id)).toMatchObject({ status: 'connected', generation: 1 })

    const second = await world.spawnWorker(SETTINGS, first.data)
    for (const { id, jid } of links) {
      await eventually(() => expect(world.simulator.devices().find((device) => device.jid === jid)?.online).toBe(true))
      expect((await world.until(id, 'connected')).generation).toBe(1)
    }
    const accepted = load.flatMap((queued) => queued.accepted).toSorted()
    const mine = new Set(accepted)
    await eventually(() => {
      const arrived = (world.simulator.texts(LUIS) ?? []).map(({ id }) => id)
      expect(arrived.filter((id) => mine.has(id)).toSorted()).toEqual(accepted)
    }, 40_000)
    // The link that was under way goes on where somebody attaches anew.
    await world.qr(second, waiting)
    expect(await second.kill('SIGTERM')).toBe(0)
  })

  it('before anything began is a stop, too: no database, nothing read yet', async () => {
    const road = await world.road()
    road.faults.down = true
    const worker = await world.spawnWorker({ ...SETTINGS, SUPABASE_URL: road.url }, world.newFolder(), false)
    await eventually(() => expect(worker.output()).toContain('the worker listens'))
    expect((await fetch(`${worker.url}/ready`)).status).toBe(503)
    expect(await worker.kill('SIGTERM')).toBe(0)
  })
})

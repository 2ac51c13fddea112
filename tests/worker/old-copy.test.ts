import { cpSync, readdirSync, rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from './support/eventually.ts'
import { startWorld } from './support/world.ts'
import type { TestWorker, World } from './support/world.ts'

let world: World
let worker: TestWorker
beforeAll(async () => {
  world = await startWorld()
  worker = await world.startWorker()
})
afterAll(() => world.stop())

const traces = (id: string): string[] => (readdirSync(worker.data, { recursive: true }) as string[]).filter((path) => path.includes(id))
/** Does `meanwhile` between a copy of the whole data folder and its return. */
const withOldCopy = async (meanwhile: () => Promise<void>): Promise<void> => {
  const copy = world.newFolder()
  await worker.stop()
  cpSync(worker.data, copy, { recursive: true })
  worker = await world.startWorker({}, worker.data)
  await meanwhile()
  await worker.stop()
  rmSync(worker.data, { recursive: true })
  cpSync(copy, worker.data, { recursive: true })
  worker = await world.startWorker({}, worker.data)
}

describe('an old copy of the data folder', () => {
  it('brings back neither a session that was reset nor one that was deleted, and what it held is erased again (CLR-12)', async () => {
    const reset = await world.link(worker)
    const deleted = await world.link(worker, '51912000111')
    const kept = await world.link(worker, '51912000111')
    const { logins } = world.simulator.counts()
    await withOldCopy(async () => {
      await world.receipt(reset.id, await world.rpc<string>('reset_session', { session_id: reset.id }))
      await world.rpc('stop_session', { session_id: deleted.id })
      await world.until(deleted.id, 'stopped')
      await world.deleteRow(deleted.id)
      await world.receipt(deleted.id)
    })
    await world.until(kept.id, 'connected')
    await eventually(() => expect(worker.supervisor.view(kept.id)?.status).toBe('connected'))
    await eventually(() => expect(traces(reset.id)).toEqual([]))
    await eventually(() => expect(traces(deleted.id)).toEqual([]))
    expect(worker.logged()).toContain('an old copy brought back what had been cleared')
    expect(await world.row(reset.id)).toMatchObject({ status: 'disconnected', generation: 2 })
    // Each of the three at the first restart, the stopped one's unlink, and the one that was kept at the second.
    expect(world.simulator.counts().logins - logins).toBe(5)
    expect(world.simulator.devices().map(({ jid }) => jid)).toEqual([kept.jid])
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { holdFrames } from '../../worker/whatsapp/held-frames.ts'
import { eventually, sleep } from './support/eventually.ts'
import { startFleet } from './support/fleet.ts'
import type { FleetWorld } from './support/fleet.ts'
import { startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

/** A socket that remembers what left, and whose writes are stored when the test says so. */
function held() {
  const left: string[] = []
  const refused: Error[] = []
  const writes: { resolve: () => void; reject: (error: Error) => void }[] = []
  let pending: Promise<void> | null = null
  const sock = { ws: { socket: { send: (data: string) => void left.push(data) } } }
  holdFrames(sock, { settled: () => pending })
  return {
    left,
    refused,
    send: (data: string) =>
      (sock.ws.socket.send as (data: string, done: (error?: Error) => void) => void)(data, (error) => error && refused.push(error)),
    /** From now on frames rest on a write that is under way. */
    write() {
      pending = new Promise((resolve, reject) => void writes.push({ resolve, reject }))
      pending.catch(() => {})
    },
    async stored() {
      pending = null
      writes.shift()?.resolve()
      await sleep(0)
    },
    async lost() {
      writes.shift()?.reject(new Error('somebody else has the session'))
      await sleep(0)
    },
  }
}

describe('a frame', () => {
  it('leaves at once where all that was written is stored', () => {
    const { send, left } = held()
    send('ping')
    expect(left).toEqual(['ping'])
  })

  it('waits for the write that it rests on, and none passes another', async () => {
    const { send, left, write, stored } = held()
    write()
    send('first')
    expect(left).toEqual([])
    await stored()
    send('second')
    expect(left).toEqual(['first', 'second'])
    write()
    send('third')
    write()
    send('fourth')
    await sleep(0)
    expect(left).toEqual(['first', 'second'])
    await stored()
    expect(left).toEqual(['first', 'second', 'third'])
    await stored()
    expect(left).toEqual(['first', 'second', 'third', 'fourth'])
  })

  it('of a session that somebody else has never leaves, and its sender is told', async () => {
    const { send, left, refused, write, lost } = held()
    write()
    send('late')
    await lost()
    expect(left).toEqual([])
    expect(refused).toMatchObject([{ message: 'somebody else has the session' }])
  })
})

describe('a phone that has scanned', () => {
  let world: World
  let fleet: FleetWorld
  beforeAll(async () => {
    world = await startWorld()
    fleet = await startFleet(world)
  })
  afterAll(() => world.stop())

  it('is not told that it is linked before another worker could log in, and a worker that dies then leaves no device (FLT-3)', async () => {
    const road = await world.road()
    const worker = await fleet.spawn('w1', { SUPABASE_URL: road.url })
    const id = await world.createSession()
    const qr = await world.qr(worker, id)
    let open = (): void => {}
    const gate = new Promise<void>((resolve) => (open = resolve))
    let held = 0
    road.faults.hold = (name) => {
      if (name !== 'worker_shelve') return
      held += 1
      return gate
    }
    const scanning = world.simulator.scan(qr, '51987654321')
    // The worker has confirmed the link to itself; what says so is on its way to the database.
    await eventually(() => expect(held).toBeGreaterThan(0))
    await sleep(1500)
    expect(world.simulator.devices()).toEqual([])
    await worker.kill()
    open()
    await scanning.catch(() => {})
    await sleep(500)
    expect(world.simulator.devices()).toEqual([])
    expect((await world.row(id))?.status).toBe('connecting')
  }, 60_000)
})

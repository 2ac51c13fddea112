import { describe, expect, it } from 'vitest'
import { askForLink, deviceOf, queueText, scan } from './commands/sessions.ts'
import { failing, link, story } from './support/story.ts'
import type { World } from './support/world.ts'

/** How long a lease is good for (FLT-4), and then some; until others have taken over, too. Milliseconds. */
const LEASE_MS = 31_000
const TAKEN_MS = LEASE_MS + 10_000
const HOUR_MS = 3_600_000

const statusOf = (world: World, id: string) => world.database.rows().find((row) => row.id === id)?.status
const holderOf = (world: World, id: string) => world.database.holderOf(id)?.workerId
const hasSaid = (world: World, words: string) => world.lines.some(({ message }) => message.startsWith(words))
const alone = (tell: (world: World) => Promise<void>) => story(tell, { store: 'database' })
const together = (tell: (world: World) => Promise<void>) => story(tell, { store: 'database', machines: 2 })

describe('where credentials are in the database, what the histories found stays mended:', () => {
  it('an outage that is longer than the lease, with a change under way, costs the session no longer than it lasts (FLT-4, FLT-6)', async () => {
    const violations = await alone(async (world) => {
      const id = await link(world)
      world.roadState.isDown = true
      deviceOf(world, id)?.connection?.onServer.traffic()
      await world.clock.advance(LEASE_MS + 2000)
      expect(deviceOf(world, id)?.connection).toBeNull()
      world.roadState.isDown = false
      await world.clock.advance(30_000)
      expect(deviceOf(world, id)?.connection?.isConnected()).toBe(true)
    })
    expect(violations).toEqual([])
  })

  it('an empty list takes nobody offline (FLT-6, FOL-3)', async () => {
    const violations = await alone(async (world) => {
      const id = await link(world)
      const connection = deviceOf(world, id)?.connection
      world.roadState.damages.push('empty')
      await world.clock.advance(12_000)
      expect(world.roadState.damages).toEqual([])
      expect(deviceOf(world, id)?.connection).toBe(connection)
    })
    expect(violations).toEqual([])
  })

  it('a first heartbeat that comes late, of a process that is dead, idles the next one no longer than its lease (FLT-1)', async () => {
    const violations = await alone(async (world) => {
      const id = await link(world)
      world.crash()
      world.steps.plan(({ call }) => (call === 'heartbeat' ? 'late' : null))
      world.start()
      await world.clock.advance(100)
      world.crash()
      world.steps.plan(null)
      world.start()
      await world.clock.advance(25_000)
      expect(world.lines.some(({ message }) => message.startsWith('ALARM: another process runs as this worker'))).toBe(true)
      await world.clock.advance(60_000)
      expect(statusOf(world, id)).toBe('connected')
      expect(deviceOf(world, id)?.connection?.isConnected()).toBe(true)
    })
    expect(violations).toEqual([])
  })

  it('a key whose last sync the disk refused is in the database, too, or the next holder could open nothing (SEA-1, FLT-3)', async () => {
    const violations = await alone(async (world) => {
      let isThere = false
      failing(world, 'io_error', ({ call, target }) => {
        isThere ||= call === 'rename' && target.includes('/keys/')
        return isThere && call === 'sync' && target.endsWith('/keys')
      })
      const row = world.people.createSession()
      askForLink(world, row, 'now')
      await world.clock.advance(10_000)
      askForLink(world, world.people.startSession(row.id), 'now')
      expect(await scan(world, row.id, 0, 2000)).toBe(true)
      await world.clock.advance(5000)
      world.crash()
      world.start()
      await world.clock.advance(5000)
      expect(statusOf(world, row.id)).toBe('connected')
    })
    expect(violations).toEqual([])
  })

  it('what was seen before a lease was lost is not said by a later one (FLT-5)', async () => {
    const violations = await alone(async (world) => {
      const id = await link(world)
      world.steps.plan(({ call }) => (call === 'unlinked' ? 'lost_request' : null))
      deviceOf(world, id)?.connection?.end({ code: 403, message: 'banned' })
      await world.clock.advance(1000)
      world.roadState.isDown = true
      await world.clock.advance(LEASE_MS + 2000)
      world.roadState.isDown = false
      await world.clock.advance(30_000)
      // The ban was lifted meanwhile: whoever has the session now has found that it can log in.
      expect(statusOf(world, id)).toBe('connected')
      world.steps.plan(null)
      await world.clock.advance(60_000)
      expect(statusOf(world, id)).toBe('connected')
    })
    expect(violations).toEqual([])
  })

  it('a lease that was found over stays over, though the clock is set right before anybody looks (FLT-4)', async () => {
    const violations = await alone(async (world) => {
      const row = world.people.createSession()
      askForLink(world, row, 'now')
      await world.clock.advance(2000)
      world.clock.jump(HOUR_MS)
      expect(await scan(world, row.id, 0, 0)).toBe(true)
      await world.clock.advance(150)
      expect(hasSaid(world, 'the phone confirmed the link')).toBe(true)
      expect(hasSaid(world, 'the leases are over')).toBe(false)
      world.clock.jump(-HOUR_MS)
      await world.clock.advance(5000)
      world.crash()
      world.start()
      await world.clock.advance(5000)
      // What was dropped while the lease was over was no link, and no row was called linked for it.
      expect(statusOf(world, row.id)).toBe('connecting')
    })
    expect(violations).toEqual([])
  })

  it('a pass that was frozen past the lease judges nobody whose copy is let go meanwhile (FLT-4, FOL-7)', async () => {
    const violations = await alone(async (world) => {
      const ids = [await link(world), await link(world)]
      const [machine] = world.machines
      machine.roadState.latencyMs = 1
      world.steps.plan(({ call }) => {
        // It has read what is wanted by then, and lets others be heard before it looks at each session.
        if (call === 'snapshot') world.clock.after(3, machine.freeze)
        return null
      })
      await world.clock.advance(12_000)
      expect(machine.awake()).toBeNull()
      world.steps.plan(null)
      await world.clock.advance(LEASE_MS)
      machine.thaw()
      await world.clock.advance(30_000)
      expect(hasSaid(world, 'the leases are over')).toBe(true)
      expect(hasSaid(world, 'the credentials are lost or damaged')).toBe(false)
      expect(ids.map((id) => statusOf(world, id))).toEqual(['connected', 'connected'])
    })
    expect(violations).toEqual([])
  })
})

describe('of two workers', () => {
  it('the other takes over from one that is killed, with the text that was answered for (FLT-3, FLT-4)', async () => {
    const violations = await together(async (world) => {
      const id = await link(world)
      const first = holderOf(world, id)
      world.service.behaviour.send = 'ignored'
      queueText(world, id)
      await world.clock.advance(1000)
      expect(world.queued[0]?.answered).toBe(true)
      const machine = world.machines.find((one) => one.id === first)
      if (!machine) throw new Error('nobody holds it')
      machine.staysDown = true
      world.crash(machine)
      world.service.beGood()
      await world.clock.advance(TAKEN_MS)
      expect(holderOf(world, id)).not.toBe(first)
      expect(statusOf(world, id)).toBe('connected')
      await world.clock.advance(10_000)
      expect(world.service.delivered).toHaveLength(1)
    })
    expect(violations).toEqual([])
  })

  it('one that was frozen past its lease hears at most one word about it, and says none (FLT-4, FLT-5)', async () => {
    const violations = await together(async (world) => {
      const id = await link(world)
      const machine = world.machines.find((one) => one.id === holderOf(world, id))
      machine?.freeze()
      await world.clock.advance(TAKEN_MS)
      expect(holderOf(world, id)).not.toBe(machine?.id)
      const connection = deviceOf(world, id)?.connection
      machine?.thaw()
      await world.clock.advance(20_000)
      expect(deviceOf(world, id)?.connection).toBe(connection)
      expect(statusOf(world, id)).toBe('connected')
      expect(world.lines.filter(({ fields }) => fields['closeCode'] === 440).length).toBeLessThanOrEqual(1)
    })
    expect(violations).toEqual([])
  })

  it('one that was frozen while a change was under way sends nothing that waited for it (FLT-3, FLT-4)', async () => {
    const violations = await together(async (world) => {
      const id = await link(world)
      const machine = world.machines.find((one) => one.id === holderOf(world, id))
      if (!machine) throw new Error('nobody holds it')
      machine.roadState.latencyMs = 4000
      queueText(world, id)
      await world.clock.advance(1200)
      machine.freeze()
      await world.clock.advance(TAKEN_MS)
      expect(holderOf(world, id)).not.toBe(machine.id)
      machine.thaw()
      await world.clock.advance(20_000)
      expect(world.service.delivered).toHaveLength(1)
    })
    expect(violations).toEqual([])
  })

  it('a clear that one began is finished by the other, and unlinks (FLT-7)', async () => {
    const violations = await together(async (world) => {
      const id = await link(world)
      const machine = world.machines.find((one) => one.id === holderOf(world, id))
      if (!machine) throw new Error('nobody holds it')
      machine.roadState.isDown = true
      world.service.behaviour.unlink = 'ignored'
      machine.alive()?.clear(id, world.people.resetSession(id))
      await world.clock.advance(1000)
      machine.staysDown = true
      world.crash(machine)
      world.service.beGood()
      await world.clock.advance(TAKEN_MS)
      expect(world.database.orders()[0]?.receipt).toMatchObject({ remoteUnlink: 'confirmed' })
      expect(world.service.devices).toEqual([])
    })
    expect(violations).toEqual([])
  })

  it('a clear that is ordered while the other takes the session over waits for its credentials, and unlinks (FLT-2, FLT-7)', async () => {
    const violations = await together(async (world) => {
      const id = await link(world)
      const [machine, other] = world.machines.toSorted((one) => (one.id === holderOf(world, id) ? -1 : 1))
      if (!machine || !other) throw new Error('there are no two')
      machine.freeze()
      // Held by then, and not here yet: whoever takes over hears nothing of what it asked for, twice.
      const orders: string[] = []
      world.steps.plan(({ call }) => {
        if (call !== 'unshelve' || orders.length === 2) return null
        orders.push(orders[0] ?? world.people.resetSession(id))
        for (const order of orders) other.awake()?.clear(id, order)
        return 'lost_answer'
      })
      await world.clock.advance(TAKEN_MS + 30_000)
      expect(orders).toHaveLength(2)
      expect(world.database.orders()[0]?.receipt).toMatchObject({ remoteUnlink: 'confirmed' })
      machine.thaw()
      await world.clock.advance(20_000)
      expect(world.service.devices).toEqual([])
    })
    expect(violations).toEqual([])
  })

  it('a newcomer is given its share while texts are being sent: each arrives, and once (FLT-8, OUT-3)', async () => {
    const violations = await together(async (world) => {
      const [, newcomer] = world.machines
      if (!newcomer) throw new Error('there is no other')
      newcomer.staysDown = true
      world.crash(newcomer)
      await world.clock.advance(LEASE_MS)
      // With one less, too few would be to spare to be worth a move.
      const rows = Array.from({ length: 24 }, () => world.people.createSession())
      for (const row of rows) {
        askForLink(world, row, 'now')
        expect(await scan(world, row.id, 0, 2000)).toBe(true)
      }
      await world.clock.advance(5000)
      // Half of them arrive, and nobody hears of it; the others are lost on the way.
      for (const [at, { id }] of rows.entries()) {
        world.service.behaviour.send = at % 2 === 0 ? 'lost' : 'ignored'
        queueText(world, id)
        await world.clock.advance(300)
      }
      expect(world.service.delivered).toHaveLength(12)
      newcomer.staysDown = false
      world.start()
      // Whoever gives cannot know for a while that they are taken.
      world.steps.plan(({ call }) => (call === 'release' ? 'lost_answer' : null))
      await world.clock.advance(15_000)
      expect(rows.filter(({ id }) => holderOf(world, id) === newcomer.id)).toHaveLength(10)
      world.service.beGood()
      await world.clock.advance(60_000)
      expect(world.service.delivered).toHaveLength(24)
      // Offline before it was released: nobody was driven out.
      expect(world.lines.filter(({ fields }) => fields['closeCode'] === 440)).toEqual([])
    })
    expect(violations).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import { askForLink, deviceOf, scan } from './commands/sessions.ts'
import { link, story } from './support/story.ts'

describe('where an old copy was put back, what the histories found stays mended:', () => {
  it('an order that is open again because the database was restored gets its receipt again (CLR-4, CLR-6)', async () => {
    const violations = await story(async (world) => {
      const id = await link(world)
      const order = world.people.resetSession(id)
      const saved = world.saveDatabase()
      await world.clock.advance(10_000)
      expect(world.database.orders().find((one) => one.id === order)?.receipt).not.toBeNull()
      world.restoreDatabase(saved)
      expect(world.database.orders().find((one) => one.id === order)?.receipt).toBeNull()
    })
    expect(violations).toEqual([])
  })

  it('a folder of a generation that a restored database forgot is set aside, also beside a tombstone (FOL-8, FOL-14)', async () => {
    const violations = await story(async (world) => {
      const row = world.people.createSession()
      askForLink(world, row, 'now')
      await world.clock.advance(1000)
      const saved = world.saveDatabase()
      world.worker()?.clear(row.id, world.people.resetSession(row.id))
      world.roadState.isDown = true
      await world.clock.advance(1000)
      world.roadState.isDown = false
      askForLink(world, world.people.startSession(row.id), 'now')
      await world.clock.advance(1000)
      world.restoreDatabase(saved)
      expect(world.people.deleteSession(row.id)).toBe(true)
    })
    expect(violations).toEqual([])
  })

  it('a session that ended before a restored database heard of its link is told as linked first (LNK-7, FOL-12)', async () => {
    const violations = await story(async (world) => {
      const row = world.people.createSession()
      askForLink(world, row, 'now')
      await world.clock.advance(1000)
      const saved = world.saveDatabase()
      await scan(world, row.id, 0, 2000)
      await world.clock.advance(4000)
      world.roadState.isDown = true
      deviceOf(world, row.id)?.connection?.end({ code: 402, message: 'banned for now' })
      await world.clock.advance(1000)
      world.restoreDatabase(saved)
    })
    expect(violations).toEqual([])
  })

  it('what an old copy brought back and was erased at the start may have been linked: no receipt says that it was not (LED-3, CLR-5)', async () => {
    const violations = await story(async (world) => {
      const row = world.people.createSession()
      askForLink(world, row, 'now')
      // Neither the link nor what becomes of it reaches the database: its order knows of no phone.
      world.steps.plan(({ call }) => (call === 'linked' || call === 'completeOrder' ? 'lost_request' : null))
      expect(await scan(world, row.id, 0, 2000)).toBe(true)
      await world.clock.advance(3000)
      const folder = world.saveFolder()
      world.service.behaviour.unlink = 'ignored'
      world.worker()?.clear(row.id, world.people.resetSession(row.id))
      await world.clock.advance(10_000)
      expect(world.machines[0].ledgered()).toEqual([{ sessionId: row.id, maxGeneration: row.generation }])
      await world.stop()
      world.restoreFolder(folder)
      world.steps.plan(null)
      world.start()
      await world.clock.advance(10_000)
      expect(world.database.orders()[0]?.receipt?.remoteUnlink).toBe('unconfirmed')
    })
    expect(violations).toEqual([])
  })

  it('names of what was cleared go at the start, also where they lie beside credentials that nobody can read (LED-3)', async () => {
    const violations = await story(async (world) => {
      const id = await link(world)
      await world.clock.advance(5000)
      await world.stop()
      world.spoil(id, true)
      const folder = world.saveFolder()
      world.start()
      await world.clock.advance(10_000)
      expect(world.database.orders().find(({ session_id }) => session_id === id)?.receipt).not.toBeNull()
      await world.stop()
      world.restoreFolder(folder)
      world.start()
      await world.clock.advance(5000)
    })
    expect(violations).toEqual([])
  })

  it.each([true, false])(
    'a session that was cleared stays gone where data folder and database both went back, sealed %s (LED-1, LED-2, LED-3)',
    async (sealed) => {
      const violations = await story(
        async (world) => {
          const [gone, kept] = [await link(world), await link(world)]
          await world.stop()
          const [folder, database] = [world.saveFolder(), world.saveDatabase()]
          world.start()
          await world.clock.advance(5000)
          const order = world.people.resetSession(gone)
          await world.clock.advance(10_000)
          expect(world.database.orders().find((one) => one.id === order)?.receipt).not.toBeNull()
          await world.stop()
          world.restoreFolder(folder)
          world.restoreDatabase(database)
          world.start()
          await world.clock.advance(20_000)
          const statusOf = (id: string) => world.database.rows().find((row) => row.id === id)?.status
          expect([statusOf(gone), statusOf(kept)]).toEqual(['stopped', 'connected'])
        },
        { sealed },
      )
      expect(violations).toEqual([])
    },
  )
})

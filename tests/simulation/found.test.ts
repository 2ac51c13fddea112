import { describe, expect, it } from 'vitest'
import { askForLink, deviceOf, scan } from './commands/sessions.ts'
import { failing, link, story } from './support/story.ts'

describe('what the histories found stays mended:', () => {
  it('a later order erases no evidence of an earlier one that the disk refused (CLR-5, CLR-13)', async () => {
    const violations = await story(async (world) => {
      const row = world.people.createSession()
      askForLink(world, row, 'now')
      expect(await scan(world, row.id, 0, 2000)).toBe(true)
      // Before the database heard of the link: the order knows of no phone, and the worker cannot take it up yet.
      world.people.resetSession(row.id)
      failing(world, 'io_error', ({ target }) => target.endsWith('/instance.json'), 1, 3)
      while (world.service.everLinked.size === 0) await world.clock.advance(1)
      await world.stop()
      world.spoil(row.id)
      world.people.resetSession(row.id)
      failing(world, 'io_error', ({ target }) => target.includes('/tombstones/') && target.endsWith('.tmp'))
      world.start()
      await world.clock.advance(20_000)
    })
    expect(violations).toEqual([])
  })

  it('an erase whose last sync the disk refused is finished before anybody calls it gone (CLR-1, CLR-2)', async () => {
    const violations = await story(async (world) => {
      const id = await link(world)
      // The first is for the snapshot, the second for the credentials.
      failing(world, 'io_error', ({ call, target }) => call === 'sync' && target.endsWith('/erasing'), 2)
      world.people.resetSession(id)
      await world.clock.advance(10_000)
    })
    expect(violations).toEqual([])
  })

  it('half-made keys go when the disk refuses the rest of them (DAT-3, DAT-7)', async () => {
    const violations = await story(async (world) => {
      failing(world, 'full', ({ call, target }) => call === 'sql commit' && target.includes('/.new-'))
      askForLink(world, world.people.createSession(), 'now')
      await world.clock.advance(10_000)
    })
    expect(violations).toEqual([])
  })

  it('a key whose sync the disk refused seals nothing until it is synced, or a power cut takes the link (SEA-1)', async () => {
    const violations = await story(async (world) => {
      failing(world, 'io_error', ({ call, target }) => call === 'sync' && target.endsWith('/keys'))
      const row = world.people.createSession()
      askForLink(world, row, 'now')
      await world.clock.advance(10_000)
      askForLink(world, world.people.startSession(row.id), 'now')
      expect(await scan(world, row.id, 0, 2000)).toBe(true)
      await world.clock.advance(100)
      world.setLoss('all_lost')
      world.crash()
      world.start()
      await world.clock.advance(5000)
    })
    expect(violations).toEqual([])
  })

  it('a session that is told to restart while it is online is not called connected meanwhile (CLO-3)', async () => {
    const violations = await story(async (world) => {
      const id = await link(world)
      deviceOf(world, id)?.connection?.end({ code: 515, message: 'restart' })
    })
    expect(violations).toEqual([])
  })

  it('damaged credentials that were set aside may have been linked: no receipt says that they were not (CLR-5)', async () => {
    const violations = await story(async (world) => {
      world.roadState.isDown = false
      const row = world.people.createSession()
      askForLink(world, row, 'now')
      await world.clock.advance(1000)
      world.roadState.isDown = true
      await scan(world, row.id, 0, 2000)
      await world.clock.advance(3000)
      world.crash()
      world.spoil(row.id)
      world.roadState.isDown = false
      world.start()
      await world.clock.advance(3000)
      world.people.resetSession(row.id)
    })
    expect(violations).toEqual([])
  })

  it('an unlink takes no longer because the time of day was set back meanwhile (CLR-5)', async () => {
    const violations = await story(async (world) => {
      const id = await link(world)
      world.service.behaviour.unlink = 'ignored'
      world.worker()?.clear(id, world.people.resetSession(id))
      await world.clock.advance(700)
      world.clock.jump(-3_600_000)
      await world.clock.advance(8000)
      expect(world.database.orders()[0]?.receipt?.remoteUnlink).toBe('unconfirmed')
    })
    expect(violations).toEqual([])
  })

  it('a tombstone that could not be read for a moment fences nobody for longer than that (CLR-4, DAT-6)', async () => {
    const violations = await story(async (world) => {
      const id = await link(world)
      // Its receipt is stored, so that nothing but the tombstone itself tells of it.
      failing(world, 'crash_before', ({ call, target }) => call === 'remove' && target.includes('/tombstones/'))
      world.worker()?.clear(id, world.people.resetSession(id))
      await world.clock.advance(10_000)
      expect(world.database.orders()[0]?.receipt).not.toBeNull()
      failing(world, 'io_error', ({ call, target }) => call === 'read' && target.includes('/tombstones/'))
      world.start()
      await world.clock.advance(20_000)
      askForLink(world, world.people.startSession(id), 'now')
      expect(await scan(world, id, 0, 2000)).toBe(true)
    })
    expect(violations).toEqual([])
  })

  it('an erase that was refused half way is finished by the same order, not forgotten for the next (CLR-1)', async () => {
    const violations = await story(async (world) => {
      const id = await link(world)
      failing(world, 'io_error', ({ call, target }) => call === 'sync' && target.includes('/backups/'))
      world.worker()?.clear(id, world.people.resetSession(id))
      await world.clock.advance(10_000)
    })
    expect(violations).toEqual([])
  })

  it('credentials that an order covers are not set aside while the disk refuses the order: it still has to unlink them (FOL-1, CLR-5)', async () => {
    const violations = await story(async (world) => {
      const row = world.people.createSession()
      askForLink(world, row, 'now')
      await world.clock.advance(1000)
      // Linked, but the database has not heard of it, so that the order knows of no phone.
      failing(world, 'full', ({ call, target }) => call === 'write' && target.includes('/tombstones/'), 1, 12)
      world.roadState.latencyMs = 1500
      expect(await scan(world, row.id, 0, 100)).toBe(true)
      await world.clock.advance(200)
      world.people.resetSession(row.id)
      askForLink(world, world.people.startSession(row.id), 'now')
      await world.clock.advance(5000)
    })
    expect(violations).toEqual([])
  })

  it('damaged credentials of a newer link are no business of an order that did its erasing before (CLR-8)', async () => {
    const violations = await story(async (world) => {
      const row = world.people.createSession()
      askForLink(world, row, 'now')
      await world.clock.advance(1000)
      // What is gone here cannot be told, nor can the new link.
      world.steps.plan(({ call }) => (call === 'completeOrder' || call === 'linked' ? 'lost_request' : null))
      world.people.resetSession(row.id)
      askForLink(world, world.people.startSession(row.id), 'now')
      await world.clock.advance(500)
      expect(await scan(world, row.id, 0, 2000)).toBe(true)
      await world.clock.advance(3000)
      expect(world.tombstones().size).toBeGreaterThan(0)
      world.crash()
      world.spoil(row.id)
      world.start()
      await world.clock.advance(1000)
      world.people.resetSession(row.id)
    })
    expect(violations).toEqual([])
  })

  it('no unlink is confirmed while damaged credentials of another link were set aside (CLR-5)', async () => {
    const violations = await story(async (world) => {
      const row = world.people.createSession()
      askForLink(world, row, 'now')
      world.steps.plan(({ call }) => (call === 'linked' ? 'lost_request' : null))
      expect(await scan(world, row.id, 0, 2000)).toBe(true)
      await world.clock.advance(3000)
      world.crash()
      world.spoil(row.id)
      world.start()
      await world.clock.advance(1000)
      askForLink(world, world.people.startSession(row.id), 'now')
      world.steps.plan(null)
      expect(await scan(world, row.id, 1, 2000)).toBe(true)
      await world.clock.advance(5000)
      world.worker()?.clear(row.id, world.people.resetSession(row.id))
    })
    expect(violations).toEqual([])
  })
})

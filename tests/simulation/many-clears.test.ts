import { expect, it } from 'vitest'
import { quiesce } from './support/quiesce.ts'
import { checkAtRest } from './invariants/at-rest.ts'
import { createWorld } from './support/world.ts'

it('remembers the last 500 clears and no more, and one that it forgot is the same clear when it is open again (CLR-6)', async () => {
  const world = createWorld(1)
  try {
    world.start()
    await world.clock.advance(500)
    const clear = world.worker()?.engine.clear
    const { id } = world.people.createSession()
    const carryOut = async (order: string): Promise<void> => {
      world.worker()?.clear(id, order)
      await world.clock.advance(300)
    }
    const first = world.people.resetSession(id)
    const saved = world.saveDatabase()
    await carryOut(first)
    expect(clear?.receiptOf(first)).not.toBeNull()
    expect(clear?.remembered()).toEqual({ open: 0, completed: 1 })
    for (let count = 0; count < 500; count += 1) await carryOut(world.people.resetSession(id))
    expect(clear?.remembered()).toEqual({ open: 0, completed: 500 })
    expect(clear?.receiptOf(first)).toBeNull()
    world.restoreDatabase(saved)
    await world.clock.advance(10_000)
    expect(world.database.orders().find((order) => order.id === first)?.receipt).not.toBeNull()
    expect(clear?.remembered()).toEqual({ open: 0, completed: 500 })
    await quiesce(world)
    checkAtRest(world)
    expect(world.violations.all()).toEqual([])
  } finally {
    world.dispose()
  }
})

import { expect } from 'vitest'
import { askForLink, scan } from '../commands/sessions.ts'
import { checkAtRest } from '../invariants/at-rest.ts'
import { planOf } from './armed.ts'
import { quiesce } from './quiesce.ts'
import type { Fault, Step } from './steps.ts'
import type { Violation } from './violations.ts'
import { createWorld } from './world.ts'
import type { World } from './world.ts'

/** A history in as few steps as it takes, in a world that seals: what was violated, in the course of it or at its end. */
export async function story(tell: (world: World) => Promise<void>, options: Parameters<typeof createWorld>[1] = {}): Promise<Violation[]> {
  const world = createWorld(1, options)
  try {
    world.start()
    await world.clock.advance(500)
    await tell(world)
    await quiesce(world)
    checkAtRest(world)
    return world.violations.all()
  } finally {
    world.dispose()
  }
}

export async function link(world: World): Promise<string> {
  const row = world.people.createSession()
  askForLink(world, row, 'now')
  expect(await scan(world, row.id, 0, 2000)).toBe(true)
  await world.clock.advance(5000)
  expect(world.database.rows().find(({ id }) => id === row.id)?.status).toBe('connected')
  return row.id
}

export function failing(world: World, fault: Fault, isIt: (step: Step) => boolean, nth = 1, times = 1): void {
  const once = planOf({ kind: 'disk', nth, fault, times })
  world.steps.plan((step) => (isIt(step) ? once(step) : null))
}

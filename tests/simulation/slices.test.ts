import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkAtRest } from './invariants/at-rest.ts'
import { askForLink, scan } from './commands/sessions.ts'
import { quiesce } from './support/quiesce.ts'
import { createWorld } from './support/world.ts'
import type { World } from './support/world.ts'

let world: World
beforeEach(async () => {
  world = createWorld(1)
  world.start()
  await world.clock.advance(500)
})
afterEach(() => world.dispose())

async function link(phone: number): Promise<string> {
  const row = world.people.createSession()
  askForLink(world, row, 'now')
  await scan(world, row.id, phone, 2000)
  await world.clock.advance(4000)
  return row.id
}

describe('a pass that lets others be heard after each row', () => {
  it('takes a row for hearsay that was looked at since its list was read (FOL-6)', async () => {
    const ids: string[] = []
    for (let phone = 0; phone < 6; phone += 1) ids.push(await link(phone))
    const last = ids.at(-1) ?? ''
    for (let at = 0; at < 120; at += 1) {
      // Whenever in a pass it is: stopped at once, and online again later.
      await world.clock.advance(5000 + at * 41)
      world.people.stopSession(last)
      world.worker()?.look(last)
      await world.clock.advance(6000)
      world.people.startSession(last)
      world.worker()?.look(last)
    }
    await quiesce(world)
    checkAtRest(world)
    expect(world.violations.all()).toEqual([])
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkAtRest } from './invariants/at-rest.ts'
import { askForLink, deviceOf, scan } from './commands/sessions.ts'
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

describe('a boot', () => {
  it('with twenty sessions that get no answer brings twenty others online without waiting for them (CLO-9)', async () => {
    const ids: string[] = []
    for (let count = 0; count < 40; count += 1) ids.push(await link(count))
    const devices = ids.map((id) => deviceOf(world, id))
    expect(devices.map((device) => device?.connection?.isUp())).toEqual(ids.map(() => true))
    await world.stop()
    // The silent ones come first in the snapshot, as in the order of their making.
    const silent = devices.slice(0, 20)
    for (const device of silent) if (device) world.service.silent.add(device.identity)
    world.start()
    // The first look takes some round trips to the database and a turn for each row, and a login two to WhatsApp.
    await world.clock.advance(4000)
    expect(devices.slice(20).map((device) => device?.connection?.isUp() ?? false)).toEqual(Array.from({ length: 20 }, () => true))
    expect(silent.map((device) => device?.connection ?? null)).toEqual(silent.map(() => null))
  })
})

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

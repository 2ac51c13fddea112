import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from './support/eventually.ts'
import { startFleet } from './support/fleet.ts'
import type { FleetWorld } from './support/fleet.ts'
import { startWorld } from './support/world.ts'
import type { World } from './support/world.ts'

let world: World
let fleet: FleetWorld
beforeAll(async () => {
  world = await startWorld()
  fleet = await startFleet(world)
})
afterAll(() => world.stop())

describe('a session whose worker is killed', () => {
  it('goes on at another worker as the same linked device, and is cleared there (FLT-4, FLT-7)', async () => {
    const first = await fleet.spawn('w1')
    const { id, jid } = await world.link(first)
    expect(await fleet.holding(id)).toMatchObject({ worker_id: 'w1', kept: 'database' })
    expect(await fleet.shelved(id)).toEqual(expect.arrayContaining(['identity', 'vault']))

    await first.kill()
    const second = await fleet.spawn('w2')
    await fleet.silence('w1')
    await eventually(async () => expect(await fleet.holding(id)).toMatchObject({ worker_id: 'w2' }))
    await eventually(async () => {
      const [row] = await world.database.sql`select status, worker_id from public.whatsapp_sessions where id = ${id}`
      expect(row).toMatchObject({ status: 'connected', worker_id: 'w2' })
    })
    expect(world.isLinked(jid)).toBe(true)

    await world.rpc('reset_session', { session_id: id })
    expect(await world.receipt(id)).toMatchObject({ remoteUnlink: 'confirmed', removed: { credentials: { files: 2 } } })
    expect(world.isLinked(jid)).toBe(false)
    expect(await fleet.shelved(id)).toEqual([])
    await second.kill()
  }, 60_000)
})

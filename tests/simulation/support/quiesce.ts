import type { World } from './world.ts'

/** Longer than any pause between two tries, and than a dialog's link goes on unwatched. Milliseconds. */
const FIRST_MS = 130_000
const MORE_MS = 65_000
const ROUNDS = 6

/** Ends all trouble and lets time pass until nothing changes any more. Returns whether that came to be. */
export async function quiesce(world: World): Promise<boolean> {
  world.steps.plan(null)
  Object.assign(world.roadState, { isDown: false, latencyMs: 40, damages: [] })
  world.service.beGood()
  world.worker()?.leave()
  world.start()
  await world.clock.advance(FIRST_MS)
  for (let round = 0, before = ''; round < ROUNDS; round += 1) {
    world.start()
    const now = fingerprint(world)
    if (now === before) return true
    before = now
    await world.clock.advance(MORE_MS)
  }
  return false
}

/** All that lasts. Snapshots are made for ever, so that their names do not count. */
function fingerprint({ database, disk, service }: World): string {
  const rows = database.rows().map(({ id, status, status_reason, generation, desired }) => [id, status, status_reason, generation, desired])
  const orders = database.orders().map(({ id, completed_at }) => [id, completed_at])
  const files = disk.files('now').flatMap(({ path }) => (path.includes('/backups/') ? [] : [path]))
  const devices = service.devices.map(({ identity, connection }) => [identity, connection !== null])
  return JSON.stringify([rows, orders, files, devices])
}

import type { World } from './world.ts'

/** Longer than any pause between two tries, and than a dialog's link goes on unwatched. Milliseconds. */
const FIRST_MS = 130_000
const MORE_MS = 65_000
const ROUNDS = 6

/** Ends all trouble and lets time pass until nothing changes any more. Returns whether that came to be. */
export async function quiesce(world: World): Promise<boolean> {
  world.steps.plan(null)
  for (const machine of world.machines) {
    Object.assign(machine.roadState, { isDown: false, latencyMs: 40, damages: [] })
    machine.staysDown = false
    machine.thaw()
  }
  world.service.beGood()
  for (const machine of world.machines) machine.alive()?.leave()
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
function fingerprint({ database, machines, service }: World): string {
  const rows = database.rows().map(({ id, status, status_reason, generation, desired }) => [id, status, status_reason, generation, desired])
  const orders = database.orders().map(({ id, completed_at }) => [id, completed_at])
  const paths = machines.flatMap(({ disk }) => disk.files('now').map(({ path }) => path))
  const files = paths.filter((path) => !path.includes('/backups/'))
  const devices = service.devices.map(({ identity, connection }) => [identity, connection !== null])
  return JSON.stringify([rows, orders, files, devices])
}

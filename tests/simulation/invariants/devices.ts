import { IS_LINKED } from '#domain/session.ts'
import type { World } from '../support/world.ts'
import { identitiesOnShelf } from './shelf.ts'

/** Every device that is linked at WhatsApp belongs to a session, or its receipt said that nobody can tell. */
export function checkDevices(world: World): void {
  const { service, identities, database, machines, store, violations, damage } = world
  const rows = new Map(database.rows().map((row) => [row.id, row]))
  const inFolder = new Set(
    machines[0].disk.files('now').flatMap(({ path, node }) => {
      const identity = /^\/data\/sessions\/[^/]+\/auth\.sqlite$/.test(path) && node.sql ? identities.inFile(node.sql) : undefined
      return identity ? [identity.number] : []
    }),
  )
  const live = store === 'database' ? identitiesOnShelf(world) : inFolder
  for (const { identity: number, phone } of service.devices) {
    const identity = identities.get(number)
    if (!identity || identity.excuse !== null) continue
    const row = rows.get(identity.sessionId)
    const isLive = row?.generation === identity.generation && IS_LINKED[row.status] && live.has(number)
    const orders = database.orders().filter((one) => one.session_id === identity.sessionId && one.max_generation >= identity.generation)
    // Where a failing disk took what nobody else knew, nothing can be said until somebody orders a clear.
    if (orders.length === 0 && damage.spoiled.has(identity.sessionId)) continue
    const isTold = orders.some((order) => order.receipt?.remoteUnlink === 'unconfirmed')
    if (!isLive && !isTold) {
      const state = row ? `${row.status} in generation ${row.generation}` : 'gone'
      violations.add(
        'orphan',
        'CLR-5, LNK-6',
        `${phone} is linked as identity ${number} of generation ${identity.generation}, the row is ${state}`,
      )
    }
  }
}

import { createHash } from 'node:crypto'
import { canonicalJson } from '../../../worker/clear/receipt.ts'
import type { OrderRow } from '../model/state.ts'
import type { IdentityFacts } from '../support/identities.ts'
import type { World } from '../support/world.ts'

/** Every order ends with a receipt, and the receipt says what is so. */
export function checkOrders(world: World): void {
  for (const order of world.database.orders()) {
    if (order.receipt === null) {
      world.violations.add('lost_order', 'CLR-4', `order ${order.id} (${order.reason}) has no receipt: ${order.last_error ?? 'no error'}`)
    } else checkReceipt(world, order)
  }
}

function checkReceipt(world: World, order: OrderRow): void {
  const { receipt } = order
  if (!receipt) return
  const wrong = (rules: string, what: string): void => world.violations.add('lost_order', rules, `receipt of ${order.reason}: ${what}`)
  const { digest, ...rest } = receipt
  if (createHash('sha256').update(canonicalJson(rest)).digest('hex') !== digest) wrong('CLR-7', 'the digest does not fit')
  if (receipt.sessionId !== order.session_id || receipt.orderId !== order.id) wrong('CLR-7', 'it is of another order')
  if (receipt.generations.some((generation) => generation > order.max_generation)) wrong('CLR-8', 'a newer generation was erased')

  for (const identity of ownOf(world, order)) {
    const device = world.service.deviceOf(identity.number)
    if (receipt.remoteUnlink === 'confirmed' && device) wrong('CLR-5', `confirmed, but identity ${identity.number} is still linked`)
    if (receipt.remoteUnlink === 'not_linked' && world.service.everLinked.has(identity.number)) {
      wrong('CLR-5', `not_linked, but identity ${identity.number} was linked`)
    }
  }
}

/** The identities that an order is the first to cover, as far as nothing was done to the worker that hides them from it. */
function ownOf({ database, identities }: World, order: OrderRow): IdentityFacts[] {
  const orders = database.orders().filter((one) => one.session_id === order.session_id && one.id !== order.id)
  return identities
    .all()
    .filter(
      ({ sessionId, generation, excuse }) =>
        sessionId === order.session_id &&
        generation <= order.max_generation &&
        excuse === null &&
        !orders.some((one) => one.max_generation >= generation && one.requested_at <= order.requested_at),
    )
}

import { checkDevices } from './devices.ts'
import { checkFiles } from './files.ts'
import { checkOrders } from './orders.ts'
import { checkRows } from './rows.ts'
import { checkShelf } from './shelf.ts'
import { checkTexts } from './texts.ts'
import type { World } from '../support/world.ts'

/** What must hold when all trouble has ended and nothing changes any more. */
export function checkAtRest(world: World): void {
  world.check()
  checkFiles(world)
  checkOrders(world)
  checkDevices(world)
  checkRows(world)
  checkTexts(world)
  if (world.store === 'database') checkShelf(world)
}

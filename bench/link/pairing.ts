import type { Page } from 'playwright-core'
import { eventually } from '../../tests/e2e/support/eventually.ts'
import type { World } from '../../tests/e2e/support/world.ts'
import { beginLink, marksOf } from './marks.ts'

const PHONE = '51912000111'

/** From the click on "Get a code" to the code on the page; milliseconds. The link is cancelled again. */
export async function askForCode(world: World, page: Page): Promise<number> {
  const session = await beginLink(world, page)
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('tab', { name: 'Pairing code' }).click()
  await dialog.getByLabel('Phone number').fill(PHONE)
  await dialog.getByRole('button', { name: 'Get a code' }).click()
  const { ask, code } = await eventually(
    () => marksOf(page),
    (seen) => seen.code > 0,
  )
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await eventually(
    () => world.held(session),
    (held) => held.openOrders === 0 && held.memory === null,
  )
  return code - ask
}

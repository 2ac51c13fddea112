import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readQr } from '../support/qr.ts'
import { eventually } from './support/eventually.ts'
import { keepPicture } from './support/picture.ts'
import { openWorld, signIn, type World } from './support/world.ts'

const LUIS = '51912000111'

let world: World
let page: Page

beforeAll(async () => {
  world = await openWorld()
  ;({ page } = await signIn(world))
})
afterAll(async () => {
  await world.stop()
})
afterEach(async ({ task }) => keepPicture(page, task))

const dialog = () => page.getByRole('dialog')
const cancel = () => dialog().getByRole('button', { name: 'Cancel' })

async function openDialog(): Promise<Locator> {
  await page.getByRole('button', { name: 'Connect device' }).first().click()
  const image = dialog().getByRole('img', { name: 'QR code' })
  await image.waitFor()
  return image
}

/** Where something begins and ends, pixels from the top of the window. */
async function place(thing: Locator): Promise<{ top: number; bottom: number }> {
  const box = await thing.boundingBox()
  if (!box) throw new Error('it is not drawn')
  return { top: box.y, bottom: box.y + box.height }
}

describe('on a small screen', () => {
  it('at 200 % zoom Cancel stays in view, and covers no field that is typed into', async () => {
    await page.setViewportSize({ width: 600, height: 430 })
    await openDialog()
    expect((await place(cancel())).bottom).toBeLessThanOrEqual(430)
    const name = page.getByLabel('Name (optional)')
    await name.focus()
    expect((await place(name)).bottom).toBeLessThan((await place(cancel())).top)
    await cancel().click()
    await dialog().waitFor({ state: 'hidden' })
  })

  it('a name that is longer than its line takes nothing from the number', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    const image = await openDialog()
    await page.getByLabel('Name (optional)').fill('a name that is far longer than the line on which it stands beside the number')
    await page.getByText('Saved').waitFor()
    const qr = await eventually(
      async () => readQr(await image.screenshot()),
      (text) => text !== null,
    )
    await world.phone('scan', { qr, phone: LUIS })
    await dialog().waitFor({ state: 'hidden' })
    const number = page.locator('[data-session]').getByText('+51 912 000 111')
    await number.waitFor()
    expect(await number.evaluate((element) => element.scrollWidth > element.clientWidth)).toBe(false)
    expect(await page.locator('html').evaluate((html) => html.scrollWidth)).toBe(390)
  })
})

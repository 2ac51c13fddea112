/** `npm run picture`: takes the README's picture of the real page, from a demo of its own with three numbers. */
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { eventually } from '../tests/e2e/support/eventually.ts'
import { openWorld, signIn } from '../tests/e2e/support/world.ts'
import { readQr } from '../tests/support/qr.ts'
import { ROOT } from './stack/layout.ts'

const DEVICES = [
  { phone: '51987654321', name: 'Sales' },
  { phone: '51912000111', name: 'Support' },
]

const world = await openWorld()
try {
  const { page } = await signIn(world)
  const dialog = page.getByRole('dialog')
  const image = dialog.getByRole('img', { name: 'QR code' })
  for (const { phone, name } of DEVICES) {
    await page.getByRole('button', { name: 'Connect device' }).first().click()
    await image.waitFor()
    await page.getByLabel('Name (optional)').fill(name)
    await page.getByText('Saved').waitFor()
    const qr = await eventually(
      async () => readQr(await image.screenshot()),
      (text) => text !== null,
    )
    await world.phone('scan', { qr, phone })
    await dialog.waitFor({ state: 'hidden' })
  }
  await page.getByRole('button', { name: 'Dismiss' }).click()
  await page.getByRole('button', { name: 'Connect device' }).first().click()
  await image.waitFor()
  await sleep(6000)
  await page.setViewportSize({ width: 1200, height: 720 })
  await page.screenshot({ path: join(ROOT, 'docs/connect.png') })
  await page.reload()
  await page.getByText('connecting', { exact: true }).waitFor()
  await page.setViewportSize({ width: 1200, height: 560 })
  await page.screenshot({ path: join(ROOT, 'docs/dashboard.png') })
} finally {
  await world.stop()
}

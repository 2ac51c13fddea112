import type { Page } from 'playwright-core'
import { eventually } from '../../tests/e2e/support/eventually.ts'
import type { World } from '../../tests/e2e/support/world.ts'
import { readQr } from '../../tests/support/qr.ts'
import { beginLink, marksOf, now, remove } from './marks.ts'

const PHONE = '51987654321'

/** One link, in milliseconds. Whatever is said "of the page" stood in its document by then. */
export type ScannedLink = {
  clickToQr: number
  /** What is wanted is stored. */
  storeIntent: number
  /** From asking for the link's stream to its first byte: function and worker. */
  attach: number
  /** WhatsApp's socket, its QR, drawing. */
  socketAndDraw: number
  scanToLinking: number
  /** "Connected" in the dialog, which hears it from the stream. */
  scanToDialog: number
  /** `connected` in the list, which reads it from the database. */
  scanToConnected: number
}

/** Links a device as people do, then removes it. */
export async function scanOnce(world: World, page: Page): Promise<ScannedLink> {
  let sent = 0
  let attached = 0
  const asked = (url: string) => url.endsWith('/link')
  page.on('request', (request) => {
    if (asked(request.url())) sent = performance.now()
  })
  page.on('response', (response) => {
    if (asked(response.url()) && attached === 0) attached = performance.now()
  })
  const session = await beginLink(world, page)
  const image = page.getByRole('dialog').getByRole('img', { name: 'QR code' })
  const qr = await eventually(
    async () => readQr(await image.screenshot()),
    (text) => text !== null,
  )
  const scanned = now()
  await world.phone('scan', { qr, phone: PHONE })
  const seen = await eventually(
    () => marksOf(page),
    ({ dialog, row }) => dialog > 0 && row > 0,
  )
  page.removeAllListeners('request')
  page.removeAllListeners('response')
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await remove(world, session)
  const drawn = seen.qrs[0] ?? Number.NaN
  return {
    clickToQr: drawn - seen.click,
    storeIntent: seen.stored - seen.click,
    attach: attached - sent,
    socketAndDraw: drawn - seen.stored - (attached - sent),
    scanToLinking: seen.linking - scanned,
    scanToDialog: seen.dialog - scanned,
    scanToConnected: seen.row - scanned,
  }
}

import { join } from 'node:path'
import type { Page } from 'playwright-core'
import * as z from 'zod'
import { openWorld, signIn, type World } from '../tests/e2e/support/world.ts'
import { eventually } from '../tests/e2e/support/eventually.ts'
import { readQr } from '../tests/support/qr.ts'
import { report, spread } from './report.ts'

const RUNS = Number(process.env['RUNS'] ?? 20)
const PHONE = '51987654321'

const Marks = z.object({ click: z.number(), drawn: z.number(), stored: z.number() })

/** When the click came, the intent was stored and the QR was drawn: milliseconds of the page's own clock. */
async function times(page: Page): Promise<z.infer<typeof Marks>> {
  return Marks.parse(
    await page.evaluate(`({
      ...marks,
      stored: performance.getEntriesByType('resource').findLast(({ name }) => name.endsWith('/rpc/create_session')).responseEnd,
    })`),
  )
}

async function linkOnce(
  world: World,
  page: Page,
): Promise<{ times: z.infer<typeof Marks>; attachedAfter: number; scanToConnected: number }> {
  let sent = 0
  let attached = 0
  const asked = (url: string) => url.endsWith('/link')
  page.on('request', (request) => {
    if (asked(request.url())) sent = performance.now()
  })
  page.on('response', (response) => {
    if (asked(response.url()) && attached === 0) attached = performance.now()
  })
  await page.getByRole('button', { name: 'Connect device' }).first().click()
  const image = page.getByRole('dialog').getByRole('img', { name: 'QR code' })
  await image.waitFor()
  const taken = await times(page)
  const qr = await eventually(
    async () => readQr(await image.screenshot()),
    (text) => text !== null,
  )
  const session = await world.newestSession()
  const scanned = performance.now()
  await world.phone('scan', { qr, phone: PHONE })
  await page.locator(`[data-session="${session}"]`).getByText('connected', { exact: true }).waitFor()
  const scanToConnected = performance.now() - scanned
  page.removeAllListeners('request')
  page.removeAllListeners('response')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await world.sql`delete from whatsapp_sessions where id = ${session}`
  await eventually(
    () => world.held(session),
    (held) => held.openOrders === 0 && held.memory === null,
  )
  return { times: taken, attachedAfter: attached - sent, scanToConnected }
}

/**
 * From the click on "Connect device" to the QR on the page, in the embedded stack, with the share of each part: storing
 * what is wanted, attaching to the link (function and worker, to the first byte), and the rest (WhatsApp's socket, QR,
 * drawing). Beside it: from the scan to `connected` on the page.
 */
export async function run(): Promise<void> {
  const world = await openWorld()
  try {
    const { page } = await signIn(world)
    await page.addInitScript({ path: join(import.meta.dirname, 'in-page.js') })
    await page.reload()
    await linkOnce(world, page)
    const taken = []
    for (let index = 0; index < RUNS; index += 1) taken.push(await linkOnce(world, page))
    const clickToQr = spread(taken.map(({ times: t }) => t.drawn - t.click))
    const storeIntent = spread(taken.map(({ times: t }) => t.stored - t.click))
    const attach = spread(taken.map(({ attachedAfter }) => attachedAfter))
    const socketAndDraw = spread(taken.map(({ times: t, attachedAfter }) => t.drawn - t.stored - attachedAfter))
    const scanToConnected = spread(taken.map((one) => one.scanToConnected))
    report(`link: ${RUNS} links, one after the other`, { clickToQr, storeIntent, attach, socketAndDraw, scanToConnected }, { runs: RUNS })
  } finally {
    await world.stop()
  }
}

import type { Page } from 'playwright-core'
import { notesOf } from './marks.ts'

type Transfer = { type: string; url: string; asked: number; bytes: number }
/** Kilobytes (1,000 bytes) as they travelled, headers included: until the page could be used, and until it had nothing more to fetch. */
export type Weights = { jsKB: number; cssKB: number; jsIdleKB: number; files: number }

/** How long nothing more must be fetched, milliseconds. */
const QUIET = 2000

/** Opens a page with an empty cache and adds up what its scripts and styles weigh. What was asked for before it could be used counts. */
export async function weigh(page: Page, url: string): Promise<Weights> {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  const transfers = new Map<string, Transfer>()
  let lastAt = Date.now()
  session.on('Network.requestWillBeSent', ({ requestId, type, wallTime, request }) => {
    if (type !== 'Script' && type !== 'Stylesheet') return
    transfers.set(requestId, { type, url: request.url, asked: wallTime * 1000, bytes: 0 })
    lastAt = Date.now()
  })
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const transfer = transfers.get(requestId)
    if (transfer) transfer.bytes = encodedDataLength
  })
  await page.goto(url)
  await page.locator('[data-session]').first().waitFor()
  while (Date.now() - lastAt < QUIET) await page.waitForTimeout(100)
  const { usable } = await notesOf(page)
  const usableAt = Number(await page.evaluate('performance.timeOrigin')) + usable
  await session.detach()
  const sum = (type: string, until: number) =>
    kilobytes([...transfers.values()].filter((one) => one.type === type && one.asked < until).map(({ bytes }) => bytes))
  return {
    jsKB: sum('Script', usableAt),
    cssKB: sum('Stylesheet', usableAt),
    jsIdleKB: sum('Script', Number.POSITIVE_INFINITY),
    files: [...transfers.values()].filter(({ asked }) => asked < usableAt).length,
  }
}

function kilobytes(bytes: number[]): number {
  return Math.round(bytes.reduce((sum, one) => sum + one, 0) / 100) / 10
}

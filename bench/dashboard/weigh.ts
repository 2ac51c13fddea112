import type { Page } from 'playwright-core'
import { notesOf } from './marks.ts'

type Transfer = { type: string; asked: number; bytes: number; withHeads: number }
/**
 * Kilobytes (1,000 bytes) as they travelled, compressed: until the page could be used, the same with the heads of the answers, and all until
 * there was nothing more to fetch.
 */
export type Weights = { jsKB: number; cssKB: number; jsWithHeadsKB: number; jsIdleKB: number; files: number }

/** How long nothing more must be fetched, milliseconds. */
const QUIET = 4000

/** Opens a page with an empty cache and adds up what its scripts and styles weigh. What was asked for before it could be used counts. */
export async function weigh(page: Page, url: string): Promise<Weights> {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  const transfers = new Map<string, Transfer>()
  let lastAt = Date.now()
  session.on('Network.requestWillBeSent', ({ requestId, type, wallTime }) => {
    if (type !== 'Script' && type !== 'Stylesheet') return
    transfers.set(requestId, { type, asked: wallTime * 1000, bytes: 0, withHeads: 0 })
    lastAt = Date.now()
  })
  // What was compressed counts as it came; the heads of the answers, which are counted apart, come with the last of it.
  session.on('Network.dataReceived', ({ requestId, encodedDataLength }) => {
    const transfer = transfers.get(requestId)
    if (transfer) transfer.bytes += encodedDataLength
  })
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const transfer = transfers.get(requestId)
    if (transfer) transfer.withHeads = encodedDataLength
  })
  await page.goto(url)
  await page.locator('[data-session]').first().waitFor()
  lastAt = Date.now()
  while (Date.now() - lastAt < QUIET) await page.waitForTimeout(100)
  const { usable } = await notesOf(page)
  const usableAt = Number(await page.evaluate('performance.timeOrigin')) + usable
  await session.detach()
  const early = (type: string) => [...transfers.values()].filter((one) => one.type === type && one.asked < usableAt)
  const scripts = early('Script')
  return {
    jsKB: kilobytes(scripts.map(({ bytes }) => bytes)),
    cssKB: kilobytes(early('Stylesheet').map(({ bytes }) => bytes)),
    jsWithHeadsKB: kilobytes(scripts.map(({ withHeads }) => withHeads)),
    jsIdleKB: kilobytes([...transfers.values()].filter(({ type }) => type === 'Script').map(({ bytes }) => bytes)),
    files: scripts.length,
  }
}

function kilobytes(bytes: number[]): number {
  return Math.round(bytes.reduce((sum, one) => sum + one, 0) / 100) / 10
}

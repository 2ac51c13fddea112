import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { eventually } from '../../tests/e2e/support/eventually.ts'
import type { LinkEvent } from '#domain/link.ts'
import type { World } from '../../tests/e2e/support/world.ts'
import { linkEvents } from '../stack/link.ts'
import { beginLink, marksOf, openBeside } from './marks.ts'

/** How long any QR but the first lasts, milliseconds. */
const LATER_QR_MS = 20_000
/** How long after one page the next is opened, milliseconds: QRs that are rotated at once would wait for each other. */
const APART = 200

/**
 * How much later than the worker the page has a rotated QR, milliseconds. The client decides when a QR is replaced, after 60 s and then
 * every 20 s, so `pages` links, each on a page beside one of `firsts`, wait side by side for `rotations` each. A browser keeps six connections
 * to a server and each stream takes one, so a browser has no more than four of them.
 */
export async function rotationDelays(world: World, firsts: readonly Page[], pages: number, rotations: number): Promise<number[]> {
  const delays: Promise<number[]>[] = []
  for (const first of firsts) {
    for (let index = 0; index < pages; index += 1) {
      const page = await openBeside(first)
      const session = await beginLink(world, page)
      delays.push(delaysOf(world, page, session, rotations))
      await sleep(APART)
    }
  }
  return (await Promise.all(delays)).flat()
}

async function delaysOf(world: World, page: Page, session: string, rotations: number): Promise<number[]> {
  const made = await madeByWorker(world, session, rotations)
  const { qrs } = await eventually(
    () => marksOf(page),
    (seen) => seen.qrs.length > rotations,
  )
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.close()
  return made.map((at, rotation) => (qrs[rotation + 1] ?? Number.NaN) - at)
}

/** When the worker made the QRs after the first, milliseconds since 1970: it says when each expires, and how long each lives is known. */
async function madeByWorker(world: World, session: string, rotations: number): Promise<number[]> {
  const { body } = await world.worker(session, 'link')
  if (!body) throw new Error('the worker shows no link')
  const made: number[] = []
  let last: LinkEvent | null = null
  for await (const event of linkEvents(body)) {
    last = event
    if (event.type !== 'qr' || event.number === 1) continue
    made.push(Date.parse(event.expiresAt) - LATER_QR_MS)
    if (made.length === rotations) return made
  }
  throw new Error(`the link ended after ${made.length} rotations with ${JSON.stringify(last)}`)
}

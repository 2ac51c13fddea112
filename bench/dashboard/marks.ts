import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import * as z from 'zod'

const Noted = z.object({
  usable: z.number(),
  keys: z.array(z.number()),
  lcp: z.number(),
  cls: z.number(),
  interactions: z.array(z.number()),
  longTasks: z.array(z.object({ startTime: z.number(), duration: z.number() })),
  rows: z.int(),
})
/** What `in-page.js` noted; milliseconds since the page began to load. */
export type Noted = z.infer<typeof Noted>

/** Has the pages of a browser take notes. */
export async function takeNotes(context: BrowserContext): Promise<void> {
  await context.addInitScript({ path: join(import.meta.dirname, 'in-page.js') })
}

export async function notesOf(page: Page): Promise<Noted> {
  return Noted.parse(await page.evaluate('noted'))
}

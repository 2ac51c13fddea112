import type { Page } from 'playwright-core'
import * as z from 'zod'
import { eventually } from './eventually.ts'

const Said = z.array(z.object({ tone: z.enum(['polite', 'assertive']), text: z.string() }))
export type Said = z.infer<typeof Said>

/**
 * Runs in each document: notes what its live regions say. What stands in a polite region from its first moment on is not counted, for not
 * every screen reader says it: only what changes in a region that was there.
 */
const LISTEN = `(() => {
  const said = (globalThis.__said = [])
  const known = new WeakMap()
  const toneOf = (region) => region.getAttribute('aria-live') ?? (region.getAttribute('role') === 'alert' ? 'assertive' : 'polite')
  const listen = () => {
    for (const region of document.querySelectorAll('[aria-live], [role=status], [role=alert], output')) {
      const tone = toneOf(region)
      const text = region.textContent.replace(/\\s+/g, ' ').trim()
      const before = known.get(region)
      known.set(region, text)
      if (tone === 'off' || text === '' || text === before) continue
      if (before !== undefined || tone === 'assertive') said.push({ tone, text })
    }
  }
  new MutationObserver(listen).observe(document, { childList: true, subtree: true, characterData: true })
})()`

/** Hears what `page` says to who does not see it, from its next document on. */
export async function listenTo(page: Page) {
  await page.addInitScript({ content: LISTEN })
  const all = async () => Said.parse(await page.evaluate('globalThis.__said'))
  return {
    all,
    /** What was said before is of no interest. */
    forget: () => page.evaluate('void globalThis.__said.splice(0)'),
    /** Waits until something like `text` is said, and returns how and what. */
    async hears(text: string | RegExp, seconds = 15): Promise<Said[number] | undefined> {
      const fits = (one: Said[number]) => (typeof text === 'string' ? one.text.includes(text) : text.test(one.text))
      return (await eventually(all, (said) => said.some(fits), seconds)).find(fits)
    },
  }
}
export type Listener = Awaited<ReturnType<typeof listenTo>>

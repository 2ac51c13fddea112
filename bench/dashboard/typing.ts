import type { Page } from 'playwright-core'
import { notesOf } from './marks.ts'

/** Each key makes a search that was not made before, and that finds something. */
const SEARCHES = ['tienda lima 1', 'soporte cusco', 'cobranza bog', 'recepcion quito', '51 9 7', '9 123', '519 45', 'bodega sao p']
/** As people type who look at what they find, milliseconds. */
const BETWEEN_KEYS = 250

/** Types one search after the other. @returns milliseconds from each key to the frame that shows its rows. */
export async function typeSearches(page: Page): Promise<number[]> {
  const field = page.getByRole('searchbox')
  const taken: number[] = []
  for (const search of SEARCHES) {
    await field.fill('')
    await page.locator('ul[aria-busy=false]').waitFor()
    await page.waitForTimeout(400)
    const before = (await notesOf(page)).keys.length
    await field.pressSequentially(search, { delay: BETWEEN_KEYS })
    await page.waitForTimeout(600)
    taken.push(...(await notesOf(page)).keys.slice(before))
  }
  return taken
}

import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../../support/browser.ts'
import type { Place } from './place.ts'

/** What the hands on a page do; what they click is called as it is on the screen, and `clicked` keeps the names. */
type Desk = { page: Page; place: Place; click(name: string, press: (page: Page) => Promise<void>): Promise<void> }

/** What a reader does with the mouse where a page says `<!-- by hand: name -->`. */
const HANDS: Record<string, (desk: Desk) => Promise<void>> = {
  'sign-in': async ({ page, place, click }) => {
    await page.goto(place.url)
    await page.getByLabel('Password').fill(place.password)
    await click('Sign in', (at) => at.getByRole('button', { name: 'Sign in' }).click())
    await page.getByRole('button', { name: 'Connect device' }).first().waitFor()
  },
  link: async ({ page, click }) => {
    await click('Connect device', (at) => at.getByRole('button', { name: 'Connect device' }).first().click())
    await page.getByRole('img', { name: 'QR code' }).waitFor()
    const opened = page.context().waitForEvent('page')
    await click('Open the simulated phone', (at) => at.getByRole('link', { name: 'Open the simulated phone' }).click())
    const phone = await opened
    await click('Scan', () => phone.getByRole('button', { name: /^Scan the code of/ }).click())
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await phone.close()
  },
}

export type Hands = {
  /** Does what a page says is done by hand; resolves to the names of what was clicked. @throws where nobody knows that name. */
  do(name: string): Promise<string[]>
  close(): Promise<void>
}

/** A reader at a browser, who is called when a page needs one. */
export function readyHands(place: Place): Hands {
  let browser: Browser | null = null
  let page: Page | null = null
  return {
    async do(name) {
      const hand = HANDS[name]
      if (!hand) throw new Error(`hands.ts does not know "${name}"`)
      browser ??= await launchBrowser()
      page ??= await browser.newPage({ viewport: { width: 1200, height: 860 } })
      const clicked: string[] = []
      const desk: Desk = {
        page,
        place,
        async click(label, press) {
          clicked.push(label)
          await press(page as Page)
        },
      }
      await hand(desk)
      return clicked
    },
    close: async () => browser?.close(),
  }
}

import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../../support/browser.ts'
import type { Place } from './place.ts'

/** A browser on the page of a place. Whatever is clicked is called as it is on the screen; the names are kept. */
type Desk = {
  page: Page
  place: Place
  click(name: string, press?: (page: Page) => Promise<void>): Promise<void>
  /** Opens the simulated phone by the link in the dialog. */
  phone(): Promise<Page>
}

const button = (name: string) => (page: Page) => page.getByRole('button', { name, exact: true }).first().click()
const dialogClosed = (page: Page) => page.getByRole('dialog').waitFor({ state: 'hidden' })

/** What a reader does with the mouse where a page says `<!-- by hand: name -->`. */
const HANDS: Record<string, (desk: Desk) => Promise<void>> = {
  'sign-in': async ({ page, place, click }) => {
    await page.goto(place.url)
    await page.getByLabel('Password').fill(place.password)
    await click('Sign in')
    await page.getByRole('button', { name: 'Connect device' }).first().waitFor()
  },
  link: async ({ page, click, phone }) => {
    await click('Connect device')
    await page.getByRole('img', { name: 'QR code' }).waitFor()
    const screen = await phone()
    await click('Scan', () => screen.getByRole('button', { name: /^Scan the code of/ }).click())
    await dialogClosed(page)
    await page.getByText('connected', { exact: true }).first().waitFor()
    await screen.close()
  },
  'link-by-code': async ({ page, click, phone }) => {
    await click('Connect device')
    await click('Pairing code', (at) => at.getByRole('tab', { name: 'Pairing code' }).click())
    await page.getByLabel('Phone number').fill('+51 987 654 321')
    await click('Get a code')
    const shown = page.locator('[data-pairing-code]')
    await shown.waitFor()
    const code = String(await shown.textContent())
    const screen = await phone()
    await screen.locator('#code:focus').waitFor()
    await screen.keyboard.type(code)
    await screen.keyboard.press('Enter')
    await dialogClosed(page)
    await page.getByText('connected', { exact: true }).first().waitFor()
    await screen.close()
  },
  reset: async ({ page, click }) => {
    const row = page.locator('[data-session]').filter({ has: page.getByText('connected', { exact: true }) })
    await row
      .first()
      .getByRole('button', { name: /^More actions/ })
      .click()
    await click('Reset', (at) => at.getByRole('menuitem', { name: 'Reset', exact: true }).click())
    const question = page.getByRole('alertdialog')
    const number = /\+[\d ]+\d/.exec(String(await question.textContent()))?.[0] ?? ''
    await question.getByRole('textbox', { name: 'Type its number to confirm' }).fill(number)
    await click('Reset session')
    await question.getByText('Gone', { exact: true }).waitFor()
    await click('Done')
  },
  export: async ({ page, click }) => {
    await click('Activity', (at) => at.getByRole('link', { name: 'Activity' }).click())
    const saved = page.waitForEvent('download')
    await click('Export CSV')
    await (await saved).path()
    await page.getByRole('link', { name: 'Devices' }).first().click()
  },
}

export type Hands = {
  /** Does at a place what a page says is done by hand; resolves to the names of what was clicked. @throws where nobody knows that name. */
  do(name: string, place: Place): Promise<string[]>
  close(): Promise<void>
}

/** A reader at a browser, who is called when a page needs one, and stays signed in. */
export function readyHands(): Hands {
  let browser: Browser | null = null
  const pages = new Map<Place, Page>()

  async function act(name: string, place: Place): Promise<string[]> {
    const hand = HANDS[name]
    if (!hand) throw new Error(`hands.ts does not know "${name}"`)
    browser ??= await launchBrowser()
    const known = pages.get(place)
    const page = known ?? (await browser.newPage({ viewport: { width: 1200, height: 860 } }))
    pages.set(place, page)
    if (!known && name !== 'sign-in') await act('sign-in', place)
    const clicked: string[] = []
    await hand({
      page,
      place,
      async click(label, press = button(label)) {
        clicked.push(label)
        await press(page)
      },
      async phone() {
        const opened = page.context().waitForEvent('page')
        clicked.push('Open the simulated phone')
        await page.getByRole('link', { name: 'Open the simulated phone' }).click()
        return opened
      },
    })
    return clicked
  }
  return { do: act, close: async () => browser?.close() }
}

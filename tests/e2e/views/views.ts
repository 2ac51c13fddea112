import type { Page } from 'playwright-core'
import type { To, View } from './look.ts'

async function devices(page: Page, { url, words }: To, search = ''): Promise<void> {
  await page.goto(`${url}/settings/whatsapp${search}`)
  await page.getByRole('button', { name: words.list.connect }).first().waitFor()
}

async function connect(page: Page, to: To): Promise<void> {
  await devices(page, to)
  await page.getByRole('button', { name: to.words.list.connect }).first().click()
  await page.getByRole('dialog').getByRole('img', { name: to.words.link.qr }).waitFor()
}

/** Every page and every dialog. */
export const VIEWS: readonly View[] = [
  {
    name: 'sign-in',
    isGuest: true,
    async open(page, { url, words }) {
      await page.goto(url)
      await page.getByRole('button', { name: words.signIn.submit }).waitFor()
    },
  },
  {
    name: 'devices',
    async open(page, to) {
      await devices(page, to)
      await page.getByText('+51 987 654 321').first().waitFor()
    },
  },
  { name: 'connect-qr', open: connect },
]

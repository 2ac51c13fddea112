import type { Page } from 'playwright-core'
import type { To, View } from './look.ts'
import { WEBHOOK_VIEWS } from './webhooks.ts'

const NUMBER = '+51 987 654 321'

async function devices(page: Page, { url, words }: To, search = ''): Promise<void> {
  await page.goto(`${url}/settings/whatsapp${search}`)
  await page.getByRole('button', { name: words.list.connect }).first().waitFor()
}

async function listed(page: Page, to: To): Promise<void> {
  await devices(page, to)
  await page.getByText(NUMBER).first().waitFor()
}

async function menu(page: Page, to: To): Promise<void> {
  await listed(page, to)
  await page.getByRole('button', { name: to.words.list.menuOf(NUMBER) }).click()
  await page.getByRole('menuitem', { name: to.words.list.reset }).waitFor()
}

async function connect(page: Page, to: To): Promise<void> {
  await devices(page, to)
  await page.getByRole('button', { name: to.words.list.connect }).first().click()
  await page.getByRole('dialog').getByRole('img', { name: to.words.link.qr }).waitFor()
}

async function cancelLink(page: Page, { words }: To): Promise<void> {
  await page.getByRole('dialog').getByRole('button', { name: words.common.cancel }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
}

async function session(
  page: Page,
  { url, words, linked }: To,
  tab: 'timeline' | 'messages' | 'groups' | 'contacts' | 'receipts',
): Promise<void> {
  await page.goto(`${url}/settings/whatsapp/${linked}#${tab}`)
  await page.getByRole('tab', { name: words.session[tab], selected: true }).waitFor()
  await page.getByRole('tabpanel').locator('li, form, p').first().waitFor()
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
    name: 'forgotten-password',
    isGuest: true,
    async open(page, { url, words }) {
      await page.goto(`${url}/forgotten-password`)
      await page.getByRole('heading', { name: words.password.forgottenTitle }).waitFor()
    },
  },
  { name: 'devices', open: listed },
  {
    name: 'devices-nothing-matches',
    async open(page, to) {
      await devices(page, to, '?q=nobody')
      await page.getByText(to.words.list.noMatch, { exact: true }).waitFor()
    },
  },
  { name: 'device-menu', open: menu },
  { name: 'connect-qr', open: connect, close: cancelLink },
  {
    name: 'connect-phone-number',
    async open(page, to) {
      await connect(page, to)
      await page.getByRole('tab', { name: to.words.link.method.phone }).click()
      await page.getByRole('textbox', { name: to.words.link.pairing.number }).waitFor()
    },
    close: cancelLink,
  },
  {
    name: 'reset-question',
    async open(page, to) {
      await menu(page, to)
      await page.getByRole('menuitem', { name: to.words.list.reset }).click()
      await page.getByRole('alertdialog').waitFor()
    },
  },
  { name: 'device-timeline', open: (page, to) => session(page, to, 'timeline') },
  { name: 'device-messages', open: (page, to) => session(page, to, 'messages') },
  { name: 'device-groups', open: (page, to) => session(page, to, 'groups') },
  { name: 'device-contacts', open: (page, to) => session(page, to, 'contacts') },
  { name: 'device-removals', open: (page, to) => session(page, to, 'receipts') },
  {
    name: 'no-such-device',
    async open(page, { url, words }) {
      await page.goto(`${url}/settings/whatsapp/00000000-0000-4000-8000-000000000000`)
      await page.getByRole('heading', { name: words.session.notFound }).waitFor()
    },
  },
  {
    name: 'activity',
    async open(page, { url, words }) {
      await page.goto(`${url}/activity`)
      await page.getByRole('button', { name: words.activity.export }).waitFor()
      await page
        .getByText(/19aec740/)
        .locator('visible=true')
        .first()
        .waitFor()
    },
  },
  {
    name: 'receipt',
    async open(page, { url, removed }) {
      await page.goto(`${url}/activity?order=${removed}`)
      await page
        .getByRole('dialog')
        .getByText(/^[0-9a-f]{16}/)
        .waitFor()
    },
  },
  {
    name: 'members',
    async open(page, { url }) {
      await page.goto(`${url}/settings/members`)
      await page.getByText('rosa@acme.test').waitFor()
    },
  },
  {
    name: 'invite',
    async open(page, { url, words }) {
      await page.goto(`${url}/settings/members`)
      await page.getByRole('button', { name: words.members.invite, exact: true }).click()
      await page.getByRole('dialog').waitFor()
    },
  },
  ...WEBHOOK_VIEWS,
  {
    name: 'profile',
    async open(page, { url, words }) {
      await page.goto(`${url}/account`)
      await page.getByRole('button', { name: words.account.signOutEverywhere }).waitFor()
    },
  },
  {
    name: 'no-such-page',
    async open(page, { url, words }) {
      await page.goto(`${url}/nowhere`)
      await page.getByRole('heading', { name: words.nav.notFound }).waitFor()
    },
  },
]

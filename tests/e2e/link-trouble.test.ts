import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { seedUser } from '../../scripts/stack/users.ts'
import { launchBrowser } from '../support/browser.ts'
import { readQr } from '../support/qr.ts'
import { eventually } from './support/eventually.ts'
import { keepPicture } from './support/picture.ts'
import { openWorld, signIn, type World } from './support/world.ts'

const ANA = '51987654321'
const LUIS = '51912000111'
const ROSA = { email: 'rosa@latchkey.test', password: 'a password of her own' }

let world: World
let page: Page
/** A link that is begun before the other stories, so that its first QR is old when they are told. */
let older: { page: Page; session: string; firstQr: string }

beforeAll(async () => {
  world = await openWorld()
  const first = await signIn(world)
  const session = await beginLink(first.page)
  older = { page: first.page, session, firstQr: await scanFrom(first.page) }
  // Signed in by the first: the contexts of this browser share what it stores.
  page = await (await world.browser.newContext({ viewport: { width: 1200, height: 860 } })).newPage()
  await page.goto(world.stack.url)
})
afterAll(async () => {
  await world.stop()
})
afterEach(async ({ task }) => keepPicture(page, task))

const dialogOf = (on: Page) => on.getByRole('dialog', { name: 'Connect device' })
const dialog = () => dialogOf(page)
const qrOf = (on: Page) => dialogOf(on).getByRole('img', { name: 'QR code' })
const says = (text: string, timeout = 5000) => dialog().getByText(text, { exact: true }).waitFor({ timeout })

/** Clicks "Connect device" and waits for the QR; returns the session that it is for. */
async function beginLink(on: Page): Promise<string> {
  await on.getByRole('button', { name: 'Connect device' }).first().click()
  await qrOf(on).waitFor()
  return world.newestSession()
}

/** The QR as a phone's camera sees it. */
async function scanFrom(on: Page): Promise<string> {
  await qrOf(on).waitFor()
  return String(
    await eventually(
      async () => readQr(await qrOf(on).screenshot()),
      (text) => text !== null,
    ),
  )
}

async function cancel(): Promise<void> {
  await page.keyboard.press('Escape')
  await dialog().waitFor({ state: 'hidden' })
}

const statusOf = async (session: string) => (await world.held(session)).row?.status ?? null

describe('linking, as it meets trouble', () => {
  it('is said to be over when the session is deleted in another tab, and a new device is one click away', async () => {
    const session = await beginLink(page)
    const tab = await page.context().newPage()
    await tab.goto(world.stack.url)
    await tab
      .locator(`[data-session="${session}"]`)
      .getByRole('button', { name: /^Delete/ })
      .click()
    await says('This session is not here any more')
    await says('Somebody cancelled or deleted it, perhaps you in another tab. Nothing of it is left.')
    await tab.close()
    await dialog().getByRole('button', { name: 'Link a new device' }).click()
    await qrOf(page).waitFor()
    expect(await world.newestSession()).not.toBe(session)
    await cancel()
  })

  it('goes on after a reload, with the code that the phone can scan', async () => {
    const session = await beginLink(page)
    const before = await scanFrom(page)
    await page.reload()
    expect(await scanFrom(page)).toBe(before)
    expect(await world.newestSession()).toBe(session)
    await cancel()
    expect(await statusOf(session)).toBeNull()
  })

  it('says that the browser is offline, cancels nothing, and shows the code again when the network is back', async () => {
    const session = await beginLink(page)
    await page.context().setOffline(true)
    await says('You are offline')
    await says('Nothing is cancelled. The link goes on as soon as this device has a connection again.')
    expect(await qrOf(page).count()).toBe(0)
    await page.context().setOffline(false)
    await qrOf(page).waitFor()
    expect(await statusOf(session)).toBe('connecting')
    await cancel()
  })

  it('names whom to ask when the role is lost, and leaves what is not theirs any more', async () => {
    await seedUser(world.sql, { ...ROSA, cost: 4 })
    await world.sql`insert into organization_members (organization_id, user_id, role)
      select ${await world.organizationId()}, id, 'admin' from auth.users where email = ${ROSA.email}`
    const mine = page
    const browser = await launchBrowser()
    page = await signInAs(browser, ROSA)
    const session = await beginLink(page)
    await world.sql`update organization_members m set role = 'agent' from auth.users u where u.id = m.user_id and u.email = ${ROSA.email}`
    await says('You may not link devices any more', 10_000)
    await says(`Ask ${world.stack.login.email}.`)
    expect(await dialog().getByRole('button', { name: 'Cancel' }).count()).toBe(0)
    await dialog().getByRole('button', { name: 'Close' }).click()
    await dialog().waitFor({ state: 'hidden' })
    expect(await statusOf(session)).toBe('connecting')
    await browser.close()
    page = mine
  })

  it('is still there for who went to WhatsApp on the same phone and comes back, and says "Connected" to who linked meanwhile', async () => {
    const session = await beginLink(page)
    let attached = 0
    page.on('request', (request) => {
      if (request.url().endsWith(`/${session}/link`)) attached += 1
    })
    await leave()
    await sleep(10_000)
    await comeBack()
    await expect.poll(() => attached).toBe(1)
    const qr = await scanFrom(page)
    await leave()
    await world.phone('scan', { qr, phone: ANA })
    await comeBack()
    await says('+51 987 654 321 is linked and online.')
    await dialog().waitFor({ state: 'hidden' })
    expect(await statusOf(session)).toBe('connected')
  })

  it('says that the server does not answer when the edge function hangs, and goes on when it does', async () => {
    const session = await beginLink(page)
    const { pid } = world.stack.parts.edge
    process.kill(pid ?? 0, 'SIGSTOP')
    try {
      await page.reload()
      await says('No connection', 15_000)
      await says('The server does not answer. Trying again by itself.')
    } finally {
      process.kill(pid ?? 0, 'SIGCONT')
    }
    await qrOf(page).waitFor()
    expect(await statusOf(session)).toBe('connecting')
    await cancel()
  })

  it('replaces the QR at once when it is rotated: the old one links nothing, the new one does', async () => {
    const { firstQr } = older
    await eventually(
      () => scanFrom(older.page),
      (text) => text !== firstQr,
      60,
    )
    // A phone is slower than a clock, so WhatsApp takes the old one for some seconds more.
    await sleep(6000)
    await expect(world.phone('scan', { qr: firstQr, phone: LUIS })).rejects.toThrow(/expired/)
    expect(await statusOf(older.session)).toBe('connecting')
    await world.phone('scan', { qr: await scanFrom(older.page), phone: LUIS })
    await dialogOf(older.page).getByText('+51 912 000 111 is linked and online.').waitFor()
    await dialogOf(older.page).waitFor({ state: 'hidden' })
    expect(await statusOf(older.session)).toBe('connected')
  })

  it('says within two seconds that the worker died, and shows a fresh code when it is back', async () => {
    await beginLink(page)
    const before = await scanFrom(page)
    world.stack.kill('worker')
    await says('The worker is offline', 2000)
    expect(await dialog().getByRole('button', { name: 'Try again' }).isVisible()).toBe(true)
    const after = await scanFrom(page)
    expect(after).not.toBe(before)
    await cancel()
  })
})

async function signInAs(browser: Browser, { email, password }: { email: string; password: string }): Promise<Page> {
  const own = await (await browser.newContext({ viewport: { width: 1200, height: 860 } })).newPage()
  await own.goto(world.stack.url)
  await own.getByLabel('E-mail').fill(email)
  await own.getByLabel('Password', { exact: true }).fill(password)
  await own.getByRole('button', { name: 'Sign in' }).click()
  await own.getByRole('button', { name: 'Connect device' }).first().waitFor()
  return own
}

/** A page of a headless browser is always seen, so it is told that it is not; what it then does is its own. */
const leave = () => tellVisibility('hidden')
const comeBack = () => tellVisibility('visible')
async function tellVisibility(state: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate(`Object.defineProperty(document, 'visibilityState', { configurable: true, value: '${state}' })
    document.dispatchEvent(new Event('visibilitychange'))`)
}

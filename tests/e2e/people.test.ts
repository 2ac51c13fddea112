import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { layoutOf } from '../../scripts/stack/layout.ts'
import { launchBrowser } from '../support/browser.ts'
import { eventually } from './support/eventually.ts'
import { keepPicture } from './support/picture.ts'
import { openWorld, signIn, type World } from './support/world.ts'

const MARIA = 'maria@acme.test'
const FIRST_PASSWORD = 'seven green bicycles'
const NEW_PASSWORD = 'a kettle on the north roof'

let world: World
/** A browser of its own for the second person: the contexts of one share what they keep. */
let elsewhere: Browser
let owner: Page
let maria: Page
const pages: Page[] = []

beforeAll(async () => {
  ;[world, elsewhere] = await Promise.all([openWorld(), launchBrowser()])
  ;({ page: owner } = await signIn(world))
  maria = await (await elsewhere.newContext({ viewport: { width: 1200, height: 860 } })).newPage()
  pages.push(owner, maria)
})
afterAll(async () => {
  await elsewhere.close()
  await world.stop()
})
afterEach(async ({ task }) => {
  for (const page of pages) await keepPicture(page, task)
})

/** What Auth has sent, oldest first. */
function mails(): { to: string; link: string }[] {
  const folder = layoutOf(world.dataDir, 'demo').mail
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .toSorted()
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .map((text) => ({ to: /^To: (.*)$/m.exec(text)?.[1] ?? '', link: /http\S+\/auth\/v1\/verify\S+/.exec(text)?.[0] ?? '' }))
}

const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true })
/** As if another tab had been looked at meanwhile: the page reads again what may have changed. */
const comeBackTo = (page: Page) => page.evaluate(`void document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`)
const switchButton = (page: Page) => page.getByRole('button', { name: /^Organisation: / })
const roleIn = async (email: string) => {
  const [row] = await world.sql<{ role: string }[]>`
    select m.role from organization_members m join auth.users u on u.id = m.user_id where u.email = ${email}`
  return row?.role ?? null
}

async function enter(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

async function askForLink(page: Page, email: string): Promise<string> {
  await page.goto(`${world.stack.url}/`)
  await page.getByRole('link', { name: 'Forgotten password?' }).click()
  await page.getByLabel('E-mail').fill(email)
  await page.getByRole('button', { name: 'Send link' }).click()
  await heading(page, 'Look into your mailbox').waitFor()
  return (await page.getByText(/^If there is an account/).textContent()) ?? ''
}

describe('somebody who is invited', () => {
  it('gets a mail, is let in by it, chooses a password and joins', async () => {
    await owner.getByRole('link', { name: 'Members' }).click()
    await owner.getByRole('button', { name: 'Invite', exact: true }).click()
    await owner.getByLabel('E-mail of the person').fill(MARIA)
    await owner.getByRole('button', { name: 'Send invitation' }).click()
    await owner.getByText(`${MARIA} is invited. A mail with a link is on its way.`).waitFor()
    await owner.locator(`[data-invitation="${MARIA}"]`).getByText('Agent').waitFor()

    const [mail] = mails()
    expect(mail?.to).toBe(MARIA)
    await maria.goto(mail?.link ?? '')
    await heading(maria, 'Welcome').waitFor()
    expect(maria.url()).toBe(`${world.stack.url}/welcome`)
    // What is to be answered outlives a reload; the key that was in the address does not stay there.
    await maria.reload()
    await maria.getByRole('textbox', { name: 'New password' }).fill(FIRST_PASSWORD)
    await maria.getByText('Strong').waitFor()
    await maria.getByRole('button', { name: 'Save password' }).click()
    await heading(maria, 'You are invited').waitFor()
    await maria.getByRole('button', { name: 'Join Acme' }).click()
    await switchButton(maria).waitFor()
    expect(await roleIn(MARIA)).toBe('agent')
    await comeBackTo(owner)
    await owner.locator(`[data-member="${MARIA}"]`).waitFor()
    await owner.locator(`[data-invitation="${MARIA}"]`).waitFor({ state: 'detached' })
  })

  it('is told when the link is used once more, and who is in stays in', async () => {
    await maria.goto(mails()[0]?.link ?? '')
    await heading(maria, 'This link does not work any more').waitFor()
    await maria.getByRole('button', { name: 'Carry on' }).click()
    await switchButton(maria).waitFor()
    expect(new URL(maria.url()).hash).toBe('')
  })

  it('sees the page follow, untouched, when an owner changes their role elsewhere', async () => {
    await maria.goto(world.stack.url)
    await maria.getByText(/To change them, ask an owner or admin/).waitFor()
    await owner.getByRole('button', { name: `Role of ${MARIA}: Agent` }).click()
    await owner.getByRole('menuitemradio', { name: /^Admin/ }).click()
    await owner.getByRole('button', { name: `Role of ${MARIA}: Admin` }).waitFor()
    expect(await roleIn(MARIA)).toBe('admin')
    await maria.getByRole('button', { name: 'Connect device' }).first().waitFor({ timeout: 20_000 })
    await maria.getByText('Your role in Acme has changed: Admin').waitFor()
  })
})

describe('a forgotten password', () => {
  it('is replaced by who has the mail, and the old one opens nothing any more', async () => {
    await maria.goto(`${world.stack.url}/account`)
    await maria.getByRole('button', { name: 'Sign out here' }).click()
    await heading(maria, 'Sign in').waitFor()
    const before = mails().length
    const known = await askForLink(maria, MARIA)
    await eventually(
      async () => mails().length,
      (count) => count === before + 1,
    )
    await maria.goto(mails().at(-1)?.link ?? '')
    await heading(maria, 'New password').waitFor()
    await maria.getByText(`For ${MARIA}`).waitFor()
    await maria.getByRole('textbox', { name: 'New password' }).fill(FIRST_PASSWORD)
    await maria.getByRole('button', { name: 'Save password' }).click()
    await maria.getByText('This is the password you have already.').waitFor()
    await maria.getByRole('textbox', { name: 'New password' }).fill(NEW_PASSWORD)
    await maria.getByRole('button', { name: 'Save password' }).click()
    await switchButton(maria).waitFor()

    await maria.goto(`${world.stack.url}/account`)
    await maria.getByRole('button', { name: 'Sign out here' }).click()
    await enter(maria, MARIA, FIRST_PASSWORD)
    await maria.getByText('E-mail or password is wrong.').waitFor()

    const unknown = await askForLink(maria, 'nobody@acme.test')
    expect(unknown.replace('nobody@acme.test', MARIA)).toBe(known)
    expect(mails().map(({ to }) => to)).not.toContain('nobody@acme.test')
  })

  it('says of a used link that it is over, and leads to a new one', async () => {
    await maria.goto(mails().at(-1)?.link ?? '')
    await heading(maria, 'This link does not work any more').waitFor()
    await maria.getByRole('button', { name: 'Get a new link' }).click()
    await heading(maria, 'Forgotten password').waitFor()
    await maria.getByRole('link', { name: 'Back to sign in' }).click()
    await enter(maria, MARIA, NEW_PASSWORD)
    await switchButton(maria).waitFor()
    expect(new URL(maria.url()).pathname).toBe('/settings/whatsapp')
  })
})

describe('organisations', () => {
  it('keep their only owner, who is told why and what to do', async () => {
    await owner.getByText(/^The only owner\./).waitFor()
    await owner.locator('[data-member]').getByRole('button', { name: 'Leave' }).click()
    const question = owner.getByRole('alertdialog')
    await question.getByText('Make another member an owner first').waitFor()
    await question.getByRole('button', { name: 'Close' }).click()
    expect(await roleIn(world.stack.login.email)).toBe('owner')
  })

  it('are left by who wants to, who then belongs nowhere', async () => {
    await maria.goto(`${world.stack.url}/account`)
    await maria.getByRole('button', { name: 'Leave Acme' }).click()
    await maria.getByRole('alertdialog').getByRole('button', { name: 'Leave' }).click()
    await heading(maria, 'You belong to no organisation yet').waitFor()
    expect(await roleIn(MARIA)).toBe(null)
    await comeBackTo(owner)
    await owner.locator(`[data-member="${MARIA}"]`).waitFor({ state: 'detached' })
  })

  it('are founded from the switch, and the one that was chosen is there after a reload', async () => {
    await switchButton(owner).click()
    await owner.getByRole('menuitem', { name: 'New organisation…' }).click()
    await owner.getByLabel('Name of the organisation').fill('Globex')
    await owner.getByRole('button', { name: 'Create organisation' }).click()
    await owner.getByRole('button', { name: 'Organisation: Globex' }).waitFor()
    await owner.reload()
    await owner.getByRole('button', { name: 'Organisation: Globex' }).click()
    await owner.getByRole('menuitemradio', { name: /^Acme/ }).click()
    await owner.getByRole('button', { name: 'Organisation: Acme' }).waitFor()
    await owner.reload()
    await owner.getByRole('button', { name: 'Organisation: Acme' }).waitFor()
    const owned = await world.sql<{ name: string }[]>`
      select o.name from organizations o join organization_members m on m.organization_id = o.id where m.role = 'owner' order by o.name`
    expect(owned.map(({ name }) => name)).toEqual(['Acme', 'Globex'])
  })
})

import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { seedUser } from '../../scripts/stack/users.ts'
import { readQr } from '../support/qr.ts'
import { eventually } from './support/eventually.ts'
import { type Keyboard, keyboardAt } from './support/keyboard.ts'
import { keepPicture } from './support/picture.ts'
import { openWorld, type World } from './support/world.ts'

const ANA = { phone: '51987654321', label: '+51 987 654 321' }
const LUIS = { phone: '51912000111', label: '+51 912 000 111' }
const BEA = 'bea@acme.test'

let world: World
let page: Page
let keys: Keyboard

beforeAll(async () => {
  world = await openWorld()
  page = await (await world.browser.newContext({ viewport: { width: 1200, height: 860 } })).newPage()
  keys = keyboardAt(page)
  await page.goto(world.stack.url)
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
})
afterAll(async () => {
  await world.stop()
})
afterEach(async ({ task }) => keepPicture(page, task))

// Only looked at, never used.
const dialog = () => page.getByRole('dialog').or(page.getByRole('alertdialog'))
const dialogCloses = () => dialog().waitFor({ state: 'hidden' })
const seen = (text: string | RegExp) => page.getByText(text).first().waitFor()

async function qrOnScreen(): Promise<string> {
  const image = dialog().getByRole('img', { name: 'QR code' })
  await image.waitFor()
  return eventually(
    async () => readQr(await image.screenshot()),
    (text) => text !== null,
  ).then(String)
}

/** Opens the menu that hangs at `name` and takes `item` of it. */
async function choose(name: string | RegExp, item: string | RegExp): Promise<void> {
  await keys.tabTo(name)
  await keys.press('Enter')
  await keys.arrowTo(item)
  await keys.press('Enter')
}

describe('with a keyboard and nothing else, in a real browser, somebody', () => {
  it('signs in, and skips what stands above the page', async () => {
    await keys.tabTo('E-mail')
    await keys.type(world.stack.login.email)
    await keys.tabTo('Password')
    await keys.type(world.stack.login.password)
    await keys.press('Enter')
    await page.getByRole('button', { name: 'Connect device' }).waitFor()
    await keys.kept('signing in')
    await page.reload()
    await page.getByRole('button', { name: 'Connect device' }).waitFor()
    await keys.tabTo('Skip to content')
    await keys.press('Enter')
    await keys.isOn('main')
    await keys.tabTo('Connect device')
    expect(await keys.focus()).toEqual({ role: 'button', name: 'Connect device', problem: null })
  })

  it('links a device by QR, and one by its phone number, after a link that Escape cancels', async () => {
    await keys.press('Enter')
    await qrOnScreen()
    await keys.tabTo('QR code')
    await keys.press('ArrowRight')
    await keys.isAt('Pairing code')
    await keys.press('Enter')
    await keys.isAt('Phone number')
    await keys.backTo('Pairing code')
    await keys.press('ArrowLeft')
    await keys.isAt('QR code')
    await qrOnScreen()
    await keys.tabTo('Copy code')
    await keys.press('Enter')
    await seen(/^Code copied$|^The code could not be copied$/)
    await keys.press('Escape')
    await dialogCloses()
    await keys.isAt('Connect device')

    await keys.press('Enter')
    const qr = await qrOnScreen()
    await keys.tabTo('Name (optional)')
    await keys.type('Ventas')
    await seen('Saved')
    await world.phone('scan', { qr, phone: ANA.phone })
    await dialog().getByText('Connected', { exact: true }).waitFor()
    // Who is at a field of it reads on for as long as they like.
    await keys.tabTo('Done')
    await keys.press('Enter')
    await dialogCloses()
    await keys.isAt('Connect device')

    await keys.press('Enter')
    await qrOnScreen()
    await keys.tabTo('QR code')
    await keys.press('ArrowRight', 'Enter')
    await keys.isAt('Phone number')
    await keys.type(LUIS.phone)
    await keys.press('Enter')
    const code = dialog().getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/)
    await code.waitFor()
    await keys.kept('asking for a code')
    await world.phone(`accounts/${LUIS.phone}/code`, { code: String(await code.textContent()).replace('-', '') })
    await dialogCloses()
    await keys.isAt('Connect device')
    expect((await world.devices()).map(({ phone }) => phone).toSorted()).toEqual([LUIS.phone, ANA.phone])
  })

  it('finds a device, renames it, stops it and starts it', async () => {
    await keys.press('/')
    await keys.isAt('Search devices')
    await keys.type('912')
    await seen('1 of 2 match')
    await keys.tabTo(/^State/)
    await keys.press('Enter')
    await keys.arrowTo(/^connected/)
    await keys.press('Escape')
    await keys.isAt(/^State/)
    const menu = `More actions for ${LUIS.label}`
    await choose(menu, 'Rename')
    await keys.isAt('Name')
    await keys.type('Soporte')
    await keys.press('Enter')
    await dialogCloses()
    await keys.isAt(menu)
    await seen('Soporte')
    await keys.press('Enter')
    await keys.arrowTo('Stop')
    await keys.press('Enter')
    await seen(/^stopped$/)
    await keys.isAt(menu)
    await keys.press('Enter')
    await keys.arrowTo('Start')
    await keys.press('Enter')
    await keys.isAt(menu)
    await page.locator('[data-session]').getByText('connected', { exact: true }).waitFor()
    await keys.backTo('Search devices')
    await keys.press('Escape')
    await seen(ANA.label)
    expect(await world.sql`select display_name from whatsapp_sessions where phone_number = ${`+${LUIS.phone}`}`).toMatchObject([
      { display_name: 'Soporte' },
    ])
  })

  it('reads the page of a device, writes a text from it, and takes back one that waits', async () => {
    await keys.tabTo(new RegExp(`^${ANA.label.replace('+', '.')}`))
    await keys.press('Enter')
    await page.getByRole('heading', { level: 1, name: ANA.label }).waitFor()
    await keys.kept('opening a device')
    await keys.tabTo('Timeline')
    for (const tab of ['Messages', 'Groups', 'Contacts', 'Removals']) {
      await keys.press('ArrowRight')
      await keys.isAt(tab)
      await keys.press('Enter')
      await page.getByRole('tabpanel', { name: tab }).waitFor()
    }
    await keys.press('Home', 'ArrowRight', 'Enter')
    await keys.tabTo('To')
    await keys.type(LUIS.phone)
    await keys.tabTo('Message')
    await keys.type('hello')
    await keys.tabTo('Send')
    await keys.press('Enter')
    await seen(/^(sent|delivered|read)$/)
    await keys.kept('sending')

    await keys.backTo('Stop')
    await keys.press('Enter')
    await page.getByRole('button', { name: 'Start' }).waitFor()
    await keys.kept('stopping')
    await keys.tabTo('To')
    await keys.type(LUIS.phone)
    await keys.tabTo('Message')
    await keys.type('later')
    await keys.tabTo('Send')
    await keys.press('Enter')
    // In the list, and not only in the field: until it is there, the text before it may be, too.
    await page.locator('[data-text]').getByText('later').waitFor()
    await keys.tabTo(`Remove the message to ${LUIS.label}`)
    await keys.press('Enter')
    await seen('No message waits.')
    await keys.kept('removing a text')
    expect(await page.getByText('later').count()).toBe(0)
  })

  it('resets a device after typing its name, deletes it, and is where it was each time', async () => {
    await keys.backTo('WhatsApp')
    await keys.press('Enter')
    const menu = `More actions for ${LUIS.label}`
    await page.getByRole('button', { name: menu }).waitFor()
    await choose(menu, 'Reset')
    await page.getByRole('alertdialog', { name: `Reset ${LUIS.label}?` }).waitFor()
    await keys.isAt('Keep it')
    await keys.press('Escape')
    await keys.isAt(menu)
    await keys.press('Enter')
    await keys.arrowTo('Reset')
    await keys.press('Enter')
    await keys.isAt('Keep it')
    await keys.tabTo('Type its name to confirm')
    await keys.type('Soporte')
    await keys.tabTo('Reset session')
    await keys.press('Enter')
    await dialog().getByText('Gone', { exact: true }).waitFor()
    await keys.kept('resetting')
    await keys.tabTo('Done')
    await keys.press('Enter')
    await dialogCloses()
    await keys.isAt(/^(More actions|Link again)/)

    await keys.tabTo(/^Delete/)
    await keys.press('Enter')
    await keys.isAt('Keep it')
    await keys.tabTo('Delete session')
    await keys.press('Enter')
    await dialog().getByText('Gone', { exact: true }).waitFor()
    await keys.tabTo('Done')
    await keys.press('Enter')
    await dialogCloses()
    await page.locator('[data-session]').nth(1).waitFor({ state: 'detached' })
    await keys.kept('deleting a device')
    expect((await world.devices()).map(({ phone }) => phone)).toEqual([ANA.phone])
  })

  it('looks through what was removed, reads a receipt, and exports', async () => {
    await keys.backTo('Activity')
    await keys.press('Enter')
    await page.getByRole('table').waitFor()
    await keys.tabTo('Reason')
    await keys.type('deleted')
    await page.waitForURL(/reason=delete/)
    await page.getByRole('row').nth(1).waitFor()
    await keys.kept('filtering')
    const receipt = /^Receipt of/
    await keys.tabTo(receipt)
    await keys.press('Enter')
    await dialog().getByText('Verified gone').waitFor()
    await keys.press('Escape')
    await dialogCloses()
    await keys.isAt(receipt)
    await keys.backTo('Clear filters')
    await keys.press('Enter')
    await page.getByRole('button', { name: 'Clear filters' }).waitFor({ state: 'detached' })
    await keys.kept('clearing the filters')
    const download = page.waitForEvent('download')
    await keys.backTo('Export CSV')
    await keys.press('Enter')
    expect((await download).suggestedFilename()).toMatch(/\.csv$/)
    await keys.isAt('Export CSV')
  })

  it('invites somebody, changes a role, and takes the invitation back', async () => {
    const id = await seedUser(world.sql, { email: BEA, password: 'a password of Bea', cost: 4 })
    const organization = await world.organizationId()
    await world.sql`insert into organization_members (organization_id, user_id, role) values (${organization}, ${id}, 'agent')`
    await keys.backTo('Members')
    await keys.press('Enter')
    await seen(BEA)
    await keys.kept('opening the members')
    await choose(`Role of ${BEA}: Agent`, /^Admin/)
    await keys.isAt(`Role of ${BEA}: Admin`)
    await keys.backTo('Invite')
    await keys.press('Enter')
    await page.getByRole('dialog').waitFor()
    await keys.tabTo('E-mail of the person')
    await keys.type('caro@acme.test')
    await keys.tabTo(/^Agent/)
    await keys.press('ArrowDown')
    await keys.isAt(/^Admin/)
    await keys.tabTo(/invitation$/)
    await keys.press('Enter')
    await dialogCloses()
    await keys.isAt('Invite')
    await keys.tabTo('Take back the invitation of caro@acme.test')
    await keys.press('Enter')
    await page.locator('[data-invitation]').waitFor({ state: 'detached' })
    await keys.kept('taking an invitation back')
    expect(await world.sql`select role from organization_members where user_id = ${id}`).toMatchObject([{ role: 'admin' }])
  })

  it('founds an organisation and goes back to the first, changes language and theme, and signs out', async () => {
    await keys.kept('before')
    const [{ name: first } = { name: '' }] = await world.sql<{ name: string }[]>`select name from organizations limit 1`
    await keys.backTo(`Organisation: ${first}`)
    await keys.press('Enter')
    await keys.arrowTo(/^New organisation/)
    await keys.press('Enter')
    await keys.tabTo('Name of the organisation')
    await keys.type('Beta')
    await keys.press('Enter')
    await dialogCloses()
    await keys.isAt('Organisation: Beta')
    await keys.press('Enter')
    await keys.arrowTo(new RegExp(`^${first}`))
    await keys.press('Enter')
    await keys.isAt(`Organisation: ${first}`)
    await choose(/Language: English/, 'Español')
    await keys.isAt(/Español$/)
    await choose(/^Apariencia/, 'Oscuro')
    await keys.isAt(/: Oscuro$/)
    await choose(new RegExp(world.stack.login.email), 'Cerrar sesión')
    await page.getByRole('button', { name: 'Iniciar sesión' }).waitFor()
    await keys.kept('signing out')
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark')
  })
})

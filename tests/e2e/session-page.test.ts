import { randomUUID } from 'node:crypto'
import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readQr } from '../support/qr.ts'
import { eventually } from './support/eventually.ts'
import { keepPicture } from './support/picture.ts'
import { openWorld, signIn, type World } from './support/world.ts'

const MARIA = '51900000301'
const LUIS = '51912000111'
const LUIS_NUMBER = '+51 912 000 111'

/** Names as nobody should write them: markup, a turn of the direction of writing, and one that is as long as names may be. */
const HTML_NAME = '<img src=x onerror="document.title=1"><b>Ventas</b>'
const TURNED_NAME = '\u202Eevil\u2066 مرحبا'
const LONG_NAME = 'W'.repeat(100)

let world: World
let page: Page
let complaints: string[]
let session: string

/** A phone with such names is linked by its QR. */
async function linkMaria(): Promise<string> {
  await world.phone('accounts', {
    phone: MARIA,
    name: 'María',
    contacts: [
      { phone: LUIS, name: 'Luis Quispe' },
      { phone: '51944100202', name: HTML_NAME },
      { phone: '51944100203', name: TURNED_NAME },
    ],
    groups: [
      { subject: 'Ventas Miraflores', participants: [LUIS, '51944100202'] },
      { subject: HTML_NAME, participants: [LUIS] },
      { subject: LONG_NAME, participants: [] },
    ],
  })
  await page.getByRole('button', { name: 'Connect device' }).first().click()
  const image = page.getByRole('dialog').getByRole('img', { name: 'QR code' })
  await image.waitFor()
  const qr = await eventually(
    async () => readQr(await image.screenshot()),
    (text) => text !== null,
  )
  const id = await world.newestSession()
  await world.phone('scan', { qr, phone: MARIA })
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  return id
}

/** Opens the page of the session at one of its tabs. */
async function open(tab: string): Promise<void> {
  await page.goto(`${world.stack.url}/settings/whatsapp/${session}#${tab}`)
  await page.getByRole('tab', { selected: true }).waitFor()
}

const panel = () => page.getByRole('tabpanel')
const entry = (kind: string) => panel().locator(`[data-kind="${kind}"]`)
const list = (name: string) => panel().getByRole('list', { name })

/** The body never scrolls sideways, whatever somebody calls a group. */
async function fitsInto(width: number): Promise<void> {
  await page.setViewportSize({ width, height: 860 })
  expect(await page.locator('html').evaluate((html) => html.scrollWidth)).toBe(width)
}

async function writes(to: string, text: string): Promise<void> {
  await panel().getByLabel('To', { exact: true }).fill(to)
  await panel().getByRole('textbox', { name: 'Message' }).fill(text)
  await panel().getByRole('button', { name: 'Send', exact: true }).click()
}

/** What a line of text shows on the page, character by character. */
const shown = (line: Locator) => line.evaluate((element) => element.textContent)

beforeAll(async () => {
  // Nobody opens a text: it stays delivered.
  world = await openWorld({ simulator: { SIMULATOR_READ_DELAY_MS: '600000' } })
  ;({ page, complaints } = await signIn(world))
  session = await linkMaria()
})
afterAll(async () => {
  await world.stop()
})
afterEach(async ({ task }) => keepPicture(page, task))

describe('the page of one session, in a real browser', () => {
  it('is opened from the list and says how the device is', async () => {
    await page.locator(`[data-session="${session}"]`).getByRole('link').click()
    await page.getByRole('heading', { level: 1, name: '+51 900 000 301' }).waitFor()
    await page.getByRole('main').getByText('connected', { exact: true }).waitFor()
    expect(await page.getByRole('tab').allTextContents()).toEqual(['Timeline', 'Messages', 'Groups', 'Contacts', 'Removals'])
    await fitsInto(360)
    await fitsInto(1200)
  })

  it('tells what happened, by whom and why, and by kinds', async () => {
    await entry('created').getByText('you', { exact: true }).waitFor()
    await entry('linked').getByText('number ending in 0301').waitFor()
    await entry('linked').getByText('the worker', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Linking', exact: true }).click()
    await entry('created').waitFor({ state: 'detached' })
    await entry('linked').waitFor()
    expect(await entry('status').count()).toBe(0)
    await page.getByRole('button', { name: 'All', exact: true }).click()
  })

  it('is renamed in its place, and the timeline says so', async () => {
    await page.getByRole('button', { name: /^Rename/ }).click()
    await page.keyboard.type(HTML_NAME)
    await page.keyboard.press('Enter')
    await entry('renamed').waitFor()
    expect(await shown(entry('renamed').locator('bdi'))).toBe(HTML_NAME)
    expect(await page.locator('main img').count()).toBe(0)
  })

  it('names who else did something by e-mail, and who left since', async () => {
    const [rosa, tomas] = [randomUUID(), randomUUID()]
    const organization = await world.organizationId()
    await world.sql`insert into auth.users (id, email) values (${rosa}, 'rosa@acme.example'), (${tomas}, 'tomas@acme.example')`
    await world.sql`insert into organization_members (organization_id, user_id, role) values (${organization}, ${rosa}, 'owner')`
    for (const [person, name] of [
      [rosa, 'Ventas'],
      [tomas, 'Bodega'],
    ] as const)
      await world.sql.begin(async (sql) => {
        await sql`select set_config('request.jwt.claim.sub', ${person}, true), set_config('request.jwt.claims', ${JSON.stringify({ sub: person })}, true)`
        await sql`update whatsapp_sessions set display_name = ${name} where id = ${session}`
      })
    await entry('renamed').filter({ hasText: 'Ventas' }).getByText('rosa@acme.example').waitFor()
    await entry('renamed').filter({ hasText: 'Bodega' }).getByText('somebody who left').waitFor()
    expect(await page.getByRole('main').getByText('tomas@acme.example').count()).toBe(0)
  })

  it('shows groups and contacts, and hostile names as the text that they are', async () => {
    await page.getByRole('tab', { name: 'Groups' }).click()
    expect(new URL(page.url()).hash).toBe('#groups')
    await panel().getByText('3 groups').waitFor()
    const sales = panel().getByRole('listitem').filter({ hasText: 'Ventas Miraflores' })
    await sales.getByText(/participants/).waitFor()
    expect(await panel().locator('bdi').allTextContents()).toEqual(expect.arrayContaining([HTML_NAME, LONG_NAME]))
    await fitsInto(360)
    await page.getByRole('tab', { name: 'Contacts' }).click()
    await panel().getByText(LUIS_NUMBER).waitFor()
    expect(await panel().locator('bdi').allTextContents()).toEqual(expect.arrayContaining([HTML_NAME, TURNED_NAME, 'Luis Quispe']))
    await fitsInto(1200)
    await panel().getByLabel('Search contacts').fill('912 000')
    await panel().getByText('1 of 3').waitFor()
    expect(await page.locator('main img').count()).toBe(0)
    expect(await page.title()).not.toBe('1')
  })

  it('sends a test message to a contact, which arrives on the other phone, and says so', async () => {
    await panel().getByRole('button', { name: 'Write to Luis Quispe' }).click()
    expect(await panel().getByLabel('To', { exact: true }).inputValue()).toContain('912')
    const text = 'Hola Luis 👋\n<script>alert(1)</script>'
    await panel().getByRole('textbox', { name: 'Message' }).fill(text)
    await panel().getByRole('button', { name: 'Send', exact: true }).click()
    await list('Sent').getByText('delivered').waitFor()
    await list('Sent').getByText(LUIS_NUMBER).waitFor()
    const response = await fetch(`${world.stack.parts.simulator.url}/api/accounts/${LUIS}/texts`)
    expect(await response.json()).toMatchObject({ texts: [{ from: MARIA, text }] })
    await world.phone(`accounts/${LUIS}/read`)
    await list('Sent').getByText('read', { exact: true }).waitFor()
  })

  it('says what is wrong with a number before anything is sent', async () => {
    await writes('51912', 'nothing')
    await panel().getByRole('alert').getByText('This number is too short for its country.').waitFor()
    expect(
      await panel()
        .getByLabel('To', { exact: true })
        .evaluate((field) => field.matches(':focus')),
    ).toBe(true)
  })

  it('lets a text of a stopped device wait, and takes it out of the queue', async () => {
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await page.getByRole('main').getByText('stopped', { exact: true }).waitFor()
    await writes(LUIS_NUMBER, 'This one waits')
    await list('Waiting').getByText('This one waits').waitFor()
    await panel()
      .getByRole('button', { name: `Remove the message to ${LUIS_NUMBER}` })
      .click()
    await panel().getByText('No message waits.').waitFor()
    await writes(LUIS_NUMBER, 'one')
    await list('Waiting').getByText('one', { exact: true }).waitFor()
    await writes(LUIS_NUMBER, 'two')
    await list('Waiting').getByText('two', { exact: true }).waitFor()
    await panel().getByRole('button', { name: 'Remove all' }).click()
    const question = page.getByRole('alertdialog', { name: 'Remove 2 waiting messages?' })
    await question.getByRole('button', { name: 'Remove all' }).click()
    await panel().getByText('No message waits.').waitFor()
    const response = await fetch(`${world.stack.parts.simulator.url}/api/accounts/${LUIS}/texts`)
    expect(((await response.json()) as { texts: unknown[] }).texts).toHaveLength(1)
  })

  it('shows groups as they were last told while the device is stopped', async () => {
    await open('groups')
    await panel()
      .getByText(/^As last told/)
      .waitFor()
    expect(await panel().locator('bdi').allTextContents()).toContain('Ventas Miraflores')
  })

  it('lets an agent look, and change nothing', async () => {
    await world.sql`update organization_members set role = 'agent' where user_id = (select id from auth.users where email = ${world.stack.login.email})`
    await page.goto(`${world.stack.url}/settings/whatsapp/${session}#messages`)
    await page.reload()
    await panel().getByText('To send one, ask an owner or admin.', { exact: false }).waitFor()
    await panel().getByText('No message waits.').waitFor()
    expect(await page.getByRole('tab').allTextContents()).toEqual(['Timeline', 'Messages', 'Groups', 'Contacts'])
    expect(
      await page
        .getByRole('main')
        .getByRole('button', { name: /^(Start|Reset|Delete|Rename|Send|Remove)/ })
        .count(),
    ).toBe(0)
    await world.sql`update organization_members set role = 'owner' where user_id = (select id from auth.users where email = ${world.stack.login.email})`
  })

  it('says that it is gone while somebody looks, and what became of it stays readable', async () => {
    await open('receipts')
    await page.reload()
    await panel().getByText('Nothing was removed yet').waitFor()
    const other = await page.context().newPage()
    await other.goto(`${world.stack.url}/settings/whatsapp/${session}`)
    await other.getByRole('button', { name: 'Delete', exact: true }).click()
    await other
      .getByRole('alertdialog')
      .getByRole('button', { name: /^Delete/ })
      .click()
    await page.getByRole('heading', { level: 1, name: 'This device is gone' }).waitFor()
    await other.close()
    await panel().getByText('WhatsApp confirmed the unlink').waitFor()
    await panel().getByRole('button', { name: 'Details: Deleted' }).click()
    await page
      .getByRole('dialog')
      .getByText(/^[0-9a-f]{64}$/)
      .waitFor()
    await page.keyboard.press('Escape')
    expect(await page.getByRole('tab').allTextContents()).toEqual(['Timeline', 'Removals'])
    await page.getByRole('tab', { name: 'Timeline' }).click()
    await entry('cleared').waitFor()
    await page.getByRole('link', { name: 'Back to the devices' }).click()
    await page.getByRole('button', { name: 'Connect device' }).first().waitFor()
  })

  it('leads from a device that lost its link to the code that links it again', async () => {
    const [row] = await world.sql<{ id: string }[]>`
      insert into whatsapp_sessions (organization_id, desired, status, status_reason, phone_number, linked_at)
      values (${await world.organizationId()}, 'online', 'disconnected', 'unlinked_from_phone', '+51944123456', now()) returning id`
    await page.goto(`${world.stack.url}/settings/whatsapp/${String(row?.id)}`)
    await page.getByRole('main').getByText('unlinked from the phone', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'Link again' }).click()
    await page.getByRole('dialog').getByRole('img', { name: 'QR code' }).waitFor()
    expect(await world.sql`select status from whatsapp_sessions`).toEqual([{ status: 'connecting' }])
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
  })

  it('says of what this organisation never had that there is no such device', async () => {
    session = randomUUID()
    await page.goto(`${world.stack.url}/settings/whatsapp/${session}`)
    await page.getByRole('heading', { level: 1, name: 'There is no such device' }).waitFor()
    await page.goto(`${world.stack.url}/settings/whatsapp/no-id`)
    await page.getByRole('heading', { level: 1, name: 'There is no such device' }).waitFor()
    expect(complaints).toEqual([])
  })
})

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Receipt } from '#domain/clearance.ts'
import { parseCsv } from '../support/parse-csv.ts'
import { readQr } from '../support/qr.ts'
import { eventually } from './support/eventually.ts'
import { keepPicture } from './support/picture.ts'
import { openWorld, signIn, type World } from './support/world.ts'

const ANA = '51987654321'
/** A name that a spreadsheet would run, and that no table may break on. */
const NAME = '=HYPERLINK("http://evil.test"), Ventas'

let world: World
let page: Page
let complaints: string[]
let session: string

beforeAll(async () => {
  // Long enough for a page to be loaded again while a clear waits for a phone that says nothing.
  world = await openWorld({ worker: { UNLINK_TIMEOUT_MS: '9000' } })
  ;({ page, complaints } = await signIn(world))
  await page.getByRole('button', { name: 'Connect device' }).first().click()
  await scan()
  session = await world.newestSession()
  await world.sql`update whatsapp_sessions set display_name = ${NAME} where id = ${session}`
})
afterAll(async () => {
  await world.stop()
})
afterEach(async ({ task }) => keepPicture(page, task))

const row = () => page.locator(`[data-session="${session}"]`)
const question = () => page.getByRole('alertdialog')
const step = (name: string) => page.locator(`[data-step="${name}"]`)

/** The phone scans what the open dialog shows, and is linked. */
async function scan(): Promise<void> {
  const image = page.getByRole('dialog').getByRole('img', { name: 'QR code' })
  await image.waitFor()
  const qr = await eventually(
    async () => readQr(await image.screenshot()),
    (text) => text !== null,
  )
  await world.phone('scan', { qr, phone: ANA })
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
}

async function linkAgain(): Promise<void> {
  await row()
    .getByRole('button', { name: /^Link again/ })
    .click()
  await scan()
  await row().getByText('connected', { exact: true }).waitFor()
}

async function menu(item: string): Promise<void> {
  await row()
    .getByRole('button', { name: /^More actions/ })
    .click()
  await page.getByRole('menuitem', { name: item, exact: true }).click()
}

const receipts = async () => (await world.held(session)).receipts
const orderInAddress = () => new URL(page.url()).searchParams.get('order')
const kilobytes = (bytes: number) =>
  `${new Intl.NumberFormat('en', { maximumFractionDigits: bytes < 10 * 1024 ? 1 : 0 }).format(bytes / 1024)} KB`

describe('removing a linked device, in a real browser', () => {
  it('counts before what the receipt says after, and takes the name however it is spaced and cased', async () => {
    await row().getByText(NAME).waitFor()
    // Stopped: nothing is written between the two.
    await menu('Stop')
    await row().getByText('stopped', { exact: true }).waitFor()
    const backup = join(world.workerData, 'sessions', 'backups', session, '2026-02-09T10-00-00')
    await mkdir(backup, { recursive: true })
    await writeFile(join(backup, 'auth.sqlite'), 'a backup')
    const texts = [{ text: 'one' }, { text: 'two' }]
    await writeFile(join(world.workerData, 'whatsapp', 'outbox', `${session}.json`), JSON.stringify({ messages: texts }))

    await menu('Reset')
    await question().getByText('2 messages waiting').waitFor()
    const lines = await question().getByRole('listitem').allTextContents()
    await question().getByRole('button', { name: 'Type the name first' }).press('Enter')
    await question().getByRole('textbox', { name: 'Type its name to confirm' }).fill(NAME.replaceAll(' ', '  ').toLowerCase())
    await question().getByRole('button', { name: 'Reset session' }).click()
    await question().getByText('Gone', { exact: true }).waitFor()

    const [receipt] = await receipts()
    if (!receipt) throw new Error('there is no receipt')
    const { credentials, backups, outbox, names } = receipt.removed
    expect(lines).toEqual([
      'the link on the phone',
      `its credentials (${kilobytes(credentials.bytes)})`,
      `2 backups (${kilobytes(backups.bytes)})`,
      `${outbox.messages} messages waiting`,
      names === 1
        ? '1 name of groups and contacts'
        : names > 0
          ? `${names} names of groups and contacts`
          : 'no names of groups or contacts',
    ])
    expect(await step('queue').textContent()).toContain('2')
    expect(await step('credentials').textContent()).toContain(kilobytes(credentials.bytes))
    expect(await step('unlink').textContent()).toContain('confirmed')
    expect(orderInAddress()).toBe(receipt.orderId)
    expect(await world.devices()).toEqual([])
    await question().getByRole('button', { name: 'Done' }).click()
    expect(orderInAddress()).toBeNull()
  })

  it('by keyboard alone, of a phone that says nothing: reloaded meanwhile, it ends in what to do on the phone', async () => {
    await linkAgain()
    const [device] = await world.devices()
    await world.phone(`devices/${encodeURIComponent(device?.jid ?? '')}/offline`)
    await row()
      .getByRole('button', { name: /^More actions/ })
      .focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menu').waitFor()
    await page.keyboard.press('End')
    await eventually(
      async () => {
        const at = await page.evaluate<string>('document.activeElement.textContent')
        // A menu that has just come takes the focus to its first item, maybe after End was pressed.
        if (at !== 'Reset') await page.keyboard.press(at === 'Open' ? 'End' : 'ArrowUp')
        return at
      },
      (at) => at === 'Reset',
    )
    await page.keyboard.press('Enter')
    await question().waitFor()
    // The safe answer has the focus; the field stands before it.
    await eventually(
      () => page.evaluate<string>('document.activeElement.textContent'),
      (at) => at === 'Keep it',
    )
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.type(NAME)
    await page.keyboard.press('Enter')
    await question().getByText('Removing…').waitFor()
    const order = orderInAddress()

    await page.reload()
    const checklist = page.getByRole('dialog')
    await checklist.getByText('Gone here; unlink it on your phone').waitFor({ timeout: 45_000 })
    expect(orderInAddress()).toBe(order)
    for (const phone of ['Android', 'iPhone']) await checklist.getByRole('heading', { name: phone }).waitFor()
    expect(await step('unlink').textContent()).toContain('not confirmed')
    expect(await step('verified').getAttribute('data-state')).toBe('done')
    expect((await receipts()).at(-1)).toMatchObject({ orderId: order, remoteUnlink: 'unconfirmed' })
    await page.keyboard.press('Escape')
    await checklist.waitFor({ state: 'hidden' })
  })

  it('while the worker is away: the order is stored, says so, and is carried out when it is back', async () => {
    await linkAgain()
    await world.stack.halt('worker')
    await menu('Reset')
    await question().getByText('Not counted: the worker is offline.').waitFor()
    await question().getByText('every backup of them').waitFor()
    await question().getByRole('textbox').fill(NAME)
    await question().getByRole('button', { name: 'Reset session' }).click()
    await question().getByText('Order stored; it will be carried out when the worker is back.').waitFor()
    await question().getByRole('button', { name: 'Close', exact: true }).click()

    // The strip opens it again, and it is followed there to its end.
    await page
      .getByRole('list', { name: 'Being removed' })
      .getByRole('button', { name: /waiting for the worker/ })
      .click()
    const checklist = page.getByRole('dialog')
    await checklist.waitFor()
    await world.stack.restart('worker')
    await checklist.getByText('Gone', { exact: true }).waitFor({ timeout: 45_000 })
    expect((await receipts()).at(-1)).toMatchObject({ orderId: orderInAddress(), remoteUnlink: 'confirmed', verifiedAbsent: true })
    await checklist.getByRole('button', { name: 'Done' }).click()
  })

  it('that was deleted in another tab meanwhile: it says so, and asks for nothing more', async () => {
    await row()
      .getByRole('button', { name: /^Delete/ })
      .click()
    await question().waitFor()
    const other = await page.context().newPage()
    await other.goto(world.stack.url)
    await other
      .locator(`[data-session="${session}"]`)
      .getByRole('button', { name: /^Delete/ })
      .click()
    await other.getByRole('button', { name: 'Delete session' }).click()
    await other.getByRole('alertdialog').getByText('Gone', { exact: true }).waitFor()
    await other.close()
    await question().getByRole('button', { name: 'Delete session' }).click()
    await page.getByText('This session was gone already').first().waitFor()
    await question().waitFor({ state: 'hidden' })
    await row().waitFor({ state: 'detached' })
    // Each new link was preceded by a clear of its own.
    expect((await receipts()).map(({ reason }) => reason)).toEqual(['reset', 'reset', 'reset', 'reset', 'reset', 'delete'])
  })

  it('stands in the activity with its receipts, and in a file that a spreadsheet opens unharmed', async () => {
    await page.getByRole('link', { name: 'Activity', exact: true }).click()
    const rows = page.locator('[data-order]')
    await rows.nth(5).waitFor()
    await page.getByRole('combobox', { name: 'Outcome' }).selectOption('gone here')
    await eventually(
      () => rows.count(),
      (count) => count === 2,
    )
    // The clear that came before the next link knew no better. The older of the two is the one of the phone that said nothing.
    await page
      .getByRole('button', { name: /^Receipt of/ })
      .last()
      .click()
    const dialog = page.getByRole('dialog')
    const unconfirmed = (await receipts()).find(({ remoteUnlink }) => remoteUnlink === 'unconfirmed')
    await dialog.getByText(unconfirmed?.digest ?? '').waitFor()
    await dialog.getByText(world.stack.login.email).first().waitFor()
    await dialog.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await page.getByRole('searchbox', { name: 'Search' }).fill('VENTAS')
    await eventually(
      () => rows.count(),
      (count) => count === 6,
    )

    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export CSV' }).click()
    const download = await downloading
    expect(download.suggestedFilename()).toMatch(/^latchkey-activity-.+-\d{4}-\d\d-\d\d\.csv$/)
    const text = await readFile(await download.path(), 'utf8')
    expect(text.charCodeAt(0)).toBe(0xfeff)
    const exported = parseCsv(text.slice(1))
    expect(exported.map(({ name }) => name)).toEqual(Array.from({ length: 6 }, () => `'${NAME}`))
    const stored = await world.sql<{ receipt: unknown }[]>`
      select receipt from whatsapp_clearances where session_id = ${session} order by requested_at desc`
    expect(exported.map(({ digest }) => digest)).toEqual(stored.map(({ receipt }) => Receipt.parse(receipt).digest))
  })

  it('never made the browser complain of anything but the worker that was away and the session that was gone', () => {
    expect(complaints.filter((complaint) => !/status of (?:404|503|504)/.test(complaint))).toEqual([])
  })
})

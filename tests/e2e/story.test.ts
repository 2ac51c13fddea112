import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readQr } from '../support/qr.ts'
import { eventually } from './support/eventually.ts'
import { keepPicture } from './support/picture.ts'
import { type Held, openWorld, signIn, type World } from './support/world.ts'

const ANA = '51987654321'
const ANA_NUMBER = `+${ANA}`

let world: World
let page: Page
let complaints: string[]

beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => {
  await world.stop()
})

afterEach(async ({ task }) => keepPicture(page, task))

const dialog = () => page.getByRole('dialog')
const row = (sessionId: string) => page.locator(`[data-session="${sessionId}"]`)

/** The QR as a phone's camera sees it. */
async function scanFromScreen(): Promise<string> {
  const image = dialog().getByRole('img', { name: 'QR code' })
  await image.waitFor()
  return eventually(
    async () => readQr(await image.screenshot()),
    (text) => text !== null,
  ).then(String)
}

/** Opens the dialog by `button` and waits for its QR; returns the session that it is for. */
async function beginLink(): Promise<string> {
  await page.getByRole('button', { name: 'Connect device' }).first().click()
  await dialog().getByRole('img', { name: 'QR code' }).waitFor()
  return world.newestSession()
}

const isGone = (held: Held) => held.row === null && held.openOrders === 0 && held.files.length === 0 && held.memory === null
const goneFor = (sessionId: string) => eventually(() => world.held(sessionId), isGone)

/** Database, worker's memory, disk and phone hold this and nothing else: sessions by id, of which `linked` are on disk and online. */
async function holdOnly(rows: Record<string, string>, linked: string[]): Promise<void> {
  const wanted = {
    rows,
    memory: rows,
    onDisk: linked,
    openOrders: 0,
    devices: linked.map(() => ({ phone: ANA, online: true })),
    waiting: 0,
  }
  const seen = await eventually(
    () => world.everything(),
    (all) => isDeepStrictEqual(all, wanted),
  )
  expect(seen).toEqual(wanted)
}

describe('the whole story, in a real browser', () => {
  let first: string

  it('shows three abandoned links being purged to who signs in', async () => {
    ;({ page, complaints } = await signIn(world))
    await page.getByText('3 stale sessions were removed').first().waitFor()
    await page.getByText('No device yet').waitFor()
    const orders = await eventually(
      () => world.sql<{ reason: string; completed_at: Date | null }[]>`select reason, completed_at from whatsapp_clearances`,
      (all) => all.length === 3 && all.every(({ completed_at }) => completed_at !== null),
    )
    expect(orders.map(({ reason }) => reason)).toEqual(['purge', 'purge', 'purge'])
    expect(await world.sql`select id from whatsapp_sessions`).toHaveLength(0)
    await holdOnly({}, [])
  })

  it('links a device by scanning the QR that the page shows', async () => {
    first = await beginLink()
    await world.phone('scan', { qr: await scanFromScreen(), phone: ANA })
    await row(first).getByText('connected', { exact: true }).waitFor()
    await dialog().waitFor({ state: 'hidden' })

    const held = await world.held(first)
    expect(held.row).toMatchObject({ status: 'connected', phone_number: ANA_NUMBER, generation: 1 })
    expect(held.row?.linked_at).toBeInstanceOf(Date)
    expect(held.memory).toMatchObject({ status: 'connected', phoneNumber: ANA_NUMBER })
    expect(held.files).not.toEqual([])
    expect(await world.devices()).toMatchObject([{ phone: ANA, online: true }])
    await holdOnly({ [first]: 'connected' }, [first])
  })

  it('leaves nothing of a second link when Cancel is clicked, and the first untouched', async () => {
    const second = await beginLink()
    await dialog().getByRole('button', { name: 'Cancel' }).click()
    await dialog().waitFor({ state: 'hidden' })
    const held = await goneFor(second)
    expect(held.receipts).toMatchObject([{ reason: 'cancel', remoteUnlink: 'not_linked', verifiedAbsent: true }])
    expect(await row(second).count()).toBe(0)
    expect(await world.devices()).toMatchObject([{ phone: ANA, online: true }])
    expect((await world.held(first)).memory).toMatchObject({ status: 'connected' })
    await holdOnly({ [first]: 'connected' }, [first])
  })

  it('leaves nothing when Escape is pressed; a click beside the dialog is no cancel', async () => {
    const third = await beginLink()
    await page.mouse.click(5, 400)
    expect(await dialog().isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    await dialog().waitFor({ state: 'hidden' })
    const held = await goneFor(third)
    expect(held.receipts).toMatchObject([{ reason: 'cancel' }])
    await holdOnly({ [first]: 'connected' }, [first])
  })

  it('removes a link that was left behind with the trash icon', async () => {
    const fourth = await beginLink()
    // As who comes back in another tab: this one would go on with the link.
    await page.evaluate('sessionStorage.clear()')
    await page.reload()
    await row(fourth).getByText('connecting', { exact: true }).waitFor()
    await row(fourth)
      .getByRole('button', { name: /^Delete/ })
      .click()
    await page.getByText('Session removed').first().waitFor()
    await row(fourth).waitFor({ state: 'detached' })
    const held = await goneFor(fourth)
    expect(held.receipts).toMatchObject([{ reason: 'delete', verifiedAbsent: true }])
    await holdOnly({ [first]: 'connected' }, [first])
  })

  it('purges what became stale meanwhile when the page is loaded again', async () => {
    const organization = await world.organizationId()
    const [stale] = await world.sql<{ id: string }[]>`
      insert into whatsapp_sessions (organization_id, display_name, status, desired, generation, created_at)
      values (${organization}, 'left behind', 'connecting', 'online', 1, now() - interval '6 minutes') returning id`
    await page.reload()
    await page.getByText('1 stale session was removed').first().waitFor()
    const held = await goneFor(stale?.id ?? '')
    expect(held.receipts).toMatchObject([{ reason: 'purge', verifiedAbsent: true }])
    await holdOnly({ [first]: 'connected' }, [first])
  })

  it('shows after a reload what the worker holds', async () => {
    await page.reload()
    await row(first).getByText('connected', { exact: true }).waitFor()
    const ids = await page.locator('[data-session]').evaluateAll((rows) => rows.map((one) => one.getAttribute('data-session')))
    expect(ids).toEqual((await world.memory()).map(({ sessionId }) => sessionId))
    expect(
      await row(first)
        .getByRole('button', { name: /^Delete/ })
        .count(),
    ).toBe(0)
    await holdOnly({ [first]: 'connected' }, [first])
  })

  it('resets the first: nothing of it is left, here or on the phone', async () => {
    const backup = join(world.workerData, 'sessions', 'backups', first, '2026-02-09T10-00-00')
    await mkdir(backup, { recursive: true })
    await writeFile(join(backup, 'auth.sqlite'), 'a backup')
    await writeFile(join(world.workerData, 'whatsapp', 'outbox', `${first}.json`), JSON.stringify({ messages: [{ text: 'hello' }] }))

    await row(first)
      .getByRole('button', { name: /^More actions/ })
      .click()
    await page.getByRole('menuitem', { name: 'Reset' }).hover()
    await page
      .getByRole('tooltip')
      .getByText(/deletes the credentials/)
      .waitFor()
    await page.getByRole('menuitem', { name: 'Reset' }).click()
    await page.getByRole('textbox', { name: 'Type its number to confirm' }).fill(ANA)
    await page.getByRole('button', { name: 'Reset session' }).click()
    await page.getByRole('alertdialog').getByText('Gone', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Done' }).click()

    const held = await eventually(
      () => world.held(first),
      ({ openOrders }) => openOrders === 0,
    )
    expect(held.files).toEqual([])
    expect(held.row).toMatchObject({ status: 'disconnected', status_reason: 'reset', generation: 2, phone_number: null })
    expect(held.receipts).toMatchObject([{ reason: 'reset', remoteUnlink: 'confirmed', verifiedAbsent: true, generations: [1] }])
    expect(held.receipts[0]?.removed).toMatchObject({ backups: { files: 2 }, outbox: { messages: 1 }, memory: { socket: true } })
    // The snapshot that it made when it came online, and the planted one.
    expect(held.receipts[0]?.removed.backups.bytes).toBeGreaterThan(50_000)
    expect(held.receipts[0]?.removed.credentials.files).toBeGreaterThan(0)
    expect(await world.devices()).toEqual([])
    await row(first).getByText('disconnected', { exact: true }).waitFor()
    await holdOnly({ [first]: 'disconnected' }, [])
  })

  it('stays gone when the worker is started again', async () => {
    await world.stack.restart('worker')
    const held = await world.held(first)
    expect(held.files).toEqual([])
    expect(held.row).toMatchObject({ status: 'disconnected', generation: 2 })
    expect(await world.devices()).toEqual([])
    await holdOnly({ [first]: 'disconnected' }, [])
  })

  it('links the same row again under a new generation', async () => {
    await row(first)
      .getByRole('button', { name: /^Link again/ })
      .click()
    await world.phone('scan', { qr: await scanFromScreen(), phone: ANA })
    await row(first).getByText('connected', { exact: true }).waitFor()
    const held = await world.held(first)
    expect(held.row?.generation).toBeGreaterThan(2)
    expect(held.memory).toMatchObject({ status: 'connected' })
    expect(await world.devices()).toMatchObject([{ phone: ANA, online: true }])
    await holdOnly({ [first]: 'connected' }, [first])
  })

  it('says so when the phone unlinks it, and erases what is left', async () => {
    const [device] = await world.devices()
    await world.phone(`devices/${encodeURIComponent(device?.jid ?? '')}/unlink`)
    await row(first).getByText('disconnected', { exact: true }).waitFor()
    await row(first).getByText('unlinked from the phone').waitFor()
    const held = await eventually(
      () => world.held(first),
      ({ openOrders, files }) => openOrders === 0 && files.length === 0,
    )
    expect(held.receipts.at(-1)).toMatchObject({ reason: 'unlinked', remoteUnlink: 'confirmed' })
    await holdOnly({ [first]: 'disconnected' }, [])
  })

  it('deletes the row in the end, after asking', async () => {
    await row(first)
      .getByRole('button', { name: /^Delete/ })
      .click()
    await page.getByRole('button', { name: 'Delete session' }).click()
    await page.getByRole('alertdialog').getByText('Gone', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Done' }).click()
    const held = await goneFor(first)
    expect(held.receipts.at(-1)).toMatchObject({ reason: 'delete', verifiedAbsent: true })
    await page.getByText('No device yet').waitFor()
    await holdOnly({}, [])
  })

  it('never made the browser complain', () => {
    expect(complaints).toEqual([])
  })
})

import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readQr } from '../support/qr.ts'
import { eventually } from './support/eventually.ts'
import { keepPicture } from './support/picture.ts'
import { openWorld, signIn, type World } from './support/world.ts'

const LUIS = '51912000111'

let world: World
let page: Page
let session: string
/** A link that is begun while the worker is gone. */
let begun: string

const row = () => page.locator(`[data-session="${session}"]`)
const dialog = () => page.getByRole('dialog')

beforeAll(async () => {
  world = await openWorld()
  ;({ page } = await signIn(world))
  await page.getByRole('button', { name: 'Connect device' }).first().click()
  const image = dialog().getByRole('img', { name: 'QR code' })
  await image.waitFor()
  session = await world.newestSession()
  const qr = await eventually(
    async () => readQr(await image.screenshot()),
    (text) => text !== null,
  )
  await world.phone('scan', { qr, phone: LUIS })
  await row().getByText('connected', { exact: true }).waitFor()
  await dialog().waitFor({ state: 'hidden' })
})
afterAll(async () => {
  await world.stop()
})

afterEach(async ({ task }) => keepPicture(page, task))

describe('when a part of the system is down', () => {
  it('the database: the session stays connected, the page says that it does not know, and both recover', async () => {
    await world.stack.halt('database')
    await row().getByText('not known').waitFor({ timeout: 35_000 })
    expect(await row().getByText('connected', { exact: true }).count()).toBe(0)
    // Long enough for the worker to have looked in vain more than once.
    await sleep(12_000)
    expect(await world.devices()).toMatchObject([{ phone: LUIS, online: true, logins: 1 }])
    await world.stack.restart('database')
    await row().getByText('connected', { exact: true }).waitFor({ timeout: 45_000 })
    expect(await world.devices()).toMatchObject([{ phone: LUIS, online: true, logins: 1 }])
  })

  it('the worker is killed: it is started again and the session reconnects by itself', async () => {
    world.stack.kill('worker')
    await eventually(world.devices, ([device]) => device?.logins === 2 && device.online)
    await row().getByText('connected', { exact: true }).waitFor()
    expect((await eventually(world.memory, ([held]) => held?.status === 'connected'))[0]).toMatchObject({ sessionId: session })
  })

  it('the worker is gone: within 35 s the page stops saying "connected"', async () => {
    await world.stack.halt('worker')
    const begun = Date.now()
    await row().getByText('worker offline', { exact: true }).waitFor({ timeout: 45_000 })
    expect(Date.now() - begun).toBeLessThan(35_000)
    expect(await row().getByText('connected', { exact: true }).count()).toBe(0)
    await page.getByText('The worker is offline').first().waitFor()
  })

  it('a link that is begun now says that the worker is offline, and Cancel leaves nothing', async () => {
    await page.getByRole('button', { name: 'Connect device' }).first().click()
    await dialog().getByText('The worker is offline').waitFor()
    begun = await eventually(world.newestSession, (id) => id !== session)
    await dialog().getByRole('button', { name: 'Cancel' }).click()
    await dialog().waitFor({ state: 'hidden' })
    expect(await world.sql`select id from whatsapp_sessions where id = ${begun}`).toHaveLength(0)
  })

  it('a reset that is ordered now is stored, and carried out when the worker is back, before anything connects', async () => {
    await row()
      .getByRole('button', { name: /^More actions/ })
      .click()
    await page.getByRole('menuitem', { name: 'Reset' }).click()
    await page.getByRole('textbox', { name: 'Type its number to confirm' }).fill(LUIS)
    await page.getByRole('button', { name: 'Reset session' }).click()
    await page.getByText('Order stored; it will be carried out when the worker is back.').first().waitFor()
    await page.getByRole('button', { name: 'Close', exact: true }).click()
    await page.getByText('Being removed').waitFor()
    expect(await world.devices()).toHaveLength(1)

    await world.stack.restart('worker')
    const held = await eventually(
      () => world.held(session),
      ({ openOrders }) => openOrders === 0,
    )
    expect(held.files).toEqual([])
    expect(held.memory?.status ?? 'disconnected').toBe('disconnected')
    expect(held.receipts).toMatchObject([{ reason: 'reset', remoteUnlink: 'confirmed', verifiedAbsent: true }])
    expect(await world.devices()).toEqual([])
    await page.getByText('Being removed').waitFor({ state: 'hidden' })

    // The link that was cancelled while nobody carried out anything is cleared too, and no phone is said to be linked to it.
    const cancelled = await eventually(
      () => world.held(begun),
      ({ openOrders }) => openOrders === 0,
    )
    expect(cancelled.receipts).toMatchObject([{ reason: 'cancel', remoteUnlink: 'not_linked' }])
  })
})

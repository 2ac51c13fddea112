import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { seedUser } from '../../scripts/stack/users.ts'
import { readQr } from '../support/qr.ts'
import { type Listener, listenTo } from './support/announcements.ts'
import { eventually } from './support/eventually.ts'
import { keepPicture } from './support/picture.ts'
import { openWorld, signIn, type World } from './support/world.ts'

const ANA = '51987654321'
const LABEL = '+51 987 654 321'

let world: World
let page: Page
let ear: Listener

beforeAll(async () => {
  world = await openWorld({ worker: { LINK_UNWATCHED_SECONDS: '2' } })
  ;({ page } = await signIn(world))
  ear = await listenTo(page)
  await page.reload()
  await page.getByText('No device yet').waitFor()
})
afterAll(async () => {
  await world.stop()
})
afterEach(async ({ task }) => keepPicture(page, task))

const dialog = () => page.getByRole('dialog').or(page.getByRole('alertdialog'))
const polite = (text: unknown) => ({ tone: 'polite', text: expect.stringContaining(String(text)) as string })

async function beginLink(): Promise<void> {
  await ear.forget()
  await page.getByRole('button', { name: 'Connect device' }).first().click()
  await dialog().getByRole('img', { name: 'QR code' }).waitFor()
}

/** Opens the question from the row's menu, types the name that it wants, and orders the reset. */
async function orderReset(): Promise<void> {
  await page.getByRole('button', { name: `More actions for ${LABEL}` }).click()
  await page.getByRole('menuitem', { name: 'Reset' }).click()
  await dialog().getByRole('textbox').fill(LABEL)
  await ear.forget()
  await dialog().getByRole('button', { name: 'Reset session' }).click()
}

describe('who does not see the page is told', () => {
  it('that linking was cancelled, has expired, and that the phone is connected', async () => {
    await beginLink()
    await page.keyboard.press('Escape')
    expect(await ear.hears('Linking cancelled')).toEqual(polite('Linking cancelled'))

    await beginLink()
    // Nobody is known to look any more, until the link has ended.
    await world.stack.halt('edge')
    await eventually(world.memory, (sessions) => sessions.every(({ reason }) => reason === 'link_expired'))
    await world.stack.restart('edge')
    expect(await ear.hears('The code has expired')).toEqual(polite('Nobody scanned it in time.'))
    await page.keyboard.press('Escape')
    await dialog().waitFor({ state: 'hidden' })

    await beginLink()
    const image = dialog().getByRole('img', { name: 'QR code' })
    const qr = await eventually(
      async () => readQr(await image.screenshot()),
      (text) => text !== null,
    )
    await world.phone('scan', { qr, phone: ANA })
    expect(await ear.hears(/Connected/)).toEqual(polite(`${LABEL} is linked and online.`))
    await dialog().waitFor({ state: 'hidden' })
  })

  it('how many devices a search finds', async () => {
    const organization = await world.organizationId()
    await world.sql`insert into whatsapp_sessions (organization_id, display_name, status, desired, linked_at)
      values (${organization}, 'Bodega', 'disconnected', 'stopped', now())`
    await page.getByText('Bodega').waitFor()
    await ear.forget()
    await page.getByRole('searchbox').pressSequentially('bod')
    expect(await ear.hears(/^1 of \d match$/)).toMatchObject({ tone: 'polite' })
    // Not at every key.
    expect((await ear.all()).filter(({ text }) => text.includes('match'))).toHaveLength(1)
    await page.getByRole('searchbox').fill('')
    await page.getByText(LABEL).waitFor()
  })

  it('that the connection is lost, and that it is back', async () => {
    await ear.forget()
    await page.context().setOffline(true)
    expect(await ear.hears('You are offline.')).toEqual(polite('What you see is from'))
    await page.context().setOffline(false)
    expect(await ear.hears('Connected again.')).toEqual(polite('Connected again.'))
  })

  it('that an order is stored while the worker is away, and that what it was for is gone', async () => {
    await world.stack.halt('worker')
    await orderReset()
    expect(await ear.hears('Order stored')).toEqual(polite('it will be carried out when the worker is back'))
    await world.stack.restart('worker')
    expect(await ear.hears(/^Gone/, 60)).toEqual(polite('Nothing of it is left'))
    await dialog().getByRole('button', { name: 'Done' }).click()
  })

  it('what is wrong with what was typed, at once', async () => {
    await ear.forget()
    await page.getByRole('button', { name: 'Connect device' }).first().click()
    await dialog().getByRole('tab', { name: 'Pairing code' }).click()
    await dialog().getByRole('button', { name: 'Get a code' }).click()
    expect(await ear.hears('Type the number')).toMatchObject({ tone: 'assertive' })
    await page.keyboard.press('Escape')
    await dialog().waitFor({ state: 'hidden' })
  })

  it('that somebody else changed their role', async () => {
    const organization = await world.organizationId()
    const bea = await seedUser(world.sql, { email: 'bea@acme.test', password: 'a password of Bea', cost: 4 })
    await world.sql`insert into organization_members (organization_id, user_id, role) values (${organization}, ${bea}, 'owner')`
    await ear.forget()
    await world.sql`update organization_members set role = 'agent' where organization_id = ${organization} and user_id <> ${bea}`
    expect(await ear.hears('Your role in Acme has changed: Agent', 40)).toMatchObject({ tone: 'polite' })
  })
})

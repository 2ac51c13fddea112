import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from './support/eventually.ts'
import { keepPicture } from './support/picture.ts'
import { openWorld, signIn, type World } from './support/world.ts'

const LUIS = '51912000111'
const LUIS_NUMBER = `+${LUIS}`

let world: World
let page: Page
let complaints: string[]

beforeAll(async () => {
  world = await openWorld()
  ;({ page, complaints } = await signIn(world))
})
afterAll(async () => {
  await world.stop()
})
afterEach(async ({ task }) => keepPicture(page, task))

const dialog = () => page.getByRole('dialog')
const row = (sessionId: string) => page.locator(`[data-session="${sessionId}"]`)

/** The code as a person reads it off the page, without the hyphen. */
async function codeOnScreen(): Promise<string> {
  const shown = dialog().getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/)
  await shown.waitFor()
  return String(await shown.textContent()).replace('-', '')
}

/** What the phone says to who types `code`. */
const typeOnPhone = (code: string) => world.phone(`accounts/${LUIS}/code`, { code })

describe('linking with a phone number, in a real browser', () => {
  let session: string
  let code: string

  it('asks for the number, says what is wrong with it, and shows the code', async () => {
    await page.getByRole('button', { name: 'Connect device' }).first().click()
    await dialog().getByRole('img', { name: 'QR code' }).waitFor()
    session = await world.newestSession()
    await dialog().getByRole('tab', { name: 'QR code' }).focus()
    await page.keyboard.press('ArrowRight')
    await dialog().getByRole('tab', { name: 'Pairing code', selected: true }).waitFor()
    await page.keyboard.press('Enter')
    await page.keyboard.type('519120001')
    await page.keyboard.press('Enter')
    await dialog().getByRole('alert').getByText('This number is too short for its country.').waitFor()
    await page.keyboard.type('11')
    expect(await dialog().getByLabel('Phone number').inputValue()).toBe('+51 912 000 111')
    await page.keyboard.press('Enter')
    code = await codeOnScreen()
    await dialog().getByText('For +51 912 000 111').waitFor()
    expect(await world.devices()).toEqual([])
  })

  it('goes on waiting when the phone types another code, which only the phone is told of', async () => {
    const wrong = code.startsWith('A') ? `B${code.slice(1)}` : `A${code.slice(1)}`
    await expect(typeOnPhone(wrong)).rejects.toThrow(/the simulator answers 4\d\d/)
    expect(await codeOnScreen()).toBe(code)
    expect((await world.held(session)).memory).toMatchObject({ status: 'connecting' })
    expect(await world.devices()).toEqual([])
  })

  it('shows the same code to who comes back to the page', async () => {
    await page.reload()
    expect(await codeOnScreen()).toBe(code)
  })

  it('is connected when the phone types the code', async () => {
    await typeOnPhone(code)
    await dialog().getByText('Connected', { exact: true }).waitFor()
    await row(session).getByText('connected', { exact: true }).waitFor()
    await dialog().waitFor({ state: 'hidden' })
    const held = await eventually(
      () => world.held(session),
      ({ row: stored }) => stored?.status === 'connected',
    )
    expect(held.row).toMatchObject({ phone_number: LUIS_NUMBER, generation: 1 })
    expect(held.memory).toMatchObject({ status: 'connected', phoneNumber: LUIS_NUMBER })
    expect(await world.devices()).toMatchObject([{ phone: LUIS, online: true }])
  })

  it('leaves nothing of a link that is cancelled while its code is shown', async () => {
    await page.getByRole('button', { name: 'Connect device' }).first().click()
    await dialog().getByRole('tab', { name: 'Pairing code' }).click()
    await dialog().getByLabel('Phone number').fill('+51 987 654 321')
    await dialog().getByRole('button', { name: 'Get a code' }).click()
    await codeOnScreen()
    const second = await world.newestSession()
    await page.keyboard.press('Escape')
    await dialog().waitFor({ state: 'hidden' })
    const held = await eventually(
      () => world.held(second),
      ({ row: stored, openOrders, files, memory }) => stored === null && openOrders === 0 && files.length === 0 && memory === null,
    )
    expect(held.receipts).toMatchObject([{ reason: 'cancel', remoteUnlink: 'not_linked', verifiedAbsent: true }])
    expect((await world.held(session)).memory).toMatchObject({ status: 'connected' })
  })

  it('never made the browser complain', () => {
    expect(complaints).toEqual([])
  })
})

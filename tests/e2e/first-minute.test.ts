import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { keepPicture } from './support/picture.ts'
import { openWorld, type World } from './support/world.ts'

let world: World
/** A profile of its own per newcomer. */
let browser: Browser
let page: Page
let clicks: number

beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => {
  await world.stop()
})
afterEach(async ({ task }) => {
  await keepPicture(page, task)
  await browser.close()
})

async function click(what: Locator): Promise<void> {
  clicks += 1
  await what.click()
}

/** Opens the page of a profile that has never seen it, types the password from the terminal where the cursor stands, and presses Enter. */
async function arrive(): Promise<void> {
  clicks = 0
  browser = await launchBrowser()
  page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage()
  await page.goto(world.stack.url)
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  await page.keyboard.type(world.stack.login.password)
  await page.keyboard.press('Enter')
  await click(page.getByRole('button', { name: 'Connect device' }).first())
}

/** The phone opens beside the page. */
async function openPhone(): Promise<Page> {
  const opened = page.context().waitForEvent('page')
  await click(page.getByRole('link', { name: 'Open the simulated phone' }))
  return opened
}

/** What the table of docs/explanation/first-minute.md says of a way. */
async function written(way: string): Promise<number> {
  const text = await readFile(join(import.meta.dirname, '../../docs/explanation/first-minute.md'), 'utf8')
  return Number(new RegExp(`^\\| ${way} +\\| +(\\d+) `, 'm').exec(text)?.[1])
}

const connected = () => page.getByRole('dialog').getByText('Connected', { exact: true }).waitFor()

describe('the first minute of a newcomer who reads nothing', () => {
  it('links the simulated phone by its QR, with as many clicks as are written down', async () => {
    await arrive()
    await page.getByRole('img', { name: 'QR code' }).waitFor()
    const phone = await openPhone()
    await click(phone.getByRole('button', { name: /^Scan the code of/ }))
    await connected()
    expect(clicks).toBe(await written('QR code'))
    expect(await world.devices()).toMatchObject([{ online: true }])
  })

  it('links it by a code, with as many clicks as are written down', async () => {
    await arrive()
    await click(page.getByRole('tab', { name: 'Pairing code' }))
    await page.keyboard.type((await page.getByLabel('Phone number').getAttribute('placeholder')) ?? '')
    await page.keyboard.press('Enter')
    const shown = page.locator('[data-pairing-code]')
    await shown.waitFor()
    const code = String(await shown.textContent())
    const phone = await openPhone()
    await phone.locator('#code:focus').waitFor()
    await phone.keyboard.type(code)
    await phone.keyboard.press('Enter')
    await connected()
    expect(clicks).toBe(await written('Pairing code'))
    expect(await world.devices()).toHaveLength(2)
  })
})

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadApiDocs } from '../../scripts/stack/api-docs.ts'
import { type Front, openFront } from '../../scripts/stack/front.ts'
import { launchBrowser } from '../support/browser.ts'
import { DOCUMENTS, operationsOf, readDocument } from './support/resolve.ts'

let browser: Browser
let front: Front
let page: Page
/** What the console, the network and the policy of the page say against it. */
const complaints: string[] = []
beforeAll(async () => {
  browser = await launchBrowser()
  front = await openFront(0)
  const nobody = (_: IncomingMessage, response: ServerResponse): void => void response.writeHead(404).end()
  front.connect({ page: nobody, apiDocs: await loadApiDocs() })
  front.open({ supabaseKey: 'x', realtime: false })
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`))
})
afterAll(async () => {
  await browser.close()
  await front.close()
})
beforeEach(async () => {
  await page.goto('about:blank')
  complaints.length = 0
})

describe.each(DOCUMENTS)('the page of the API shows of the %s', (name) => {
  const document = readDocument(name)

  it('each call with its parameters, its body, its answers and its refusals', async () => {
    await page.goto(`${front.url}/api-docs#${name}`)
    for (const operation of operationsOf(document)) {
      const card = page.locator(`#${name}-${operation.operationId}`)
      await card.locator('summary').first().click()
      const text = await card.innerText()
      const codes = Object.values(operation.responses).flatMap(({ description }) => description.match(/^`\w+`/gm) ?? [])
      const wanted = [
        operation.method.toUpperCase(),
        operation.path,
        operation.summary.replaceAll('`', ''),
        ...operation.parameters.map((parameter) => parameter.name),
        ...Object.keys(operation.responses).map((status) => (Number(status) < 400 ? `Answer ${status}` : status)),
        ...codes.map((code) => code.replaceAll('`', '')),
        'curl',
        ...(operation.requestBody ? ['Body'] : []),
      ]
      expect(wanted.filter((piece) => !text.includes(piece))).toEqual([])
    }
    expect(complaints).toEqual([])
  })

  it('each shape, where the calls point to it', async () => {
    await page.goto(`${front.url}/api-docs/#${name}`)
    await page.locator(`#${name}`).waitFor()
    const shapes = Object.keys(document.components.schemas)
    for (const shape of shapes) expect(await page.locator(`#${name}-shape-${shape}`).count()).toBe(1)
    const targets = await page.evaluate<string[]>(`[...document.querySelectorAll('#${name} a[href^="#"]')].map((one) => one.hash)`)
    expect(targets.length).toBeGreaterThan(20)
    const dead = await page.evaluate(`${JSON.stringify(targets)}.filter((hash) => !document.getElementById(hash.slice(1)))`)
    expect(dead).toEqual([])
    expect(complaints).toEqual([])
  })
})

it('opens the call that an address names, and is used with the keyboard alone', async () => {
  await page.goto(`${front.url}/api-docs/#worker-clear`)
  const card = page.locator('#worker-clear')
  await card.getByText('As a command').waitFor()
  expect(await page.locator('#edge').isVisible()).toBe(false)
  await page.keyboard.press('Enter')
  await expect.poll(() => card.getAttribute('open')).toBeNull()

  await page.getByRole('link', { name: 'Edge function' }).focus()
  await page.keyboard.press('Enter')
  await page.locator('#edge-clear').waitFor()
  await page.locator('#edge-clear summary').first().focus()
  await page.keyboard.press('Space')
  await page.locator('#edge-clear').getByText('As a command').waitFor()
  expect(complaints).toEqual([])
})

it('takes a command along that names this very stack', async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(`${front.url}/api-docs/#edge-messages`)
  await page.locator('#edge-messages').getByRole('button', { name: 'Copy' }).click()
  await page.locator('#edge-messages').getByRole('button', { name: 'Copied' }).waitFor()
  const copied = await page.evaluate<string>('navigator.clipboard.readText()')
  expect(copied).toMatch(/^curl -X POST /)
  expect(copied).toContain(`${front.url}/functions/v1/whatsapp-session/`)
  expect(copied).toContain('Authorization: Bearer $TOKEN')
  expect(complaints).toEqual([])
})

it.each([1280, 360])('fits a window of %i pixels with every call open', async (width) => {
  await page.setViewportSize({ width, height: 740 })
  for (const name of DOCUMENTS) {
    await page.goto(`${front.url}/api-docs/#${name}`)
    await page.locator(`#${name} details`).first().waitFor()
    await page.evaluate('for (const card of document.querySelectorAll("details")) card.open = true')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
  }
  expect(complaints).toEqual([])
})

it('allows no script and no style but its own files, and nothing outside its folder', async () => {
  const answer = await fetch(`${front.url}/api-docs/`)
  const policy = answer.headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toContain('unsafe')
  for (const path of ['..%2f..%2fpackage.json', '%2e%2e/package.json', 'page/index.html', 'nothing.js'])
    expect([path, (await fetch(`${front.url}/api-docs/${path}`)).status]).toEqual([path, 404])
  expect((await fetch(`${front.url}/api-docs/`, { method: 'POST' })).status).toBe(405)
})

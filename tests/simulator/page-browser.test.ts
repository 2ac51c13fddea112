import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../support/browser.ts'
import { client, simulate } from './support/bench.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

/** Puts a simulator below `/phone/` of another origin, as the launcher does. */
async function behindProxy(adminUrl: string) {
  const proxy = createServer((incoming, outgoing) => {
    const path = (incoming.url ?? '/').replace(/^\/phone/, '')
    const forward = request(adminUrl + path, { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    forward.on('error', () => outgoing.destroy())
    incoming.pipe(forward)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/phone/`, close: () => proxy.close() }
}

it('lets a person scan, silence and unlink a device on the page, at phone width', async () => {
  const simulator = await simulate()
  const proxy = await behindProxy(simulator.adminUrl)
  const page = await browser.newPage({ viewport: { width: 360, height: 740 } })
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))

  await page.goto(proxy.url)
  await page.getByText('No device is linked to this phone.').waitFor()
  const first = client(simulator)
  await first.qr()
  await page.getByRole('button', { name: 'Luis' }).click()
  await page.getByRole('button', { name: 'Scan the code of Chrome (Mac OS)' }).click()
  expect(await first.closed()).toMatchObject({ code: 515 })
  const second = client(simulator, first.auth)
  await second.opened()
  await page.getByText('Active now').waitFor()
  expect(simulator.devices()).toMatchObject([{ phone: '51912000111', online: true }])

  await page.getByRole('button', { name: 'Go offline' }).click()
  await page.getByText('Silenced: the server does not answer it').waitFor()
  await page.getByRole('button', { name: 'Unlink' }).click()
  await page.getByRole('button', { name: 'Keep it' }).click()
  expect(simulator.devices()).toHaveLength(1)
  await page.getByRole('button', { name: 'Unlink' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Unlink' }).click()
  await page.getByText('No device is linked to this phone.').waitFor()
  expect(simulator.devices()).toEqual([])

  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
  expect(complaints).toEqual([])
  proxy.close()
})

it('scans a text that was pasted, and says what is wrong with another', async () => {
  const simulator = await simulate()
  const page = await browser.newPage()
  await page.goto(simulator.adminUrl)
  const device = client(simulator)
  await page.getByText('Scan by text').click()
  await page.getByLabel('Text of the QR code').fill('hello')
  await page.getByRole('button', { name: 'Scan this text' }).click()
  await page.getByText('This is not the text of a QR code').waitFor()
  await page.getByLabel('Text of the QR code').fill(await device.qr())
  await page.getByRole('button', { name: 'Scan this text' }).click()
  expect(await device.closed()).toMatchObject({ code: 515 })
  expect(simulator.devices()).toHaveLength(1)
})

it('lets a person type a code, demand a passkey, read what came and write back', async () => {
  const simulator = await simulate()
  const page = await browser.newPage({ viewport: { width: 360, height: 900 } })
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(simulator.adminUrl)
  const device = client(simulator)
  await device.qr()
  const code = await device.socket.requestPairingCode('51987654321')
  await page.getByText('Shows a code for Ana').waitFor()
  await page.getByLabel('Linking demands a passkey').check()
  await page.getByLabel('Code that the device shows').fill(`${code.slice(0, 4)}-${code.slice(4)}`)
  await page.getByRole('button', { name: 'Link this device' }).click()
  await page.getByText('This account demands a passkey').waitFor()
  await page.getByLabel('Linking demands a passkey').uncheck()
  await page.getByText('Linking demands no passkey.').waitFor()
  await page.getByRole('button', { name: 'Link this device' }).click()
  expect(await device.closed()).toMatchObject({ code: 515 })

  await simulator.sendText('51912000111', '51987654321', '¿Vienes el jueves?')
  await page.getByText('¿Vienes el jueves?').waitFor()
  await page.getByText('Luis Quispe').waitFor()
  await page.getByText('Send a text').click()
  await page.getByLabel('Text', { exact: true }).fill('Claro que sí')
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await page.getByText('Sent, to the phone').waitFor()
  expect(simulator.texts('51912000111')).toMatchObject([{ from: '51987654321', text: 'Claro que sí' }])
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
  expect(complaints).toEqual([])
})

import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openFront } from '../../scripts/stack/front.ts'
import { takeViolations } from '../support/browser.ts'
import { readQr } from '../support/qr.ts'
import { eventually } from './support/eventually.ts'
import { keepPicture } from './support/picture.ts'
import { openWorld, signIn, type World } from './support/world.ts'

const MALLORY = '51944555666'
/** What a page that trusts it would run. */
const BAIT = [
  '<img src=x onerror=globalThis.caught=1>',
  '"><script>globalThis.caught=2</script>',
  "javascript:globalThis.caught=3//'><svg/onload=caught=4>",
]
const [IMAGE = '', SCRIPT = '', LINK = ''] = BAIT

let world: World
let page: Page
let complaints: string[]
beforeAll(async () => {
  world = await openWorld()
  await world.phone('accounts', { phone: MALLORY, name: IMAGE })
  ;({ page, complaints } = await signIn(world))
})
afterAll(async () => {
  await world.stop()
})
afterEach(async ({ task }) => keepPicture(page, task))

const dialog = () => page.getByRole('dialog')
const row = (session: string) => page.locator(`[data-session="${session}"]`)

const reaches = (host: string, port: number) =>
  new Promise<boolean>((done) => {
    const socket = connect(port, host)
    socket.once('connect', () => done(true)).once('error', () => done(false))
    socket.once('connect', () => socket.destroy())
  })

/** The status that a request to the one origin gets which claims to be for `host`. */
const statusFor = async (host: string, path: string): Promise<number> => {
  const socket = connect(Number(new URL(world.stack.url).port), '127.0.0.1')
  socket.write(`GET ${path} HTTP/1.1\r\n${host && `host: ${host}\r\n`}connection: close\r\n\r\n`)
  return Number(/^HTTP\/1\.1 (\d+)/.exec(await text(socket))?.[1])
}

/** What was thrown at the page and has become a part of it. */
const harm = () =>
  page.evaluate(`({
    caught: globalThis.caught ?? null,
    elements: document.querySelectorAll('img[onerror], svg[onload], img[src="x"], script:not([src]), [href^="javascript:"]').length,
  })`)
const NONE = { caught: null, elements: 0 }

describe('every page, under its policy', () => {
  it('the dashboard: dialogs, menus, hints and messages', async () => {
    await page.getByText('stale sessions were removed').first().waitFor()
    await page.getByRole('button', { name: 'Connect device' }).first().click()
    const image = dialog().getByRole('img', { name: 'QR code' })
    await image.waitFor()
    const session = await world.newestSession()
    const scanned = await eventually(
      async () => readQr(await image.screenshot()),
      (text) => text !== null,
    )
    await world.phone('scan', { qr: scanned, phone: MALLORY })
    await row(session).getByText('connected', { exact: true }).waitFor()
    await dialog().waitFor({ state: 'hidden' })
    await row(session)
      .getByRole('button', { name: /^More actions/ })
      .click()
    await page.getByRole('menuitem', { name: 'Reset' }).hover()
    await page.getByRole('tooltip').waitFor()
    await page.getByRole('menuitem', { name: 'Reset' }).click()
    await page.getByRole('alertdialog').waitFor()
    await page.keyboard.press('Escape')
    expect(await harm()).toEqual(NONE)
  })

  it.each(['/nowhere', '/phone/', '/api-docs/#edge', '/api-docs/#worker', '/'])('%s', async (path) => {
    await page.goto(world.stack.url + path)
    await page.locator('h1, h2').first().waitFor()
    expect((await page.locator('body').innerText()).length).toBeGreaterThan(20)
  })

  it('the one that is shown while the stack starts, with its looks', async () => {
    const front = await openFront(0)
    try {
      const starting = await world.browser.newPage()
      await starting.goto(front.url)
      await starting.getByText('Latchkey is starting').waitFor()
      expect(await starting.evaluate('getComputedStyle(document.body).textAlign')).toBe('center')
    } finally {
      await front.close()
    }
  })

  it('nothing was refused, and nothing failed', () => {
    expect(takeViolations(world.browser)).toEqual([])
    expect(complaints).toEqual([])
  })
})

describe('every part', () => {
  it('listens to this machine only', async () => {
    const { stack } = world
    // What is not started has a port and nobody behind it.
    const started = Object.entries(stack.parts).filter(([, { pid }]) => pid !== null)
    const urls = { front: stack.url, ...Object.fromEntries(started.map(([name, { url }]) => [name, url])) }
    const ports = Object.entries({ ...urls, postgres: stack.databaseUrl }).map(([name, url]) => [name, Number(new URL(url).port)] as const)
    expect(ports.length).toBeGreaterThan(5)
    for (const [name, port] of ports) {
      expect([name, await reaches('127.0.0.1', port)]).toEqual([name, true])
      // Another address of this machine: who listens to all of them is heard there, too.
      expect([name, await reaches('127.0.0.2', port)]).toEqual([name, false])
    }
  })

  it('lets no page elsewhere in that points its name at us', async () => {
    for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example', 'evil.example:80', '127.0.0.2', '']) {
      for (const path of ['/', '/config.json', '/rest/v1/', '/functions/v1/whatsapp-session', '/phone/api/state']) {
        expect([host, path, await statusFor(host, path)]).toEqual([host, path, host === '' ? 400 : 403])
      }
    }
  })
})

describe('what others may write', () => {
  it('is shown as it was written: names of sessions and of organisations', async () => {
    const organization = await world.organizationId()
    await world.sql`update organizations set name = ${IMAGE} where id = ${organization}`
    const names = BAIT.map((name) => ({ organization_id: organization, display_name: name, generation: 1 }))
    await world.sql`insert into whatsapp_sessions ${world.sql(names)}`
    await page.goto(world.stack.url)
    for (const bait of BAIT) await page.locator('[data-session]', { hasText: bait }).waitFor()
    await page.getByText(IMAGE).first().waitFor()
    const victim = page.locator('[data-session]', { hasText: LINK })
    await victim.getByRole('button', { name: /^Delete/ }).click()
    await victim.waitFor({ state: 'detached' })
    expect(await harm()).toEqual(NONE)
    // Where there are two, there is a menu of them.
    await world.sql`with second as (insert into organizations (name) values (${SCRIPT}) returning id)
      insert into organization_members (organization_id, user_id, role)
      select second.id, user_id, 'owner' from second, organization_members where organization_id = ${organization}`
    await page.reload()
    await page.getByRole('button', { name: 'Organisation: ' }).click()
    await page.getByRole('menu').getByText(SCRIPT).waitFor()
    expect(await harm()).toEqual(NONE)
    await page.keyboard.press('Escape')
  })

  it('is shown as it was written: names of phones', async () => {
    await world.phone('accounts', { phone: '51955666777', name: SCRIPT })
    await page.goto(`${world.stack.url}/phone/`)
    for (const bait of [IMAGE, SCRIPT]) await page.getByRole('button', { name: bait }).click()
    expect(await harm()).toEqual(NONE)
  })

  it('made no policy do its work: nothing of it was ever markup', () => {
    expect(takeViolations(world.browser)).toEqual([])
    expect(complaints).toEqual([])
  })
})

describe('the policy itself, where the page fails to keep watch', () => {
  /** Opens the dashboard with `bait` in its markup, under the headers that it always has. */
  async function openWith(bait: string): Promise<Page> {
    const hurt = await world.browser.newPage()
    await hurt.route(`${world.stack.url}/`, async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, body: (await response.text()).replace('<div id="root">', `${bait}<div id="root">`) })
    })
    await hurt.goto(`${world.stack.url}/`)
    await hurt.locator('h1').first().waitFor()
    return hurt
  }

  it.each([
    ['an inline script', '<script>globalThis.caught = 1</script>', 'script-src-elem'],
    ['a handler in an attribute', IMAGE, 'script-src-attr'],
    ['a script from elsewhere', '<script src="https://evil.example/x.js"></script>', 'script-src-elem'],
    ['a script as data', '<script src="data:text/javascript,globalThis.caught=1"></script>', 'script-src-elem'],
    ['an inline style', '<style>body { display: none }</style>', 'style-src-elem'],
    ['a picture that tells where it was seen', '<img src="https://evil.example/pixel.png">', 'img-src'],
    ['a frame', '<iframe src="https://evil.example/"></iframe>', 'frame-src'],
    ['another base', '<base href="https://evil.example/">', 'base-uri'],
  ])('refuses %s, and this test hears of it', async (_what, bait, directive) => {
    const hurt = await openWith(bait)
    expect(await hurt.evaluate('globalThis.caught')).toBeUndefined()
    const heard = await eventually(
      async () => takeViolations(world.browser),
      (all) => all.length > 0,
    )
    expect(heard.join()).toContain(directive)
    takeViolations(world.browser)
  })

  it.each([
    ['evaluates no text', 'eval("globalThis.caught = 1")'],
    ['makes no function of text', 'new Function("globalThis.caught = 1")()'],
    ['makes no markup of text', 'document.body.innerHTML = "<b>caught</b>"'],
    ['makes no script of text', 'document.head.append(Object.assign(document.createElement("script"), { text: "caught = 1" }))'],
    ['makes no policy that would let it', 'trustedTypes.createPolicy("default", {})'],
    ['sends nothing elsewhere', 'return fetch("https://evil.example/")'],
  ])('%s, and this test hears of it', async (_what, attack) => {
    const hurt = await openWith('')
    // In a timer of the page: what the browser's driver evaluates itself is not under the policy.
    const inPage = `new Promise((done, fail) => setTimeout(() => Promise.resolve().then(() => { ${attack} }).then(done, fail)))`
    await expect(hurt.evaluate(inPage)).rejects.toThrow(/polic|Trusted|fetch/i)
    expect(await hurt.evaluate('globalThis.caught')).toBeUndefined()
    const heard = await eventually(
      async () => takeViolations(world.browser),
      (all) => all.length > 0,
    )
    expect(heard).not.toEqual([])
    takeViolations(world.browser)
  })

  it.each(['/', '/phone/', '/api-docs/'])('lets nobody put %s into a frame', async (path) => {
    const server: Server = createServer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<p>Look</p><iframe src="${world.stack.url}${path}"></iframe>`),
    ).listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const other = await world.browser.newPage()
      await other.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      const framed = await eventually(
        async () => other.frames()[1]?.url() ?? '',
        (url) => url !== '' && url !== 'about:blank',
      )
      expect(framed).toMatch(/^chrome-error:/)
    } finally {
      server.close()
      server.closeAllConnections()
    }
    takeViolations(world.browser)
  })
})

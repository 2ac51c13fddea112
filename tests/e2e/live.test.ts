import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openRealtimeGateway, type RealtimeGateway } from '../support/realtime-gateway.ts'
import { eventually } from './support/eventually.ts'
import { keepPicture } from './support/picture.ts'
import { openWorld, signIn, type World } from './support/world.ts'

/** How often a page without Realtime asks while nothing moves, milliseconds. */
const SLOW_POLL = 4000

let world: World
let gateway: RealtimeGateway
let page: Page

beforeAll(async () => {
  world = await openWorld()
  const { sql, stack } = world
  gateway = await openRealtimeGateway(Number(new URL(stack.url).port), { sql, jwtSecret: stack.keys.jwtSecret, apiKey: stack.keys.anon })
  ;({ page } = await signIn({ ...world, stack: { ...stack, url: gateway.url } }))
  await heard()
})
afterAll(async () => {
  await gateway?.stop()
  await world?.stop()
})
afterEach(async ({ task }) => keepPicture(page, task))

/** A session as another admin may leave it: at rest, so that nobody hurries to look. */
async function insert(name: string): Promise<string> {
  const [row] = await world.sql<{ id: string }[]>`
    insert into whatsapp_sessions (organization_id, display_name, status, desired)
    values (${await world.organizationId()}, ${name}, 'disconnected', 'stopped') returning id`
  return row?.id ?? ''
}

const rename = (id: string, name: string) => world.sql`update whatsapp_sessions set display_name = ${name} where id = ${id}`
const shown = (name: string, where = page) => where.locator('[data-session]').getByText(name, { exact: true })
const said = () => page.locator('[data-connection]')
const heard = () =>
  eventually(
    () => Promise.resolve(gateway.server.joined),
    (joined) => joined > 0,
  )

/** How long it takes until the page shows a name, milliseconds. */
async function delay(name: string, where = page): Promise<number> {
  const begun = performance.now()
  await shown(name, where).first().waitFor()
  return performance.now() - begun
}

/** How often the list is read while something goes on. */
async function looksWhile(going: () => Promise<unknown>): Promise<number> {
  const reads = () => gateway.calls.filter((call) => call.endsWith('/search_sessions')).length
  const before = reads()
  await going()
  return reads() - before
}

describe('a page that is told of changes', () => {
  it('shows within a second what another admin does', async () => {
    const id = await insert('Ventas')
    const delays = [await delay('Ventas')]
    for (const name of ['Ventas Lima', 'Ventas Cusco', 'Ventas Puno']) {
      await rename(id, name)
      delays.push(await delay(name))
    }
    expect(Math.min(...delays)).toBeLessThan(1000)
    // A machine may be slow; a page that is not told would not have asked yet.
    expect(Math.max(...delays)).toBeLessThan(5000)
    await world.sql`delete from whatsapp_sessions where id = ${id}`
    await shown('Ventas Puno').waitFor({ state: 'detached', timeout: 5000 })
  })

  it('hardly asks, and yet notices within 35 s that the worker is dead, of which nobody tells', async () => {
    // What came of the changes is over.
    await sleep(1000)
    const begun = performance.now()
    const looks = await looksWhile(async () => {
      await world.stack.halt('worker')
      await page.getByText('worker offline', { exact: true }).waitFor({ timeout: 45_000 })
    })
    expect(performance.now() - begun).toBeLessThan(35_000)
    // One when the heartbeat is due, and one that finds that it did not come.
    expect(looks).toBeLessThan(5)
    await world.stack.restart('worker')
    await page.getByText('worker online', { exact: true }).waitFor()
  })

  it('asks as before when nobody tells any more, says nothing false, and is told again when somebody does', async () => {
    const id = await insert('Soporte')
    await delay('Soporte')
    await gateway.server.goAway()
    expect(await looksWhile(() => sleep(2 * SLOW_POLL + 500))).toBeGreaterThanOrEqual(2)
    await rename(id, 'Soporte Lima')
    expect(await delay('Soporte Lima')).toBeLessThan(2 * SLOW_POLL)
    expect(await said().count()).toBe(0)
    expect(await page.getByText('not known').count()).toBe(0)
    gateway.server.comeBack()
    await heard()
    await sleep(1000)
    await rename(id, 'Soporte Cusco')
    expect(await delay('Soporte Cusco')).toBeLessThan(SLOW_POLL)
  })
})

describe('two tabs of one browser', () => {
  it('agree within a second, without Realtime too', async () => {
    await gateway.server.goAway()
    const other = await page.context().newPage()
    await other.goto(gateway.url)
    let waited = 0
    try {
      const names = ['One', 'Two', 'Three', 'Four']
      for (const name of names) await insert(name)
      await Promise.all(names.flatMap((name) => [delay(name), delay(name, other)]))
      for (const name of names) {
        await page.getByRole('button', { name: `Delete ${name}`, exact: true }).click()
        await shown(name).waitFor({ state: 'detached' })
        const begun = performance.now()
        await shown(name, other).waitFor({ state: 'detached' })
        waited += performance.now() - begun
      }
      // Polls alone would take twice as long, and hardly ever be so lucky.
      expect(waited).toBeLessThan(4000)
    } finally {
      await other.close()
      gateway.server.comeBack()
    }
  })
})

describe('a browser that loses its network', () => {
  it('says so at once and of when everything is, stops believing it, and says when it is back', async () => {
    const id = await insert('Cobranza')
    await delay('Cobranza')
    const row = page.locator(`[data-session="${id}"]`)
    await page.context().setOffline(true)
    await page.getByText('You are offline.').waitFor({ timeout: 5000 })
    expect(await said().textContent()).toMatch(/What you see is from \d{1,2}:\d\d/)
    await row.getByText('not known').waitFor({ timeout: 20_000 })
    await rename(id, 'Cobranza Lima')
    await page.context().setOffline(false)
    await page.getByText('Connected again.').waitFor()
    await shown('Cobranza Lima').waitFor({ timeout: 5000 })
    expect(await row.getByText('not known').count()).toBe(0)
    // It is said once, and then it is as ever.
    await said().waitFor({ state: 'detached', timeout: 8000 })
    await heard()
  })
})

describe('signing out', () => {
  it('in one tab signs out the other', async () => {
    const other = await page.context().newPage()
    await other.goto(gateway.url)
    await other.getByRole('button', { name: /^Account/ }).click()
    await other.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await eventually(
      () => Promise.resolve(gateway.server.joined),
      (joined) => joined === 0,
    )
    expect(await page.locator('[data-session]').count()).toBe(0)
    await other.close()
  })
})

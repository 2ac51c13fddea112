import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from './support/eventually.ts'
import { keepPicture } from './support/picture.ts'
import { openWorld, signIn, type World } from './support/world.ts'

const HUNDREDS = 400

let world: World
let page: Page
let complaints: string[]

beforeAll(async () => {
  world = await openWorld()
  // Stopped ones: no worker has anything to do with them.
  await world.sql`
    insert into whatsapp_sessions (organization_id, display_name, phone_number, status, desired, linked_at, last_active_at, created_at)
    select ${await world.organizationId()}, case when n % 4 = 0 then 'Almacén ' else 'Tienda ' end || n, '+519' || lpad(n::text, 8, '0'),
      (case when n % 10 = 0 then 'disconnected' else 'stopped' end)::session_status, 'stopped', now(),
      now() - n * interval '1 minute', now() - n * interval '1 minute'
    from generate_series(1, ${HUNDREDS}) n`
  ;({ page, complaints } = await signIn(world))
})
afterAll(async () => {
  await world.stop()
})
afterEach(async ({ task }) => keepPicture(page, task))

const list = () => page.getByRole('list', { name: 'Devices' })
const rows = () => list().locator('[data-session]')
const named = (name: string) => rows().filter({ has: page.getByText(name, { exact: true }) })
const field = () => page.getByRole('searchbox')
const count = (text: string) => page.locator('section output', { hasText: text })
const parameters = () => Object.fromEntries(new URL(page.url()).searchParams)
const place = async (row: Locator) => [await row.getAttribute('aria-posinset'), await row.getAttribute('aria-setsize')]

describe('an organisation with hundreds of devices', () => {
  it('draws those that are seen, and the rest when it is scrolled to, without a gap or a repetition', async () => {
    await page.getByText('3 stale sessions were removed').waitFor()
    await count('400 devices').waitFor({ state: 'attached' })
    expect(await place(named('Tienda 1'))).toEqual(['1', String(HUNDREDS)])
    const seen = new Map<string, number>()
    await list().hover()
    await eventually(
      async () => {
        for (const [place, id] of await rows().evaluateAll((all) =>
          all.map((row) => [Number(row.getAttribute('aria-posinset')), row.getAttribute('data-session') ?? ''] as const),
        ))
          seen.set(id, place)
        expect(await list().locator('li').count()).toBeLessThanOrEqual(60)
        await page.mouse.wheel(0, 400)
        return seen.size
      },
      (size) => size === HUNDREDS,
      60,
    )
    expect(new Set(seen.values()).size).toBe(HUNDREDS)
    await named('Almacén 400').waitFor()
    expect(await place(named('Almacén 400'))).toEqual([String(HUNDREDS), String(HUNDREDS)])
  })

  it('finds by a name without its accent, by digits and by a state, and says how many', async () => {
    await page.keyboard.press('/')
    await page.keyboard.type('almacen 4')
    await count('5 of 400 match').waitFor({ state: 'attached' })
    await named('Almacén 400').waitFor()
    expect(await rows().count()).toBe(5)
    await page.getByRole('button', { name: 'State: All' }).click()
    await page.getByRole('menuitemradio', { name: /Disconnected/i }).click()
    await count('2 of 400 match').waitFor({ state: 'attached' })
    expect(parameters()).toEqual({ q: 'almacen 4', state: 'disconnected' })
    await page.reload()
    await named('Almacén 400').waitFor()
    expect(await rows().count()).toBe(2)
    await page.goBack()
    await count('5 of 400 match').waitFor({ state: 'attached' })
    expect(await field().inputValue()).toBe('almacen 4')
    await field().fill('+51 900 000 12')
    await named('Tienda 121').waitFor()
    await count('10 of 400 match').waitFor({ state: 'attached' })
  })

  it('comes back from the page of a device to the search that led to it', async () => {
    await field().fill('tienda 399')
    await named('Tienda 399').getByRole('link').click()
    await page.waitForURL(/whatsapp\/[-0-9a-f]{36}$/)
    await page.goBack()
    await named('Tienda 399').waitFor()
    expect(await field().inputValue()).toBe('tienda 399')
  })

  it('says that nothing matches, and shows all again from the keyboard', async () => {
    await field().fill('nobody is called so')
    await page.getByText('No device matches').waitFor()
    await field().press('Escape')
    await named('Tienda 1').waitFor()
    expect(await field().inputValue()).toBe('')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    // The first row’s label, past the filter and the button.
    await eventually(
      () => page.locator('li:focus-within').getAttribute('aria-posinset'),
      (at) => at === '1',
    )
  })

  it('keeps the focus on a row that is scrolled out of sight', async () => {
    const id = await named('Tienda 1').getAttribute('data-session')
    await list().hover()
    await list().evaluate((element) => (element.scrollTop = element.scrollHeight / 2))
    await rows().nth(3).waitFor()
    await eventually(
      async () => Number(await rows().last().getAttribute('aria-posinset')),
      (at) => at > 150,
    )
    expect(await page.locator('li:focus-within').getAttribute('data-session')).toBe(id)
  })

  it('renames a device, which the database says too', async () => {
    await field().fill('tienda 7')
    await named('Tienda 7')
      .getByRole('button', { name: /More actions/ })
      .click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Caja de la tienda 7')
    await page.getByRole('button', { name: 'Save' }).click()
    await named('Caja de la tienda 7').waitFor()
    const [stored] = await world.sql<{ number: number }[]>`
      select count(*)::int as number from whatsapp_sessions where display_name = 'Caja de la tienda 7'`
    expect(stored?.number).toBe(1)
  })

  it('stands within a phone’s window of 360 pixels, with targets for a thumb', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    await field().fill('')
    await named('Tienda 1').waitFor()
    expect(await page.locator('html').evaluate((html) => html.scrollWidth)).toBe(360)
    const small = await page.locator('main button').evaluateAll((all) =>
      all.flatMap((one) => {
        const { width, height } = one.getBoundingClientRect()
        return width >= 36 && height >= 36 ? [] : [`${one.getAttribute('aria-label') ?? one.textContent} ${width}×${height}`]
      }),
    )
    expect(small).toEqual([])
    const heights = await rows().evaluateAll((all) => all.map((row) => row.getBoundingClientRect().height))
    expect(new Set(heights)).toEqual(new Set([108]))
    expect(complaints).toEqual([])
  })
})

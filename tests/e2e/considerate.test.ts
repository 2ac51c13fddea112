import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { eventually } from './support/eventually.ts'
import { furnish, type Furnished } from './views/furnished.ts'
import { createViewer, type Viewer } from './views/look.ts'
import { VIEWS } from './views/views.ts'

/** CSS pixels: a window of 1280 pixels at a zoom of 200 %. */
const WIDTH = 640
/** Twice what browsers write with unless told, pixels. */
const LARGE = 32

let world: Furnished
let viewer: Viewer

beforeAll(async () => {
  world = await furnish()
  viewer = await createViewer(world)
  await world.page.emulateMedia({ reducedMotion: 'reduce' })
  await writeLarge(world.page)
})
afterAll(async () => {
  await viewer?.stop()
  await world?.stop()
})

const Texts = z.array(z.string())

/** Runs in the page: which buttons, links, tabs and fields do not show all of their words. */
const CUT = `(() => {
  const shown = [...document.querySelectorAll('button, a[href], [role=tab], [role^=menuitem], label, h1, h2, h3, legend')]
  const isCut = (element) => {
    if (getComputedStyle(element).display === 'inline' || element.clientWidth <= 1) return false
    return element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 2
  }
  return shown.filter(isCut).map((element) => element.outerHTML.slice(0, 200))
})()`

/** Runs in the page: texts of less than twice the size that the smallest would have with normal letters. */
const SMALL = `(() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const small = new Set()
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement
    if (!walker.currentNode.data.trim() || !element || !element.getClientRects().length) continue
    if (parseFloat(getComputedStyle(element).fontSize) < 22) small.add(walker.currentNode.data.trim().slice(0, 40))
  }
  return [...small]
})()`

/** What moves for longer than a moment, though nothing is to move; a guest's page is told so only when it is looked at first. */
const MOVING = `!matchMedia('(prefers-reduced-motion: reduce)').matches ? [] : document.getAnimations().filter(({ effect, playState }) => playState === 'running' && effect.getComputedTiming().activeDuration > 1)
  .map(({ effect }) => effect.target.outerHTML.slice(0, 160))`

/** The browser's own setting, so that what is written in `rem` grows, and widths that are asked for in it too. */
async function writeLarge(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Page.setFontSizes', { fontSizes: { standard: LARGE, fixed: LARGE } })
}

describe('who needs it gets', () => {
  it.each(VIEWS)('letters of 200 % in $name without losing anything of it, and no motion', async (view) => {
    await viewer.show(view, 'es', async (page) => {
      expect(Texts.parse(await page.evaluate(MOVING))).toEqual([])
      await viewer.lookAs(page, 'light', WIDTH)
      await writeLarge(page)
      await eventually(
        () => page.evaluate('getComputedStyle(document.documentElement).fontSize'),
        (size) => size === `${LARGE}px`,
      )
      expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(WIDTH)
      expect(Texts.parse(await page.evaluate(CUT))).toEqual([])
      expect(Texts.parse(await page.evaluate(SMALL))).toEqual([])
    })
  })

  it('no motion where something is on its way', async () => {
    const { page } = world
    const answers = Promise.withResolvers<void>()
    await page.route('**/rpc/search_sessions', async (route) => {
      await answers.promise
      await route.continue()
    })
    await page.goto(`${world.stack.url}/settings/whatsapp`)
    await page.locator('.animate-pulse').last().waitFor()
    expect(await page.evaluate(`matchMedia('(prefers-reduced-motion: reduce)').matches`)).toBe(true)
    expect(Texts.parse(await page.evaluate(MOVING))).toEqual([])
    answers.resolve()
    await page.getByText('+51 987 654 321').first().waitFor()
    await page.unroute('**/rpc/search_sessions')
  })
})

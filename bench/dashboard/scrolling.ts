import type { Page } from 'playwright-core'
import { notesOf } from './marks.ts'

/** How often the wheel is turned, by how many pixels, and how many milliseconds lie between. */
const WHEEL = { turns: 60, by: 480, every: 50 }
/** How far the scroll bar is dragged, in parts of the whole list. */
const DRAGS = [0.1, 0.25, 0.5, 0.8, 1, 0.3, 0]

export type Scrolled = { longTasks: number; longest: number }

/** Scrolls through the list with a processor that is four times slower. @returns how many tasks took longer than 50 ms. */
export async function scroll(page: Page): Promise<Scrolled> {
  const session = await page.context().newCDPSession(page)
  const list = page.locator('ul[aria-busy]')
  await list.hover()
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 })
  // What the slower processor makes of the moment in which it becomes slower is not scrolling.
  await page.waitForTimeout(1000)
  const before = (await notesOf(page)).longTasks.length
  for (let turn = 0; turn < WHEEL.turns; turn += 1) {
    await page.mouse.wheel(0, WHEEL.by)
    await page.waitForTimeout(WHEEL.every)
  }
  for (const part of DRAGS) {
    await list.evaluate((element, to) => (element.scrollTop = element.scrollHeight * to), part)
    await page.waitForTimeout(400)
  }
  await page.waitForTimeout(500)
  const tasks = (await notesOf(page)).longTasks.slice(before)
  await session.send('Emulation.setCPUThrottlingRate', { rate: 1 })
  await session.detach()
  return { longTasks: tasks.length, longest: Math.max(0, ...tasks.map(({ duration }) => duration)) }
}

import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import * as z from 'zod'
import { eventually } from './eventually.ts'

/** How often Tab is pressed at most on the way to something. */
const FAR = 60

/** What has the focus: its role and its name as a screen reader says them, and what is wrong with that for who looks. */
export type Focus = { role: string; name: string; problem: string | null }

/** Runs in the page. What can be used has to show that it has the focus; what takes it only so that it is not lost (a page, a dialog) need not. */
const LOOK = `(async () => {
  // Menus move the focus a moment after the key.
  await new Promise((done) => setTimeout(done))
  const element = document.activeElement
  if (!element || element === document.body) return 'nothing has the focus'
  // A part of a field that the browser draws, and outlines.
  if (!element.matches(':focus')) return 'inside'
  if (!element.matches('a, button, input, select, textarea, summary, [role^=menuitem], [role=tab]')) return null
  const isOutlined = [null, '::after'].some((part) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element, part)
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1
  })
  if (!element.matches(':focus-visible') || !isOutlined) return 'it does not show that it has the focus'
  const box = [...element.getClientRects()].find(({ width, height }) => width > 0 && height > 0)
  if (!box) return 'it is not drawn'
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
  if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) return 'it is outside the window, at ' + x + ', ' + y
  const hit = document.elementFromPoint(x, y)
  // Its label may lie over it, to be as large a target as both.
  const isItself = hit && (element.contains(hit) || hit.contains(element) || [...(element.labels ?? [])].includes(hit))
  return isItself ? null : 'it is covered by ' + (hit ? hit.outerHTML.slice(0, 120) : 'nothing')
})()`

const fits = ({ name }: Focus, wanted: string | RegExp) => (typeof wanted === 'string' ? name === wanted : wanted.test(name))

/** Somebody at `page` who has a keyboard and nothing else. Each step looks whether the focus can be seen and is not lost. */
export function keyboardAt(page: Page) {
  async function focus(): Promise<Focus> {
    const problem = z.nullable(z.string()).parse(await page.evaluate(LOOK))
    if (problem === 'nothing has the focus') return { role: 'none', name: '', problem }
    if (problem === 'inside') return { role: 'part', name: '', problem: null }
    const snapshot = await page
      .locator(':focus')
      .ariaSnapshot({ timeout: 500 })
      .catch(() => null)
    // It went on meanwhile.
    if (snapshot === null) return focus()
    const [line = ''] = snapshot.split('\n')
    const [, role = '', name = ''] = /^- '?(\w+)(?: "((?:[^"\\]|\\.)*)")?/.exec(line) ?? []
    return { role, name: name.replaceAll('\\"', '"').replaceAll("''", "'"), problem }
  }

  /** Waits until something has the focus that can be seen to have it: what was pressed may have to be fetched. */
  async function kept(after: string): Promise<Focus> {
    const seen = await eventually(focus, ({ problem }) => problem === null, 8).catch(() => focus())
    expect(seen.problem, `after ${after}, at ${seen.role} “${seen.name}”`).toBeNull()
    return seen
  }

  /** Presses Tab (or `key`) until what is called `name` has the focus. */
  async function tabTo(name: string | RegExp, key = 'Tab'): Promise<void> {
    const passed: string[] = []
    for (let steps = 0; steps < FAR; steps += 1) {
      await page.keyboard.press(key)
      let now = await focus()
      // It may come into view, or go, this moment.
      if (now.problem !== null && now.role !== 'none') now = await kept(key)
      passed.push(`${now.role} “${now.name}”`)
      // Once around the page the browser itself has the focus.
      if (now.role === 'none' && key.endsWith('Tab')) continue
      if (fits(now, name)) return
    }
    throw new Error(`${key} never came to ${String(name)}, but to ${passed.join(', ')}`)
  }

  return {
    focus,
    kept,
    tabTo,
    /** In a menu. */
    async arrowTo(name: string | RegExp): Promise<void> {
      await page.getByRole('menu').waitFor()
      await page.keyboard.press('Home')
      if (!fits(await focus(), name)) await tabTo(name, 'ArrowDown')
    },
    backTo: (name: string | RegExp) => tabTo(name, 'Shift+Tab'),
    async press(...keys: string[]): Promise<void> {
      for (const key of keys) {
        await page.keyboard.press(key)
        await kept(key)
      }
    },
    type: (text: string) => page.keyboard.type(text),
    /** Waits until what `selector` says has the focus itself. */
    isOn: (selector: string) => page.locator(`${selector}:focus`).waitFor(),
    /** Waits until what is called `name` has the focus. */
    async isAt(name: string | RegExp): Promise<void> {
      await eventually(focus, (seen) => seen.problem === null && fits(seen, name), 8)
    },
  }
}
export type Keyboard = ReturnType<typeof keyboardAt>

import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { LANGUAGE_CODES } from '../../src/words/languages.ts'
import { furnish, type Furnished } from './views/furnished.ts'
import { createViewer, type Viewer } from './views/look.ts'
import { VIEWS } from './views/views.ts'

const THEMES = ['light', 'dark'] as const
/** CSS pixels: a small phone, and a screen. */
const WIDTHS = [360, 1280] as const

const Findings = z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string(), failureSummary: z.string() })) }))

let world: Furnished
let viewer: Viewer

beforeAll(async () => {
  world = await furnish()
  viewer = await createViewer(world)
})
afterAll(async () => {
  await viewer.stop()
  await world.stop()
})

/** What axe finds against WCAG 2.2 AA and good practice, in a few words each. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const findings: unknown = await page.evaluate(`axe.run(document, {
    resultTypes: ['violations'], preload: false,
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }).then(({ violations }) => violations)`)
  return Findings.parse(findings).flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} (${failureSummary})`),
  )
}

describe('nobody is kept out', () => {
  it.each(VIEWS)('of $name: axe finds nothing in any theme, language or width, and nothing is wider than the window', async (view) => {
    const found: string[] = []
    for (const language of LANGUAGE_CODES) {
      await viewer.show(view, language, async (page) => {
        const spoken: unknown = await page.evaluate('document.documentElement.lang')
        if (spoken !== language) found.push(`${language}: says that it is in ${String(spoken)}`)
        const title = await page.title()
        if (!/^\S.* · Latchkey$/.test(title)) found.push(`${language}: the window is called ${title}`)
        for (const theme of THEMES)
          for (const width of WIDTHS) {
            await viewer.lookAs(page, theme, width)
            const where = `${language}, ${theme}, ${width}`
            found.push(...(await barriers(page)).map((barrier) => `${where}: ${barrier}`))
            const needed = Number(await page.evaluate('document.documentElement.scrollWidth'))
            if (needed > width) found.push(`${where}: needs ${needed} pixels`)
          }
      })
    }
    expect(found).toEqual([])
  })

  it('axe finds a barrier that is planted, so that its silence says something', async () => {
    const [view] = VIEWS
    if (!view) throw new Error('there is no view')
    await viewer.show(view, 'en', async (page) => {
      await page.evaluate(`document.querySelector('label').remove()`)
      expect((await barriers(page)).join('\n')).toContain('label: <input')
    })
  })
})

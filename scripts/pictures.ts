/**
 * `npm run pictures`: takes pictures of every page and dialog in both themes, from a demo of its own, into `docs/pictures`. `-- --to DIR` puts
 * them elsewhere, `-- --only NAME` takes one, `-- --language es` in another language, `-- --width 360` of another width.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { LANGUAGE_CODES } from '../src/words/languages.ts'
import { furnish } from '../tests/e2e/views/furnished.ts'
import { createViewer } from '../tests/e2e/views/look.ts'
import { VIEWS } from '../tests/e2e/views/views.ts'
import { ROOT } from './stack/layout.ts'

const { values } = parseArgs({
  options: {
    to: { type: 'string', default: join(ROOT, 'docs/pictures') },
    only: { type: 'string' },
    language: { type: 'string', default: 'en' },
    width: { type: 'string', default: '1280' },
  },
})
const language = LANGUAGE_CODES.find((code) => code === values.language)
if (!language) throw new Error(`--language: one of ${LANGUAGE_CODES.join(', ')}`)
const views = VIEWS.filter(({ name }) => values.only === undefined || name === values.only)
if (views.length === 0) throw new Error(`--only: one of ${VIEWS.map(({ name }) => name).join(', ')}`)
mkdirSync(values.to, { recursive: true })

const world = await furnish()
const viewer = await createViewer(world)
try {
  for (const view of views) {
    await viewer.show(view, language, async (page) => {
      for (const theme of ['light', 'dark'] as const) {
        await viewer.lookAs(page, theme, Number(values.width))
        await page.screenshot({ path: join(values.to, `${view.name}-${theme}.png`) })
      }
    })
    console.log(view.name)
  }
} finally {
  await viewer.stop()
  await world.stop()
}

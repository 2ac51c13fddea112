/**
 * Writes docs/reference/settings.md from the schemas of the settings: `npm run gen:settings`. With `--check` it changes nothing and exits with
 * 1 when the page is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { settingsPage } from './settings/page.ts'
import { ROOT } from './stack/layout.ts'

const PAGE = 'docs/reference/settings.md'
if (!process.argv.includes('--check')) writeFileSync(join(ROOT, PAGE), settingsPage())
else if (readFileSync(join(ROOT, PAGE), 'utf8') !== settingsPage()) {
  console.error(`${PAGE} is out of date: run "npm run gen:settings" and commit the result`)
  process.exitCode = 1
}

/**
 * Writes docs/reference/licences.md from the lockfile: `npm run gen:licences`. With `--check` it changes nothing and exits with 1 when the page is out
 * of date, or when a package's licence is not allowed.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './stack/layout.ts'
import { checkLicences, licencePage } from './supply/licences.ts'
import { readProject } from './supply/project.ts'

const PAGE = 'docs/reference/licences.md'
const project = readProject(ROOT)
const findings = checkLicences(project)
if (process.argv.includes('--check')) {
  if (project.text(PAGE) !== licencePage(project)) findings.push(`${PAGE} is out of date: npm run gen:licences`)
} else {
  writeFileSync(join(ROOT, PAGE), licencePage(project))
}
for (const finding of findings) console.error(finding)
process.exitCode = findings.length > 0 ? 1 : 0

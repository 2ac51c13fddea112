/**
 * The checks of the supply chain: `node scripts/supply/main.ts <check> [folder]`. Each prints what it found, a line for each finding, and
 * exits with 1 when there is any. None needs a network.
 */
import { ROOT } from '../stack/layout.ts'
import { checkInstallCommands } from './install-commands.ts'
import { checkInstallScripts } from './install-scripts-check.ts'
import { checkLockfile } from './lockfile-lint.ts'
import { checkPins } from './pins.ts'
import { readProject, type Project } from './project.ts'
import { checkProtocol } from './protocol-check.ts'

const CHECKS = {
  pins: checkPins,
  lockfile: checkLockfile,
  'install-scripts': checkInstallScripts,
  'install-commands': checkInstallCommands,
  protocol: checkProtocol,
} satisfies Record<string, (project: Project) => string[]>

const [name = '', folder = ROOT] = process.argv.slice(2)
const check = Object.entries(CHECKS).find(([known]) => known === name)?.[1]
if (check) {
  const findings = check(readProject(folder))
  for (const finding of findings) console.error(finding)
  process.exitCode = findings.length > 0 ? 1 : 0
} else {
  console.error(`There is no check "${name}": ${Object.keys(CHECKS).join(', ')}`)
  process.exitCode = 2
}

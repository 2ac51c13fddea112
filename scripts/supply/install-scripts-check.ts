import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { INSTALL_SCRIPTS } from './install-scripts.ts'
import { lockedPackages, type Project } from './project.ts'

/** What npm must be told in .npmrc: the first is known to every npm, the second to those that know `allowScripts`. */
const SETTINGS = ['ignore-scripts=true', 'strict-allow-scripts=true']
/** Of our own scripts, the ones that npm would run by itself; with `ignore-scripts` it does not, and who relied on one would be let down. */
const LIFECYCLE = /^(pre|post).+|^(install|prepare|prepublish|preprepare|postprepare|dependencies)$/
const Scripts = z.object({ scripts: z.record(z.string(), z.string()).optional() })

/** Installed packages that have an install script although the lockfile does not say so. */
function hiddenScripts({ root, lockfile, text }: Project): string[] {
  return lockedPackages(lockfile)
    .filter(({ path, entry }) => !entry.hasInstallScript && existsSync(join(root, path, 'package.json')))
    .filter(({ path }) => {
      const { scripts = {} } = Scripts.parse(JSON.parse(text(`${path}/package.json`)))
      const builds = existsSync(join(root, path, 'binding.gyp'))
      return builds || ['preinstall', 'install', 'postinstall'].some((hook) => hook in scripts)
    })
    .map(({ path }) => `${path} has an install script that the lockfile does not tell of`)
}

/** No package runs anything while it is installed; which ones would is known by name. */
export function checkInstallScripts(project: Project, known: Readonly<Record<string, unknown>> = INSTALL_SCRIPTS): string[] {
  const { lockfile, manifest, text } = project
  const found = new Set(
    lockedPackages(lockfile)
      .filter(({ entry }) => entry.hasInstallScript)
      .map(({ name }) => name),
  )
  const lines = new Set(text('.npmrc').split('\n'))
  return [
    ...SETTINGS.filter((line) => !lines.has(line)).map((line) => `.npmrc lacks "${line}"`),
    ...[...found].filter((name) => !(name in known)).map((name) => `${name} has an install script that nobody has read`),
    ...Object.keys(known)
      .filter((name) => !found.has(name))
      .map((name) => `${name} is listed, but has no install script (any more)`),
    ...Object.keys(known)
      .filter((name) => manifest.allowScripts[name] !== false)
      .map((name) => `package.json: allowScripts does not deny ${name}`),
    ...Object.keys(manifest.allowScripts)
      .filter((name) => !(name in known))
      .map((name) => `package.json: allowScripts names ${name}, which nobody has read`),
    ...Object.keys(manifest.scripts)
      .filter((name) => LIFECYCLE.test(name))
      .map((name) => `package.json: npm would not run "${name}" by itself`),
    ...hiddenScripts(project),
  ]
}

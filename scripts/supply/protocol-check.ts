import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { lockedPackages, type Project } from './project.ts'
import { PROTOCOL_PACKAGES, type ProtocolPackage } from './protocol-packages.ts'

/** Packages that give themselves out as Baileys or a fork of it, in any scope. */
const LOOKS_LIKE_BAILEYS = /ba[il1]+e?y[sz]?|whiskeysockets/i

/** One hash over the paths and contents of every file of an installed package, hidden ones and whatever else was put there included. */
export function hashOfFiles(folder: string): string {
  const lines = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name)
      const content = entry.isFile() ? createHash('sha256').update(readFileSync(file)).digest('hex') : 'no file'
      return `${relative(folder, file).replaceAll('\\', '/')} ${content}\n`
    })
  return createHash('sha256').update(lines.toSorted().join('')).digest('hex')
}

function checkPackage({ root, lockfile }: Project, name: string, chosen: ProtocolPackage): string[] {
  const path = `node_modules/${name}`
  const entry = lockfile.packages[path]
  const copies = lockedPackages(lockfile).filter((other) => other.name === name && other.path !== path)
  const files = existsSync(join(root, path)) ? hashOfFiles(join(root, path)) : chosen.files
  return [
    ...(entry?.version === chosen.version ? [] : [`${name} is locked at ${entry?.version ?? 'nothing'}, chosen is ${chosen.version}`]),
    ...(entry?.integrity === chosen.integrity ? [] : [`${name} is locked with another hash than that of the version chosen`]),
    ...copies.map((copy) => `${copy.path} is a second copy of ${name}`),
    ...(files === chosen.files ? [] : [`${path} holds other files than those of ${chosen.version} (they hash to ${files})`]),
  ]
}

/** Baileys and what holds its keys: one copy each, of the version chosen, with the hash recorded, unchanged on disk; and nothing like it. */
export function checkProtocol(project: Project, chosen: Readonly<Record<string, ProtocolPackage>> = PROTOCOL_PACKAGES): string[] {
  const { manifest, lockfile } = project
  const asked = { ...manifest.devDependencies, ...manifest.optionalDependencies, ...manifest.dependencies }
  const names = new Set([
    ...Object.keys(asked),
    ...Object.keys(manifest.overrides),
    ...lockedPackages(lockfile).flatMap(({ name, entry }) => [name, entry.name ?? name]),
  ])
  return [
    ...(manifest.dependencies['baileys'] === chosen['baileys']?.version
      ? []
      : ['package.json does not ask for the baileys that was chosen']),
    ...Object.keys(manifest.overrides)
      .filter((name) => name in chosen)
      .map((name) => `package.json overrides ${name}`),
    ...[...names]
      .filter((name) => name !== 'baileys' && LOOKS_LIKE_BAILEYS.test(name))
      .map((name) => `${name} looks like Baileys and is not`),
    ...Object.entries(chosen).flatMap(([name, one]) => checkPackage(project, name, one)),
  ]
}

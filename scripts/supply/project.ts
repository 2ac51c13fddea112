import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

const Versions = z.record(z.string(), z.string())

/** A value of `overrides`: a version, or what is overridden below a package. */
export type Override = string | { [name: string]: Override }
const Override: z.ZodType<Override> = z.lazy(() => z.union([z.string(), z.record(z.string(), Override)]))

const Manifest = z.object({
  dependencies: Versions.default({}),
  optionalDependencies: Versions.default({}),
  devDependencies: Versions.default({}),
  peerDependencies: Versions.default({}),
  overrides: z.record(z.string(), Override).default({}),
  allowScripts: z.record(z.string(), z.boolean()).default({}),
  scripts: z.record(z.string(), z.string()).default({}),
})

const LockEntry = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  license: z.string().optional(),
  link: z.boolean().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  devOptional: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
  os: z.union([z.string(), z.array(z.string())]).optional(),
  cpu: z.union([z.string(), z.array(z.string())]).optional(),
  libc: z.union([z.string(), z.array(z.string())]).optional(),
  dependencies: Versions.optional(),
  devDependencies: Versions.optional(),
  optionalDependencies: Versions.optional(),
  peerDependencies: Versions.optional(),
})
const Lockfile = z.object({ lockfileVersion: z.number(), packages: z.record(z.string(), LockEntry) })

export type Manifest = z.infer<typeof Manifest>
export type LockEntry = z.infer<typeof LockEntry>
export type Lockfile = z.infer<typeof Lockfile>

/** What the checks of the supply chain look at. */
export type Project = {
  root: string
  manifest: Manifest
  lockfile: Lockfile
  /** The text of a file below the root; empty when there is none. */
  text(path: string): string
}

/** Reads the project at a folder. @throws when package.json or the lockfile is missing or has another shape. */
export function readProject(root: string): Project {
  const text = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '')
  return {
    root,
    manifest: Manifest.parse(JSON.parse(text('package.json'))),
    lockfile: Lockfile.parse(JSON.parse(text('package-lock.json'))),
    text,
  }
}

/** The package that lies at a path of the lockfile: `node_modules/a/node_modules/@b/c` is `@b/c`. */
export function nameAt(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

/** Every locked package with its path and name; the project itself is not among them. */
export function lockedPackages(lockfile: Lockfile): { path: string; name: string; entry: LockEntry }[] {
  return Object.entries(lockfile.packages)
    .filter(([path]) => path !== '')
    .map(([path, entry]) => ({ path, name: nameAt(path), entry }))
}

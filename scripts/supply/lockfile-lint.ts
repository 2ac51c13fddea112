import { lockedPackages, type LockEntry, type Lockfile, type Project } from './project.ts'

const PATH = /^(?:node_modules\/(?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*(?:\/|$))+$/i
const EXACT = /^\d+\.\d+\.\d+(-[\w.-]+)?(\+[\w.-]+)?$/
/** One SHA-512, base64: 64 bytes are 86 characters and two of padding. */
const INTEGRITY = /^sha512-[A-Za-z0-9+/]{86}==$/
/** A range of the registry. Whatever names a place (git, http, file, an alias, a GitHub shorthand) holds a colon or a slash. */
const REGISTRY_RANGE = /^[^:/]*$/

const list = (value: string | string[] | undefined): string[] => (typeof value === 'string' ? [value] : (value ?? []))

/** Whether the package is installed on the machines that run the tests: Linux on x64 with glibc. */
function isForTestedPlatform({ os, cpu, libc }: LockEntry): boolean {
  return (
    (os === undefined || list(os).includes('linux')) &&
    (cpu === undefined || list(cpu).includes('x64')) &&
    (libc === undefined || list(libc).includes('glibc'))
  )
}

/** Whether a locked package asks for exactly this version as one of its binaries for platforms. */
function isAskedForExactly(lockfile: Lockfile, name: string, version: string | undefined): boolean {
  return Object.values(lockfile.packages).some((entry) => version !== undefined && entry.optionalDependencies?.[name] === version)
}

/**
 * A package without a hash: only a binary for a platform that the tests never run on, which the registry at hand did not serve when the
 * lockfile was written, and whose version the package that needs it names exactly. See docs/reference/dependencies.md.
 */
function mayLackHash(lockfile: Lockfile, name: string, entry: LockEntry): boolean {
  return entry.optional === true && !isForTestedPlatform(entry) && isAskedForExactly(lockfile, name, entry.version)
}

function lintEntry(lockfile: Lockfile, path: string, name: string, entry: LockEntry): string[] {
  const specs = Object.entries({ ...entry.dependencies, ...entry.optionalDependencies, ...entry.peerDependencies })
  return [
    ...(PATH.test(path) ? [] : ['is no place of a package']),
    ...(entry.link ? ['is a link to a folder'] : []),
    ...(entry.name !== undefined && entry.name !== name ? [`is ${entry.name} under another name`] : []),
    ...(EXACT.test(entry.version ?? '') ? [] : [`has the version "${entry.version ?? ''}"`]),
    ...(entry.resolved === undefined ? [] : [`names where it comes from (${entry.resolved})`]),
    ...(entry.integrity === undefined
      ? mayLackHash(lockfile, name, entry)
        ? []
        : ['has no hash']
      : INTEGRITY.test(entry.integrity)
        ? []
        : [`has no SHA-512 but "${entry.integrity.slice(0, 20)}"`]),
    ...specs.filter(([, spec]) => !REGISTRY_RANGE.test(spec)).map(([wanted, spec]) => `wants ${wanted} from "${spec}"`),
  ].map((finding) => `${path} ${finding}`)
}

/**
 * The lockfile holds registry packages only, by name, exact version and SHA-512, and names no place to fetch them from: npm asks the registry
 * that it is set up with, and the hash says whether the answer is what was meant. So no line can send a download elsewhere.
 */
export function checkLockfile({ lockfile }: Project): string[] {
  return [
    ...(lockfile.lockfileVersion === 3 ? [] : [`the lockfile has version ${lockfile.lockfileVersion}, not 3`]),
    ...lockedPackages(lockfile).flatMap(({ path, name, entry }) => lintEntry(lockfile, path, name, entry)),
  ]
}

/** The packages that are locked without a hash. */
export function withoutHash(lockfile: Lockfile): string[] {
  return lockedPackages(lockfile)
    .filter(({ entry }) => entry.integrity === undefined)
    .map(({ name }) => name)
}

/**
 * Some registries serve no packages for other platforms, and npm then leaves them out of the lockfile; `npm ci` refuses
 * such a lockfile ("Missing: ... from lock file"). This adds the missing optional entries, with the platform that their
 * name tells, so that one lockfile serves every machine. Run it after each update: `npm run lockfile`.
 * `--check` changes nothing and exits with 1 where an entry is missing. `--hashes` asks the registry for the hashes that entries lack: on a
 * machine whose registry serves every platform, none is left.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { hashAtRegistry, withHashes } from './supply/hashes.ts'

type LockEntry = {
  version?: string
  integrity?: string
  optionalDependencies?: Record<string, string>
  optional?: boolean
  dev?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
}
type Lockfile = { packages: Record<string, LockEntry> }

const OPERATING_SYSTEMS: Record<string, string> = { windows: 'win32', win32: 'win32', wasm32: '' }
const KNOWN_SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32', 'windows']
const KNOWN_CPUS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64']

/** The platform that a binary package's name tells, in npm's words: `@scope/tool-linux-arm64-musl` and the like. */
export function platformOf(name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> {
  const words = name.split(/[-/]/)
  const system = words.find((word) => KNOWN_SYSTEMS.includes(word))
  const cpu = words.find((word) => KNOWN_CPUS.includes(word))
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.some((word) => /^(gnu|glibc)/.test(word))
      ? 'glibc'
      : undefined
  return {
    ...(system && { os: [OPERATING_SYSTEMS[system] ?? system] }),
    ...(cpu && { cpu: [cpu] }),
    ...(libc && system === 'linux' && { libc: [libc] }),
  }
}

/** Whether `name`, needed by the package at `from`, stands anywhere that Node would look for it. */
function isLocked(packages: Lockfile['packages'], from: string, name: string): boolean {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    if (packages[`${at && `${at}/`}node_modules/${name}`]) return true
    if (at === '') return false
  }
}

/** The lockfile with an entry for each optional dependency, and the names of those that were missing. */
export function completeLockfile(lockfile: Lockfile): { lockfile: Lockfile; added: string[] } {
  const packages = { ...lockfile.packages }
  const added: string[] = []
  for (const [path, entry] of Object.entries(lockfile.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (isLocked(packages, path, name)) continue
      packages[`node_modules/${name}`] = { version, ...platformOf(name), ...(entry.dev && { dev: true }), optional: true }
      added.push(name)
    }
  }
  const sorted = Object.entries(packages).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return { lockfile: { ...lockfile, packages: Object.fromEntries(sorted) }, added }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { lockfile, added } = completeLockfile(JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lockfile)
  if (process.argv.includes('--check')) {
    if (added.length > 0) console.error(`package-lock.json lacks ${added.length} optional packages (${added[0]}, ...): npm run lockfile`)
    process.exitCode = added.length > 0 ? 1 : 0
  } else {
    const { packages, filled } = process.argv.includes('--hashes')
      ? await withHashes(lockfile.packages, hashAtRegistry)
      : { packages: lockfile.packages, filled: 0 }
    writeFileSync('package-lock.json', `${JSON.stringify({ ...lockfile, packages }, null, 2)}\n`)
    console.log(`${added.length} optional packages of other platforms added, ${filled} hashes`)
  }
}

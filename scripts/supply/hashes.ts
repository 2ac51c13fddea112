import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { nameAt } from './project.ts'

type Hashed = { version?: string; integrity?: string }

const run = promisify(execFile)
const INTEGRITY = /^sha512-[A-Za-z0-9+/]{86}==$/

/** The SHA-512 that the registry has of one version; `null` when it does not serve it. Works below `npm run`, which says where npm is. */
export async function hashAtRegistry(name: string, version: string): Promise<string | null> {
  const npm = process.env['npm_execpath']
  if (!npm) throw new Error('Hashes are asked for by npm: npm run lockfile -- --hashes')
  const answer = await run(process.execPath, [npm, 'view', `${name}@${version}`, 'dist.integrity']).catch(() => ({ stdout: '' }))
  return answer.stdout.trim() || null
}

/**
 * The packages of a lockfile with the hashes that some of them lack, as far as the registry at hand knows them; what has one keeps it. One
 * question after the other, since a registry owes nobody an answer to hundreds at once.
 * @throws when the answer is no SHA-512.
 */
export async function withHashes<Entry extends Hashed>(packages: Record<string, Entry>, ask: typeof hashAtRegistry) {
  const completed: Record<string, Entry> = {}
  let filled = 0
  for (const [path, entry] of Object.entries(packages)) {
    const { version, ...rest } = entry
    const integrity = path !== '' && version !== undefined && entry.integrity === undefined ? await ask(nameAt(path), version) : null
    if (integrity !== null && !INTEGRITY.test(integrity)) throw new Error(`The registry has no SHA-512 of ${path} but ${integrity}`)
    completed[path] = integrity === null ? entry : ({ version, integrity, ...rest } as unknown as Entry)
    if (integrity !== null) filled += 1
  }
  return { packages: completed, filled }
}

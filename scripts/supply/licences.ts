import { ALLOWED_LICENCES, LICENCE_EXCEPTIONS } from './licence-rules.ts'
import { lockedPackages, type LockEntry, type Lockfile, type Project } from './project.ts'

type Row = { name: string; version: string; licence: string }

/** Whether an SPDX expression asks for nothing that is not allowed: one side of an OR is enough, each side of an AND counts. */
export function isAllowed(expression: string, allowed: readonly string[] = ALLOWED_LICENCES): boolean {
  const bare = expression.replaceAll(/[()]/g, ' ').trim()
  if (/ OR /.test(bare)) return bare.split(/ OR /).some((part) => isAllowed(part, allowed))
  return bare.split(/ AND /).every((part) => allowed.includes(part.trim()))
}

const isBinary = ({ os, cpu, libc, optional }: LockEntry) => optional === true && (os ?? cpu ?? libc) !== undefined

/** Packages that a lockfile tells no licence of: binaries that the registry did not serve come from the same project as what asks for them. */
function licenceOf(lockfile: Lockfile, name: string, entry: LockEntry): string {
  if (entry.license !== undefined || entry.integrity !== undefined) return entry.license ?? ''
  const sibling = (other: string) => lockfile.packages[`node_modules/${other}`]?.license
  const asking = Object.values(lockfile.packages).find((other) => other.optionalDependencies?.[name] !== undefined)
  return (
    asking?.license ??
    Object.keys(asking?.optionalDependencies ?? {})
      .map(sibling)
      .find((found) => found !== undefined) ??
    ''
  )
}

/** Packages whose licence is unknown, or asks for more and is not listed with a reason; and reasons that nobody needs any more. */
export function checkLicences({ lockfile }: Project): string[] {
  const rows = lockedPackages(lockfile).map(({ name, entry }) => ({ name, licence: licenceOf(lockfile, name, entry) }))
  const excepted = ({ name, licence }: (typeof rows)[number]) =>
    LICENCE_EXCEPTIONS.find((exception) => exception.packages.test(name) && exception.licence === licence)
  return [
    ...rows
      .filter((row) => !isAllowed(row.licence) && !excepted(row))
      .map(({ name, licence }) => `${name} has ${licence ? `the licence ${licence}, which is not allowed` : 'no licence that is known'}`),
    ...LICENCE_EXCEPTIONS.filter((exception) => !rows.some((row) => excepted(row) === exception)).map(
      ({ packages }) => `nothing has the licence that ${packages.source} is excepted for`,
    ),
  ]
}

/** A table as the formatter writes it: each column as wide as its widest cell. */
function table(rows: readonly Row[]): string {
  const cells = [...new Set(rows.map(({ name, version, licence }) => [name, version, licence].join('|')))].map((row) => row.split('|'))
  const all = [['package', 'version', 'licence'], ...cells]
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[], filler: string) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0, filler)).join(' | ')} |`
  const [head = [], ...body] = all
  return [line(head, ' '), line(['', '', ''], '-'), ...body.map((row) => line(row, ' '))].join('\n')
}

/** docs/reference/licences.md: what runs in production and what builds and tests it, apart; binaries for single platforms in a table of their own. */
export function licencePage({ lockfile }: Project): string {
  const all = lockedPackages(lockfile)
    .map(({ name, entry }) => ({ name, version: entry.version ?? '', licence: licenceOf(lockfile, name, entry), entry }))
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  const plain = all.filter(({ entry }) => !isBinary(entry))
  const production = plain.filter(({ entry }) => !entry.dev)
  const development = plain.filter(({ entry }) => entry.dev)
  const binaries = all.filter(({ entry }) => isBinary(entry))
  const exceptions = LICENCE_EXCEPTIONS.map(
    ({ packages, licence, reason }) =>
      `- ${all.filter(({ name }) => packages.test(name)).map(({ name }) => `\`${name}\``)[0]}${
        all.filter(({ name }) => packages.test(name)).length > 1 ? ' and its variants' : ''
      } (${licence}). ${reason}`,
  )
  return `# Licences

Latchkey itself is [MIT](../../LICENSE). This page lists what it is made with, as the lockfile says. It is written by \`npm run gen:licences\`;
\`npm run check\` fails when it is out of date, when a licence is unknown, or when one asks for more than its text and is not listed here.

## What asks for more

${exceptions.join('\n')}

## In production

What \`npm ci --omit=dev\` installs: ${production.length} packages.

${table(production)}

## To build and to test

${development.length} more packages.

${table(development)}

## Binaries for single platforms

npm installs those of the machine at hand, of ${binaries.length}.

${table(binaries)}
`
}

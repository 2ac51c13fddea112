/** A row of a table of claims in docs/explanation/security.md: `| Claim | Attack it stops | Test |`. */
export type Claim = { section: string; cells: string[] }

/** What stands in a title for the values of a case: `%s` and the like, `$name`, and a template's `${...}`. */
const PLACEHOLDER = /%[sdifjo#%]|\$\{[^}]*\}|\$[a-z][\w.]*/g
const LITERAL = /'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`/
const ONE = new RegExp(String.raw`\b(?:it|test)\(\s*(?:${LITERAL.source})\s*,`, 'g')
/** Of a table of cases the title is what the table is called with. */
const MANY = new RegExp(String.raw`\b(?:it|test)\.each\b[\s\S]*?\)\(\s*(?:${LITERAL.source})\s*,`, 'g')
const LINK = /\[((?:\\.|[^\]\\])+)\]\(((?:\.\.\/)+tests\/[^)\s]+\.test\.tsx?)\)/g

/** The titles of all tests in a test file's source, with their placeholders. */
export function testTitles(source: string): string[] {
  return [ONE, MANY].flatMap((form) =>
    [...source.matchAll(form)].map(([, single, double, template]) => (single ?? double ?? template ?? '').replaceAll(/\\(.)/g, '$1')),
  )
}

/** Whether a test of this title is among those: with its placeholders as they are, or with any values in their place. */
export function hasTitle(titles: readonly string[], wanted: string): boolean {
  return titles.some((title) => {
    if (title === wanted) return true
    const parts = title.split(PLACEHOLDER).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    return parts.length > 1 && parts.some((part) => part.trim() !== '') && new RegExp(`^${parts.join('.+')}$`).test(wanted)
  })
}

/** The sections under "Controls" and the claims in their tables. */
export function claimsOf(page: string): { sections: string[]; claims: Claim[] } {
  const [, body = ''] = page.split(/^## Controls$/m)
  const [controls = ''] = body.split(/^## /m)
  const parts = controls.split(/^### /m).slice(1)
  const named = parts.map((part) => ({
    section: part.split('\n')[0] ?? '',
    lines: part.split('\n').filter((line) => line.startsWith('|')),
  }))
  return {
    sections: named.map(({ section }) => section),
    claims: named.flatMap(({ section, lines }) =>
      lines
        .filter((line) => !/^\|[\s:|-]+\|$/.test(line) && !/^\|\s*claim\s*\|/i.test(line))
        .map((line) => ({
          section,
          cells: line
            .slice(1, line.lastIndexOf('|'))
            .split(/(?<!\\)\|/)
            .map((cell) => cell.trim()),
        })),
    ),
  }
}

/** The tests that a piece of the page links to; a link shown as code is an example of one. */
export function linksIn(markdown: string): { title: string; file: string }[] {
  return [...markdown.replaceAll(/`\[[^`\n]*\)`/g, '').matchAll(LINK)].map(([, title = '', path = '']) => ({
    title: title.replaceAll(/\\([^\w\s])/g, '$1'),
    file: path.replace(/^(?:\.\.\/)+/, ''),
  }))
}

/**
 * What is wrong with the page: a link to a file that is not there or to a title that no test of it has, a claim without a test or with an
 * empty cell, a section without a claim. `read` answers `null` for a file that is not there.
 */
export function faultsOfPage(page: string, read: (file: string) => string | null): string[] {
  const { sections, claims } = claimsOf(page)
  const broken = linksIn(page).flatMap(({ title, file }) => {
    const source = read(file)
    if (source === null) return [`there is no ${file}`]
    return hasTitle(testTitles(source), title) ? [] : [`${file} has no test "${title}"`]
  })
  return [
    ...broken,
    ...claims
      .filter(({ cells }) => cells.length !== 3 || cells.some((cell) => cell === '') || linksIn(cells[2] ?? '').length === 0)
      .map(({ section, cells }) => `${section}: "${cells[0] ?? ''}" has no test`),
    ...sections.filter((section) => !claims.some((claim) => claim.section === section)).map((section) => `${section} claims nothing`),
  ]
}

import { describe, expect, it } from 'vitest'
import { ERROR_STATUS } from '#domain/errors.ts'
import { STATUS_REASONS } from '#domain/reasons.ts'
import { settingsPage } from '../../scripts/settings/page.ts'
import { fencesOf, markdownFiles, readPage } from '../support/markdown.ts'
import { plantedProject } from '../support/planted-project.ts'

/** The first cells of the rows of a page's tables that are code, with the cells behind them. */
function rowsOf(page: string): string[][] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf('|'))
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')),
    )
}

const { scripts } = plantedProject().manifest
const SCRIPTS = Object.keys(scripts)
/** npm runs these two without `run`. */
const SHORT = new Set(['start', 'test'])
const commandOf = (script: string) => `npm ${SHORT.has(script) ? '' : 'run '}${script}`

describe('the pages of reference', () => {
  it('list every command of package.json, and none that is gone', () => {
    const listed = rowsOf(readPage('docs/reference/commands.md')).map(([command = '']) => command)
    expect(listed.toSorted()).toEqual(SCRIPTS.map(commandOf).toSorted())
  })

  it('list every error code with its status, and none that is gone', () => {
    const listed = rowsOf(readPage('docs/reference/errors.md')).map(([code, status]) => [code, Number(status)])
    expect(Object.fromEntries(listed)).toEqual(ERROR_STATUS)
    expect(listed).toHaveLength(Object.keys(ERROR_STATUS).length)
  })

  it('name every function of the database with all that it takes, and none that is gone', () => {
    const [, functions = ''] = readPage('domain/database.types.ts').split('    Functions: {\n')
    const [calls = ''] = functions.split('\n    Enums: {')
    const made = calls.split(/^ {6}(?=\w+: )/m).slice(1)
    const signatures = made.map((call) => {
      const [, taken = ''] = /Args: \{([^}]*)\}/.exec(call) ?? []
      return `${/^\w+/.exec(call)?.[0]}(${[...taken.matchAll(/(\w+)\??:/g)]
        .map(([, name = '']) => name)
        .toSorted()
        .join(', ')})`
    })
    const told = [...readPage('docs/reference/protocol.md').matchAll(/^\| (`[^|]*`) +\|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)\(([^)]*)\)`/g)].map(([, name, taken = '']) => `${name}(${taken.split(', ').toSorted().join(', ')})`),
    )
    expect(told.toSorted()).toEqual(signatures.toSorted())
  })

  it('tell every setting as the schemas have it', () => {
    expect(readPage('docs/reference/settings.md')).toBe(settingsPage())
  })

  it('leave no cell empty', () => {
    const pages = ['commands', 'errors', 'settings'].map((name) => readPage(`docs/reference/${name}.md`))
    expect(pages.flatMap(rowsOf).filter((row) => row.includes(''))).toEqual([])
  })
})

describe('the other pages', () => {
  it('say what to do about every reason for which a session is not connected', () => {
    const told = rowsOf(readPage('docs/how-to/find-out-why-it-does-not-connect.md')).map(([reason]) => reason)
    expect(STATUS_REASONS.filter((reason) => !told.includes(reason))).toEqual([])
  })

  it.each(markdownFiles())('%s names no script of npm that is not there', (page) => {
    const text = readPage(page)
    const code = [...fencesOf(text).map(({ body }) => body), ...(text.match(/`[^`\n]+`/g) ?? [])].join('\n')
    const named = [...code.matchAll(/\bnpm run (?:-\S+ )*([\w:-]+)/g)].map(([, name = '']) => name)
    expect(named.filter((name) => !SCRIPTS.includes(name))).toEqual([])
  })
})

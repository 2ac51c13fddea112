import { describe, expect, it } from 'vitest'
import { plantedProject } from '../support/planted-project.ts'

const { manifest, text } = plantedProject()
const page = text('docs/reference/dependencies.md')

/** The packages that one section's table has a row for. */
function rowsOf(section: string): string[] {
  const [, body = ''] = page.split(`\n## ${section}\n`)
  const [table = ''] = body.split(/\n## /)
  return [...table.matchAll(/^\| `([^`]+)` .*\|$/gm)].map(([, name = '']) => name).toSorted()
}

describe('the page about dependencies', () => {
  it('names each package that runs in production, and none that is gone', () => {
    expect(rowsOf('What runs in production')).toEqual(
      Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).toSorted(),
    )
  })

  it('names each package that builds and tests, and none that is gone', () => {
    expect(rowsOf('What builds and tests')).toEqual(Object.keys(manifest.devDependencies).toSorted())
  })

  it('leaves no reason empty', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('| `'))
    expect(
      rows.filter((row) =>
        row
          .slice(1, -1)
          .split('|')
          .some((cell) => cell.trim() === ''),
      ),
    ).toEqual([])
  })
})

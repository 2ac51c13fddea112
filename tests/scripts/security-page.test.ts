import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { claimsOf, faultsOfPage, hasTitle, linksIn, testTitles } from '../support/claims.ts'

const ROOT = join(import.meta.dirname, '../..')
const page = readFileSync(join(ROOT, 'docs/explanation/security.md'), 'utf8')
const read = (file: string) => (existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), 'utf8') : null)

describe('the page about security', () => {
  it('links each claim to a test that exists under exactly that title', () => {
    expect(faultsOfPage(page, read)).toEqual([])
  })

  it('is red when any one of the tests that it links to is renamed', () => {
    for (const { title, file } of linksIn(page)) {
      const renamed = (path: string) => {
        const source = read(path)
        return path === file && source !== null
          ? testTitles(source)
              .map((one) => `it(${JSON.stringify(hasTitle([one], title) ? 'renamed' : one)}, x)`)
              .join('\n')
          : source
      }
      expect(faultsOfPage(page, renamed)).toContain(`${file} has no test "${title}"`)
    }
  })

  it('has all of its sections and no empty one', () => {
    expect([...page.matchAll(/^## (.*)$/gm)].map(([, name]) => name)).toEqual([
      'Assets',
      'Actors',
      'Trust borders',
      'Controls',
      'What is left',
    ])
    const bodies = page.split(/^#{2,3} /m).slice(1)
    expect(bodies.filter((body) => body.trim().split('\n').length < 2)).toEqual([])
  })
})

describe('how claims are read', () => {
  const PAGE = `# Security\n\n## Controls\n\n### Doors\n\n| Claim | Attack | Test |\n| --- | --- | --- |\n| closed | a thief | [stays closed](../tests/door.test.ts) |\n\n## What is left\n`
  const DOOR = "it('stays closed', () => {})"
  const withDoor = (source: string | null) => (file: string) => (file === 'tests/door.test.ts' ? source : null)

  it('finds nothing wrong with a claim that has its test', () => {
    expect(claimsOf(PAGE)).toEqual({
      sections: ['Doors'],
      claims: [{ section: 'Doors', cells: ['closed', 'a thief', '[stays closed](../tests/door.test.ts)'] }],
    })
    expect(faultsOfPage(PAGE, withDoor(DOOR))).toEqual([])
  })

  it.each([
    ['a test that was renamed', PAGE, "it('stays shut', () => {})", 'tests/door.test.ts has no test "stays closed"'],
    ['a test that is a describe only', PAGE, "describe('stays closed', () => {})", 'tests/door.test.ts has no test "stays closed"'],
    ['a file that is gone', PAGE, null, 'there is no tests/door.test.ts'],
    ['a claim without a test', PAGE.replace(/\[.*\)/, 'by review'), DOOR, 'Doors: "closed" has no test'],
    ['a claim that stops nothing', PAGE.replace('a thief', ''), DOOR, 'Doors: "closed" has no test'],
    ['a section without a claim', PAGE.replace('## What', '### Windows\n\nNone.\n\n## What'), DOOR, 'Windows claims nothing'],
  ])('sees %s', (_, text, source, fault) => {
    expect(faultsOfPage(text, withDoor(source))).toEqual([fault])
  })

  it('reads titles in all the forms in which they are written', () => {
    const source = [
      `it('it\\'s one', () => {})`,
      'it("says \\"two\\"", async () => {})',
      'it(`takes ${count} steps`, () => {})',
      `it.each([['a'], ['b']])('refuses %s at the $place', () => {})`,
      `it.each<[string]>([\n  ['a'],\n])(\n  'wide %s',\n  () => {})`,
      `describe.each(WAYS)('by %s', () => {})`,
    ].join('\n')
    const titles = testTitles(source)
    expect(titles.toSorted()).toEqual(["it's one", 'refuses %s at the $place', 'says "two"', 'takes ${count} steps', 'wide %s'].toSorted())
    expect(hasTitle(titles, 'refuses %s at the $place')).toBe(true)
    expect(hasTitle(titles, 'refuses a symlink at the door')).toBe(true)
    expect(hasTitle(titles, 'takes 3 steps')).toBe(true)
    expect(hasTitle(titles, 'refuses a symlink')).toBe(false)
    expect(hasTitle(titles, 'by %s')).toBe(false)
  })
})

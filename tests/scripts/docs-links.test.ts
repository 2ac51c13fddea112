import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { anchorsOf, linksOf, markdownFiles, readPage } from '../support/markdown.ts'

const ROOT = join(import.meta.dirname, '../..')
const PAGES = markdownFiles()
/** It names pages that are not there. */
const THIS_FILE = 'tests/scripts/docs-links.test.ts'
const PARTS = ['tutorial', 'how-to', 'reference', 'explanation']

/** What is wrong with a link that stands on a page; `null` when it leads where it says. */
function faultOf(page: string, target: string): string | null {
  if (/^[a-z]+:/.test(target)) return target.startsWith('https://') ? null : 'another web page is linked to by https'
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? page : normalize(join(dirname(page), decodeURI(path))).replace(/\/$/, '')
  if (file.startsWith('..')) return 'leads out of the project'
  if (/^(?:node_modules|dist|data)(?:\/|$)/.test(file)) return 'leads to what a clone does not have'
  if (!existsSync(join(ROOT, file))) return `there is no ${file}`
  if (anchor === undefined) return null
  const read = statSync(join(ROOT, file)).isDirectory() ? join(file, 'README.md') : file
  if (!read.endsWith('.md') || !existsSync(join(ROOT, read))) return `${file} has no anchors`
  return anchorsOf(readPage(read)).has(anchor) ? null : `${read} has no heading for #${anchor}`
}

describe('the pages', () => {
  it.each(PAGES)('%s links to nothing that is not there', (page) => {
    const faults = linksOf(readPage(page)).map(({ target, line }) => ({ line, target, fault: faultOf(page, target) }))
    expect(faults.filter(({ fault }) => fault !== null)).toEqual([])
  })

  it('are all led to by docs/README.md', () => {
    const led = new Set(linksOf(readPage('docs/README.md')).map(({ target }) => normalize(join('docs', target.split('#')[0] ?? ''))))
    expect(PAGES.filter((page) => PARTS.some((part) => page.startsWith(`docs/${part}/`)) && !led.has(page))).toEqual([])
  })

  it('lie in the part of docs/ that their reader looks in', () => {
    const places = new Set([...PARTS, 'decisions', 'api'])
    expect(PAGES.filter((page) => /^docs\/./.test(page) && page !== 'docs/README.md' && !places.has(page.split('/')[1] ?? ''))).toEqual([])
  })

  it('are where code, settings and other pages say they are', () => {
    const sources = globSync(
      ['*.{md,json,ts}', '.env.example', '{bench,docs,domain,ops,scripts,simulator,src,supabase,tests,worker}/**/*'],
      {
        cwd: ROOT,
      },
    ).filter(
      (file) =>
        file !== THIS_FILE && /\.(?:tsx?|mjs|sql|toml|json|md|ya?ml|service|example)$/.test(file) && statSync(join(ROOT, file)).isFile(),
    )
    const decisions = globSync('docs/decisions/*.md', { cwd: ROOT }).map((file) => file.slice(0, 'docs/decisions/000'.length))
    const missing = sources.flatMap((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8')
      const named = [...text.matchAll(/(?<![\w/.-])docs\/(?:[\w-]+\/)*[\w-]+\.(?:md|json)\b/g)].map(([path]) => path)
      const numbered = [...text.matchAll(/(?<![\w/.-])docs\/decisions\/\d{3}(?![\w-])/g)].map(([path]) => path)
      const lost = [...named.filter((path) => !existsSync(join(ROOT, path))), ...numbered.filter((path) => !decisions.includes(path))]
      return lost.map((path) => `${file} names ${path}`)
    })
    expect(missing).toEqual([])
  })
})

describe('how links are judged', () => {
  it.each([
    ['a page that is gone', 'docs/README.md', 'gone.md', 'there is no docs/gone.md'],
    ['a heading that was reworded', 'README.md', 'SECURITY.md#no-such-heading', 'SECURITY.md has no heading for #no-such-heading'],
    ['a heading of its own that is gone', 'README.md', '#no-such-heading', 'README.md has no heading for #no-such-heading'],
    ['a line of source, which moves', 'README.md', 'domain/session.ts#L10', 'domain/session.ts has no anchors'],
    ['what only this machine has', 'README.md', 'node_modules/zod', 'leads to what a clone does not have'],
    ['what lies outside', 'README.md', '../elsewhere.md', 'leads out of the project'],
  ])('sees %s', (_, page, target, fault) => {
    expect(faultOf(page, target)).toBe(fault)
  })

  it('reads headings as GitHub does, and no link from code', () => {
    const text =
      '# A `code` & [link](x.md)\n\n## Twice\n\n## Twice\n\n```sh\n# no heading\n```\n\n`[no](a.md)` [yes](b.md "title") [`c`](c.md#d)\n'
    expect([...anchorsOf(text)]).toEqual(['a-code--link', 'twice', 'twice-1'])
    expect(linksOf(text).map(({ target }) => target)).toEqual(['x.md', 'b.md', 'c.md#d'])
  })
})

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
/** What is made or brought here, and no part of the project. */
const NOT_OURS = new Set(['node_modules', 'dist', 'data', 'coverage', '.git'])

/** A fenced block: the words behind its fence, what it holds, and the number of the line that opens it. */
export type Fence = { language: string; words: string[]; body: string; line: number }

/** The path of every markdown file of the project, from its root. */
export function markdownFiles(): string[] {
  return globSync('**/*.md', { cwd: ROOT, exclude: (name) => NOT_OURS.has(name) })
    .map((file) => file.replaceAll('\\', '/'))
    .toSorted()
}

/** The text of a file of the project. */
export function readPage(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}

const FENCE = /^( *)(`{3,})([^\n]*)\n([\s\S]*?)^ *\2`*[ \t]*$/gm

/** The fenced blocks of a page, in order. A block that stands in a list is read without the list's indent. */
export function fencesOf(text: string): Fence[] {
  return [...text.matchAll(FENCE)].map(({ index, 1: indent = '', 3: info = '', 4: body = '' }) => {
    const [language = '', ...words] = info.trim().split(/\s+/)
    const unindented = indent === '' ? body : body.replaceAll(new RegExp(`^ {1,${indent.length}}`, 'gm'), '')
    return { language, words, body: unindented, line: text.slice(0, index).split('\n').length }
  })
}

/** The page without its fenced blocks, which leave as many empty lines. */
function prose(text: string): string {
  return text.replaceAll(FENCE, (block) => block.replaceAll(/[^\n]/g, ''))
}

/** Where the links of a page lead, with their lines; those shown as code are examples and no links. */
export function linksOf(text: string): { target: string; line: number }[] {
  return prose(text)
    .split('\n')
    .flatMap((content, at) => {
      const line = content.replaceAll(/`[^`]*`/g, '')
      const found = [...line.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g), ...line.matchAll(/^ {0,3}\[[^\]]+\]: *(\S+)/g)]
      return found.map(([, target = '']) => ({ target, line: at + 1 }))
    })
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(text: string): Set<string> {
  return new Set(headingsOf(text).map(({ anchor }) => anchor))
}

/** What stands below the heading of an anchor, up to the next heading. @throws when the page has no such heading. */
export function sectionOf(text: string, anchor: string): string {
  const headings = headingsOf(text)
  const at = headings.findIndex((heading) => heading.anchor === anchor)
  const found = headings[at]
  if (!found) throw new Error(`no heading for #${anchor}`)
  const end = headings[at + 1]
  return text
    .split('\n')
    .slice(found.line, end && end.line - 1)
    .join('\n')
}

function headingsOf(text: string): { anchor: string; line: number }[] {
  const body = prose(text)
  const anchors = new Map<string, number>()
  for (const { index, 1: heading = '' } of body.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const words = heading.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const anchor = words.replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '').replaceAll(' ', '-')
    let name = anchor
    for (let count = 1; anchors.has(name); count += 1) name = `${anchor}-${count}`
    anchors.set(name, body.slice(0, index).split('\n').length)
  }
  return [...anchors].map(([anchor, line]) => ({ anchor, line }))
}

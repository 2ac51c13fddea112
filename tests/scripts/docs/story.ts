import { fencesOf } from '../../support/markdown.ts'

/** Why a block is not run by the test of the pages itself. */
export const MARKS = ['start', 'covered', 'account', 'vps'] as const
export type Mark = (typeof MARKS)[number]

/** One thing that a page has its reader do. `expected`: what the page says that comes of it. */
export type Step =
  | { kind: 'sh' | 'sql'; line: number; text: string; mark: Mark | null; expected: string | null }
  /** `<!-- by hand: name -->` stands behind what is to be clicked; `hands.ts` does it. */
  | { kind: 'hand'; line: number; name: string }
  /** `<!-- after: page.md#section -->`: what that section has its reader do was done before. */
  | { kind: 'after'; line: number; page: string; section: string }

/** Languages of blocks that are shown and never typed into a shell. */
const SHOWN = new Set(['text', 'console', 'ts', 'json', 'mermaid', 'ini', 'toml', 'yaml', 'nginx', 'caddy', 'http', 'env', 'promql'])
const HAND = /^<!-- by hand: ([\w-]+) -->$/gm
const AFTER = /^<!-- after: ([\w./-]+\.md)#([\w-]+) -->$/gm

/** What is wrong with the fences of a page: a language that nobody knows, or a mark that is none. */
export function faultsOf(page: string): string[] {
  return fencesOf(page).flatMap(({ language, words, line }) => {
    const isRun = language === 'sh' || language === 'sql'
    if (!isRun && !SHOWN.has(language)) return [`line ${line}: a block in "${language}" is neither run nor shown: commands are in sh`]
    const marks = words.filter((word) => !(MARKS as readonly string[]).includes(word))
    if (isRun && (marks.length > 0 || words.length > 1)) return [`line ${line}: "${words.join(' ')}" is no mark`]
    return []
  })
}

/** What a page has its reader do, in order. A `text` block in the same section as the commands before it is what they print. */
export function storyOf(page: string): Step[] {
  const fences = fencesOf(page)
  const lines = page.split('\n')
  const commands = fences.flatMap(({ language, words, body, line }, at): Step[] => {
    if (language !== 'sh' && language !== 'sql') return []
    const next = fences[at + 1]
    const end = line + body.split('\n').length
    const isTold = next?.language === 'text' && !lines.slice(end, next.line - 1).some((between) => between.startsWith('#'))
    const mark = (words[0] ?? null) as Mark | null
    return [{ kind: language, line, text: body, mark, expected: isTold ? next.body : null }]
  })
  const hands = [...page.matchAll(HAND)].map(({ index, 1: name = '' }): Step => {
    return { kind: 'hand', line: page.slice(0, index).split('\n').length, name }
  })
  const before = [...page.matchAll(AFTER)].map(({ index, 1: other = '', 2: section = '' }): Step => {
    return { kind: 'after', line: page.slice(0, index).split('\n').length, page: other, section }
  })
  return [...commands, ...hands, ...before].toSorted((a, b) => a.line - b.line)
}

/** The line by which a block is named: its first that is no comment. */
export function firstCommand(text: string): string {
  return text.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#')) ?? ''
}

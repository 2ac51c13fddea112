import * as fc from 'fast-check'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAst } from 'vite'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { harmlessText } from '../../worker/harmless.ts'

const ROOT = join(import.meta.dirname, '../..')
/** What runs where texts of others arrive. */
const FOLDERS = ['domain', 'worker', 'supabase/functions', 'src', 'simulator', 'scripts/stack', 'scripts/doctor']
const SEED = 5

type Pattern = { where: string; regex: RegExp }
type Found = { literals: Pattern[]; built: string[] }

/** Every regular expression that a file writes down, and what it hands to `new RegExp`. */
function patternsIn(file: string): Found {
  const source = readFileSync(join(ROOT, file), 'utf8')
  const found: Found = { literals: [], built: [] }
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { type, regex, callee, start, end } = node as Record<string, unknown>
    if (type === 'Literal' && regex) {
      const { pattern, flags } = regex as { pattern: string; flags: string }
      found.literals.push({ where: file, regex: new RegExp(pattern, flags) })
    }
    if ((type === 'NewExpression' || type === 'CallExpression') && (callee as { name?: string }).name === 'RegExp') {
      found.built.push(`${file}: ${source.slice(Number(start), Number(end)).replaceAll(/\s+/g, ' ').slice(0, 40)}`)
    }
    for (const child of Object.values(node)) walk(child)
  }
  walk(parseAst(source, { lang: file.endsWith('x') ? 'tsx' : 'ts' }))
  return found
}

/** Those in SQL. Postgres matches without going back, so it is their form in JavaScript that is judged. */
function patternsInSql(file: string): Pattern[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  return [...text.matchAll(/~\*? '((?:[^']|'')+)'/g)].map((found) => ({ where: file, regex: new RegExp(found[1] ?? '') }))
}

const FILES = globSync(
  FOLDERS.map((folder) => `${folder}/**/*.{ts,tsx}`),
  { cwd: ROOT },
)
  .toSorted()
  .map(patternsIn)
const PATTERNS: Pattern[] = [
  ...FILES.flatMap(({ literals }) => literals),
  ...globSync('supabase/migrations/*.sql', { cwd: ROOT }).toSorted().flatMap(patternsInSql),
  { where: 'zod, uuid()', regex: z.regexes.uuid() },
]

/** What people write to make a matcher go back: pieces that classes have in common. */
const PIECES = [
  'a',
  'A',
  '0',
  '1',
  ' ',
  '\n',
  '\t',
  '-',
  '_',
  '.',
  ':',
  '/',
  '\\',
  '@',
  '+',
  '=',
  ',',
  '(',
  '\u0000',
  '\ud800',
  'ab',
  'a.',
  '/:',
  ', ',
]

/** Texts that begin as the pattern wants, repeat a piece of that, or any piece, and end in what it does not want. */
function attacks(regex: RegExp): ((length: number) => string)[] {
  const plain = new RegExp(regex.source.replaceAll(/\(\?<?[=!](?:[^()]|\([^()]*\))*\)/g, ''), regex.flags.replaceAll(/[gi]/g, ''))
  let samples: string[] = ['']
  try {
    samples = ['', ...fc.sample(fc.stringMatching(plain, { size: 'small' }), { seed: SEED, numRuns: 6 })]
  } catch {
    // Of what cannot be made up, the pieces alone.
  }
  const cuts = samples.flatMap((sample) => {
    const places = [0, 1, 2, Math.floor(sample.length / 2), sample.length - 1, sample.length].filter((at) => at >= 0 && at <= sample.length)
    return [...new Set(places)].map((at) => ({ head: sample.slice(0, at), own: sample.slice(Math.max(0, at - 1), at + 1) }))
  })
  return cuts.flatMap(({ head, own }) =>
    [own, ...PIECES]
      .filter((piece) => piece !== '')
      .map((piece) => (length: number) => `${head}${piece.repeat(length / piece.length)}\u0001`),
  )
}

const SHORT = 1000
const TIMES = 8
/** Eight times the text may cost some times eight; going back over all of it would cost 64 times and more. */
const MOST = 30
/** Below this a clock tells nothing; going back over all of such a text takes a hundred times as long on any machine. */
const NOTHING_MS = 0.2

function fastest(run: () => unknown, tries: number): number {
  let best = Number.POSITIVE_INFINITY
  for (let count = 0; count < tries; count += 1) {
    const from = performance.now()
    run()
    best = Math.min(best, performance.now() - from)
  }
  return best
}

/** The text that costs far more than its length, and how much more; `null`: there is none. */
function slowest(match: (text: string) => unknown, texts: ((length: number) => string)[], from = SHORT): string | null {
  for (const text of texts) {
    const [short, long] = [text(from), text(from * TIMES)]
    if (fastest(() => match(long), 1) < NOTHING_MS) continue
    const ratio = fastest(() => match(long), 4) / fastest(() => match(short), 8)
    if (ratio > MOST) return `${JSON.stringify(long.slice(0, 30))}: ${Math.round(ratio)} times`
  }
  return null
}

describe('a regular expression', () => {
  it.each(PATTERNS.map(({ where, regex }) => [`${where} ${regex.source}`, regex] as const))(
    '%s takes a time that grows with the text, not with its square',
    (_name, regex) => {
      expect(slowest((text) => text.replace(regex, ''), attacks(regex))).toBeNull()
    },
  )

  it('that is made of others’ parts is looked at by hand: these are all', () => {
    expect(FILES.flatMap(({ built }) => built).toSorted()).toEqual([
      expect.stringContaining('scripts/stack/inherited.ts'),
      'worker/harmless.ts: new RegExp( [ String.raw`<Buffer[^>]*>?`',
      'worker/http/server.ts: new RegExp(`^${pattern.replaceAll(/:[a-z',
    ])
  })

  it('that looks for secrets in a text sees a bounded piece of it, so that no text makes a log line slow', () => {
    // What is longer is cut before it is looked at.
    expect(slowest(harmlessText, attacks(/eyJ/), 250)).toBeNull()
  })

  it.each([/\s+$/, /(.*),(.*)=$/, /^(?:0|0 )* ?0*:$/])('such as %s, that goes back, is found by this test', (bad) => {
    expect(slowest((text) => text.replace(bad, ''), attacks(bad))).toContain('times')
  })
})

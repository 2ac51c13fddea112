import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { printReport } from '../../scripts/doctor/table.ts'
import { consoleLine } from '../../scripts/stack/console-lines.ts'
import { log as logAtTheEdge } from '../../supabase/functions/whatsapp-session/log.ts'
import { createLog, reasonOf } from '../../worker/log.ts'
import type { Report } from '../../worker/reconcile/report.ts'

const SEED = 5
/** What ends a line, moves a cursor, colours, sets a title, links, turns the direction of writing, breaks JSON, or is too much. */
const EVIL: readonly string[] = [
  'a\nb',
  'a\r\n{"level":60,"msg":"forged"}',
  '\u001b[2J\u001b[1;1H',
  '\u001b]0;title\u0007',
  '\u001b]8;;http://x\u0007y\u001b]8;;\u0007',
  '\u009b31m',
  'a\u2028b',
  'a\u2029b',
  '\u202egnp.exe',
  '\u2066x\u2069',
  '"},"level":60,"x":{"',
  String.raw`\u000a`,
  '\u0000',
  '\u007f',
  '\ud800',
  '__proto__',
  'valueOf',
  'x'.repeat(100_000),
]
const evil = fc.oneof(
  fc.constantFrom(...EVIL),
  fc.array(fc.constantFrom(...EVIL), { maxLength: 4 }).map((parts) => parts.join(' ')),
  fc.string({ unit: 'binary' }),
)
/** As `printable` and the log see it. */
const UNFIT = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u

function written(text: string): string[] {
  let out = ''
  const log = createLog('trace', 'test', { write: (line: string) => void (out += line) })
  log.warn({ name: text, nested: { reason: text, list: [text] }, error: reasonOf(new Error(text)), [text]: 1 }, text)
  log.child({ session: text }).error({ error: new Error(text) }, 'said')
  return out.split('\n').filter((line) => line !== '')
}

describe('whatever a text from outside holds', () => {
  it('a line of the log stays one line, bounded, whole JSON and fit to be printed', () => {
    fc.assert(
      fc.property(evil, (text) => {
        const lines = written(text)
        expect(lines).toHaveLength(2)
        for (const line of lines) {
          expect([line.length < 10_000, UNFIT.test(line), (JSON.parse(line) as { level: number }).level < 60]).toEqual([true, false, true])
        }
      }),
      { seed: SEED, numRuns: 200 },
    )
  })

  it('a line of the edge function’s log stays one, too', () => {
    const lines: string[] = []
    const printed = vi.spyOn(console, 'error').mockImplementation((line: string) => void lines.push(line))
    fc.assert(
      fc.property(evil, (text) => {
        lines.length = 0
        logAtTheEdge('error', { request: text, because: text, session: null, status: 500 }, 'a call was answered')
        expect(lines).toHaveLength(1)
        const [line = ''] = lines
        expect([line.length < 5000, UNFIT.test(line), JSON.parse(line)]).toEqual([
          true,
          false,
          expect.objectContaining({ level: 50, status: 500 }),
        ])
      }),
      { seed: SEED, numRuns: 200 },
    )
    printed.mockRestore()
  })

  it('a line on the console of npm start stays one line, whether a part of ours says it or another program', () => {
    fc.assert(
      fc.property(evil, (text) => {
        for (const line of [...written(text), text, JSON.stringify({ level: 50, msg: text, reason: text })]) {
          const shown = consoleLine(line, 'stderr') ?? ''
          expect([UNFIT.test(shown), shown.length < 120_000]).toEqual([false, true])
        }
      }),
      { seed: SEED, numRuns: 200 },
    )
  })

  it('a name in the data folder is text in what the doctor prints, and makes no line of its own', () => {
    const report = (path: string): Report => ({
      takenAt: '2026-01-01T00:00:00.000Z',
      worker: 'none',
      database: { reachable: false, reason: path },
      alarm: null,
      findings: [{ sessionId: null, place: 'folder', finding: 'stray', action: 'report', reason: path, generation: null, item: path }],
      inventory: { sessions: [], strays: [{ path, what: 'x' }] },
      moved: null,
    })
    const usual = printReport(report('x'), false).split('\n').length
    fc.assert(
      fc.property(evil, (path) => {
        const lines = printReport(report(path), false).split('\n')
        expect([lines.length, lines.filter((line) => UNFIT.test(line))]).toEqual([usual, []])
      }),
      { seed: SEED, numRuns: 100 },
    )
  })
})

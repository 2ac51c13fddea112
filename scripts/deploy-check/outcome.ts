/**
 * What became of one check. `passed` says what was looked at, each of `findings` names a place and what to do, and `untried` says why nothing
 * was looked at, so that no silence passes for a yes.
 */
export type Outcome = { kind: 'passed'; says: string } | { kind: 'failed'; findings: readonly string[] } | { kind: 'untried'; why: string }
export type Check = { name: string; run(): Promise<Outcome> }

/** `passed` where there are no findings. */
export function judged(findings: readonly string[], says: string): Outcome {
  return findings.length === 0 ? { kind: 'passed', says } : { kind: 'failed', findings }
}

const NAME_WIDTH = 23

/** The lines of one check: one, or one for each finding. */
export function linesOf(name: string, outcome: Outcome): string[] {
  const line = (mark: string, text: string) => `${mark.padEnd(8)} ${name.padEnd(NAME_WIDTH)} ${text}`
  if (outcome.kind === 'passed') return [line('ok', outcome.says)]
  if (outcome.kind === 'untried') return [line('untried', outcome.why)]
  return outcome.findings.map((finding) => line('FAILED', finding))
}

/** The last line: how many of each kind there were. */
export function closingLine(outcomes: readonly Outcome[]): string {
  const count = (kind: Outcome['kind']) => outcomes.filter((outcome) => outcome.kind === kind).length
  return `deploy:check: ${count('passed')} passed, ${count('failed')} failed, ${count('untried')} not tried`
}

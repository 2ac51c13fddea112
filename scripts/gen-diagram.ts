import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { IS_LINKED, SESSION_STATES, TRANSITIONS } from '#domain/session.ts'
import { ROOT } from './stack/layout.ts'

const FILE = 'docs/reference/lifecycle.md'
const BEGIN = '<!-- diagram: made from domain/session.ts by `npm run gen:diagram`; do not edit -->'
const END = '<!-- /diagram -->'

/** The table of transitions as a Mermaid state diagram: one arrow for each pair of states, with all events that lead along it. */
export function stateDiagram(): string {
  const arrows = SESSION_STATES.flatMap((from) => {
    const events = Object.entries(TRANSITIONS[from])
    return [...new Set(events.map(([, to]) => to))].map((to) => {
      const along = events.filter(([, target]) => target === to).map(([event]) => event)
      return `  ${from} --> ${to}: ${along.join(', ')}`
    })
  })
  const linked = SESSION_STATES.filter((state) => IS_LINKED[state])
  return ['stateDiagram-v2', ...arrows, '  classDef linked stroke-width:3px', `  class ${linked.join(', ')} linked`].join('\n')
}

/** `page` with the diagram between its markers. Throws where the page has none. */
export function withDiagram(page: string): string {
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`${FILE} has no place for the diagram: its markers are missing`)
  return `${page.slice(0, begin)}${BEGIN}\n\n\`\`\`mermaid\n${stateDiagram()}\n\`\`\`\n\n${page.slice(end)}`
}

if (import.meta.main) {
  const stored = readFileSync(join(ROOT, FILE), 'utf8')
  const wanted = withDiagram(stored)
  if (!process.argv.includes('--check')) writeFileSync(join(ROOT, FILE), wanted)
  else if (stored !== wanted) {
    console.error(`${FILE} does not match domain/session.ts: run "npm run gen:diagram" and commit the result`)
    process.exitCode = 1
  }
}

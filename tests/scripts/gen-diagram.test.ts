import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { SESSION_EVENTS, SESSION_STATES, nextState } from '#domain/session.ts'
import { stateDiagram, withDiagram } from '../../scripts/gen-diagram.ts'
import { ROOT } from '../../scripts/stack/layout.ts'

/** What a reader of the diagram would say: from, event, to. */
function readDiagram(text: string): string[] {
  return [...text.matchAll(/^ {2}(\w+) --> (\w+): (.+)$/gm)].flatMap(([, from, to, events]) =>
    (events ?? '').split(', ').map((event) => `${from} ${event} ${to}`),
  )
}

it('draws every transition that there is, and no other', () => {
  const known = SESSION_STATES.flatMap((state) =>
    SESSION_EVENTS.flatMap((event) => {
      const next = nextState(state, event)
      return next ? [`${state} ${event} ${next}`] : []
    }),
  )
  expect(readDiagram(stateDiagram()).toSorted()).toEqual(known.toSorted())
})

it('stands in the docs as it is now', () => {
  const page = readFileSync(join(ROOT, 'docs/reference/lifecycle.md'), 'utf8')
  expect(withDiagram(page)).toBe(page)
  const outdated = page.replace('link_cancelled', 'link_forgotten')
  expect(outdated).not.toBe(page)
  expect(withDiagram(outdated)).toBe(page)
})

it('refuses a page that has no place for it', () => {
  expect(() => withDiagram('# A page\n')).toThrow('markers are missing')
})

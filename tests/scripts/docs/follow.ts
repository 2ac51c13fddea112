import { dirname, join } from 'node:path'
import postgres from 'postgres'
import { readPage, sectionOf } from '../../support/markdown.ts'
import { hasExcerpt } from './excerpt.ts'
import type { Hands } from './hands.ts'
import type { Place } from './place.ts'
import { openShell } from './shell.ts'
import { firstCommand, type Step, storyOf } from './story.ts'

/**
 * Does what a page says, from its top to its end, in one shell.
 * @throws when a command fails, when it prints something else than the page says, or when the page does not name what is to be clicked.
 */
export async function follow(file: string, place: Place, hands: Hands): Promise<void> {
  const page = readPage(file)
  const shell = openShell(place.folder, place.env)
  const sql = postgres(place.databaseUrl, { max: 1, onnotice: () => {} })

  const outputOf = async ({ kind, mark, text }: Extract<Step, { text: string }>): Promise<string> => {
    if (kind === 'sql') return JSON.stringify(await sql.unsafe(text), null, 1)
    if (mark === null) return shell.run(place.here(text))
    // What is marked so was run before the first page: all of them share it.
    if (!/^(?:npm ci && )?npm start$/.test(firstCommand(text))) throw new Error(`"${firstCommand(text)}" does not start a Latchkey`)
    return place.printed()
  }
  const take = async (step: Step): Promise<void> => {
    if (step.kind === 'hand') {
      const unnamed = (await hands.do(step.name)).filter((name) => !page.includes(`**${name}**`))
      if (unnamed.length > 0) throw new Error(`line ${step.line}: the page does not tell to click ${unnamed.join(', ')}`)
    } else if (step.kind === 'after') {
      const section = sectionOf(readPage(join(dirname(file), step.page)), step.section)
      for (const one of storyOf(section)) await take(one)
    } else if (step.mark === null || step.mark === 'start') {
      const output = await outputOf(step)
      if (step.expected !== null && !hasExcerpt(output, place.here(step.expected))) {
        throw new Error(`line ${step.line} promises\n${step.expected}\nbut what comes is\n${output}`)
      }
    }
  }
  try {
    for (const step of storyOf(page)) await take(step)
  } finally {
    await sql.end()
    await shell.close()
  }
}

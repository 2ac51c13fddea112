import { dirname, join } from 'node:path'
import postgres from 'postgres'
import { readPage, sectionOf } from '../../support/markdown.ts'
import { hasExcerpt } from './excerpt.ts'
import type { Hands } from './hands.ts'
import type { Copy, Place } from './place.ts'
import { openShell } from './shell.ts'
import { firstCommand, type Step, storyOf } from './story.ts'

/** The project, the Latchkey that all pages share, and somebody at a browser. */
export type Reader = { copy: Copy; shared: Place; hands: Hands }

/** What a page begins with: by itself the Latchkey that runs already, with arguments one of its own. */
const START = /^(?:npm ci && )?npm start(?: -- (.+))?$/

/**
 * Does what a page says, from its top to its end, in one shell.
 * @throws when a command fails, when it prints something else than the page says, or when the page does not name what is to be clicked.
 */
export async function follow(file: string, { copy, shared, hands }: Reader): Promise<void> {
  const page = readPage(file)
  const story = storyOf(page)
  const own = story.find((step) => 'mark' in step && step.mark === 'start')
  const args = own && 'text' in own ? START.exec(firstCommand(own.text)) : START.exec('npm start')
  if (!args) throw new Error('what is marked as a start is none')
  const place = args[1] === undefined ? shared : await copy.start(args[1].split(' '))
  const shell = openShell(place.folder, place.env)
  const sql = postgres(place.databaseUrl, { max: 1, onnotice: () => {} })

  const outputOf = async ({ kind, mark, text }: Extract<Step, { text: string }>): Promise<string> => {
    if (mark === 'start') return place.printed()
    return kind === 'sql' ? JSON.stringify(await sql.unsafe(text), null, 1) : shell.run(place.here(text))
  }
  const take = async (step: Step): Promise<void> => {
    if (step.kind === 'hand') {
      const unnamed = (await hands.do(step.name, place)).filter((name) => !page.includes(`**${name}**`))
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
    for (const step of story) await take(step)
  } finally {
    await sql.end()
    await shell.close()
    if (place !== shared) await place.stop()
  }
}

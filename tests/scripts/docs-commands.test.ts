import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { markdownFiles, readPage } from '../support/markdown.ts'
import { follow } from './docs/follow.ts'
import { readyHands } from './docs/hands.ts'
import { NOT_RUN_HERE } from './docs/not-run-here.ts'
import { type Copy, copyProject, type Place } from './docs/place.ts'
import { faultsOf, firstCommand, storyOf } from './docs/story.ts'

const ROOT = join(import.meta.dirname, '../..')
const PAGES = markdownFiles()
/** Bounds for what hangs: a page takes seconds. */
const OPEN_MS = 300_000
const PAGE_MS = 300_000

/** The tutorial begins with nothing, so it goes first. */
const isTutorial = (page: string) => page.startsWith('docs/tutorial/')
const TOLD = PAGES.filter((page) => storyOf(readPage(page)).length > 0).toSorted((a, b) => Number(isTutorial(b)) - Number(isTutorial(a)))

describe('the blocks of every page', () => {
  it.each(PAGES)('%s holds only what is run, shown, or marked with a mark that there is', (page) => {
    expect(faultsOf(readPage(page))).toEqual([])
  })

  const marked = PAGES.flatMap((page) =>
    storyOf(readPage(page)).flatMap((step) =>
      'mark' in step && step.mark !== null && step.mark !== 'start' ? [{ page, command: firstCommand(step.text), mark: step.mark }] : [],
    ),
  )

  it('are on the list with a reason where they are not run, and the list has no others', () => {
    const key = ({ page, command, mark }: { page: string; command: string; mark: string }) => `${page}, ${mark}: ${command}`
    expect(NOT_RUN_HERE.map(key).toSorted()).toEqual(marked.map(key).toSorted())
    expect(NOT_RUN_HERE.filter((entry) => entry.mark !== 'covered' && entry.reason.trim().length < 20)).toEqual([])
  })

  it('are run by the very file that the list names, where another one runs them', () => {
    const covered = NOT_RUN_HERE.filter((entry) => entry.mark === 'covered')
    const lost = covered.filter(({ by, names }) => !existsSync(join(ROOT, by)) || !readFileSync(join(ROOT, by), 'utf8').includes(names))
    expect(lost).toEqual([])
  })
})

describe('what the pages have their reader do', () => {
  let copy: Copy
  let shared: Place
  const hands = readyHands()
  beforeAll(async () => {
    copy = await copyProject()
    shared = await copy.start([])
  }, OPEN_MS)
  afterAll(async () => {
    await hands.close()
    await shared?.stop()
    await copy?.remove()
  }, OPEN_MS)

  it.each(TOLD)(
    'comes out as %s says',
    async (page) => {
      await expect(follow(page, { copy, shared, hands })).resolves.toBeUndefined()
    },
    PAGE_MS,
  )
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runChild } from '../../scripts/prove/child.ts'
import { BUGS, ROTTEN, plantIn } from './bugs.ts'
import { tryBug } from './try-bug.ts'

const ROOT = join(import.meta.dirname, '../..')
const bugNamed = (name: string) => {
  const bug = BUGS.find((one) => one.name === name)
  if (!bug) throw new Error(`no bug is called ${name}`)
  return bug
}

describe('planted bugs', () => {
  it.each(BUGS.map((bug) => [bug.name, bug] as const))('%s: can still be planted, in one place each', (_name, bug) => {
    for (const { file } of bug.edits) {
      const source = readFileSync(join(ROOT, file), 'utf8')
      const planted = plantIn(source, bug, file)
      expect(planted).toMatchObject({ ok: true })
      expect(planted.ok && planted.source).not.toBe(source)
    }
  })

  it('have names of their own, and break a rule of the book', () => {
    expect(new Set(BUGS.map(({ name }) => name)).size).toBe(BUGS.length)
    const book = readFileSync(join(ROOT, 'docs/reference/lifecycle.md'), 'utf8')
    for (const rule of BUGS.flatMap((bug) => bug.rule.split(', '))) expect(book).toContain(rule)
  })

  it('that rot are not planted', () => {
    const bug = { ...bugNamed('no fence'), edits: [{ file: 'a.ts', find: 'x', replace: 'y' }] }
    expect(plantIn('no such line', bug, 'a.ts')).toMatchObject({ ok: false })
    expect(plantIn('x and x', bug, 'a.ts')).toMatchObject({ ok: false })
    expect(plantIn('one x $&', bug, 'a.ts')).toEqual({ ok: true, source: 'one y $&' })
  })

  it('that do not exist, or whose file is never loaded, end the process unlike a red proof', async () => {
    const plant = ['--import', './tests/planted-bugs/plant.ts', '-e', '0']
    expect((await runChild(plant, { env: { PLANTED_BUG: 'no such bug' } })).code).toBe(ROTTEN)
    expect((await runChild(plant, { env: { PLANTED_BUG: 'no fence' } })).code).toBe(ROTTEN)
  })

  it.each(['no fence', 'confirmed is claimed without an answer', 'a second clear of a session is ignored'])(
    '"%s" turns the proof red',
    async (name) => {
      expect((await tryBug(bugNamed(name))).by).not.toBeNull()
    },
  )
})

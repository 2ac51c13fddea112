/**
 * Tests the tests: `node tests/planted-bugs/main.ts`. Each bug of `bugs.ts` is planted into the worker, and the proof has to turn red; without
 * one it has to be green. `--only <part of a name>`: some of them. The last line is JSON; exits with 1 when a bug gets through.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { inParallel } from '../../scripts/prove/child.ts'
import { BUGS } from './bugs.ts'
import { controls, tryBug } from './try-bug.ts'

const { values } = parseArgs({ options: { only: { type: 'string', default: '' }, 'no-controls': { type: 'boolean', default: false } } })
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const bugs = BUGS.filter(({ name }) => name.includes(values.only))
const red = values['no-controls'] ? [] : await controls()
for (const line of red) say(line)
const tried = await inParallel(bugs, availableParallelism(), async (bug) => {
  // One that cannot be tried is as bad as one that gets through, and must not hide the others.
  const result = await tryBug(bug).catch((error: Error) => {
    say(error.message)
    return { name: bug.name, rule: bug.rule, by: null, after: 'no proof at all' }
  })
  say(
    `${result.by === null ? 'NOT CAUGHT' : 'caught'}: ${result.name} (${result.rule}), after ${result.after}${result.by ? `: ${result.by.slice(0, 160)}` : ''}`,
  )
  return result
})
const caught = tried.filter(({ by }) => by !== null).length
const through = tried.flatMap(({ name, by }) => (by === null ? [name] : []))
say(JSON.stringify({ caught, total: bugs.length, through, controls: red }))
process.exit(caught === bugs.length && red.length === 0 && bugs.length > 0 ? 0 : 1)

/**
 * Preload: plants the bug that `PLANTED_BUG` names into the worker's source while it is loaded, never on disk. A bug whose lines are no
 * longer there exactly once, or whose file was never loaded, ends the process with 70: a bug that rots must not look as if it were caught.
 */
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { BUGS, ROTTEN, plantIn } from './bugs.ts'

const name = process.env['PLANTED_BUG']
const bug = BUGS.find((one) => one.name === name)
const fail = (words: string): never => {
  process.stderr.write(`${words}\n`)
  process.exit(ROTTEN)
}
if (!bug) fail(`there is no bug called "${name}"`)
else {
  const waiting = new Map(bug.edits.map(({ file }) => [new URL(`../../${file}`, import.meta.url).href, file]))
  registerHooks({
    load(url, context, nextLoad) {
      const file = waiting.get(url)
      if (file === undefined) return nextLoad(url, context)
      waiting.delete(url)
      const planted = plantIn(readFileSync(new URL(url), 'utf8'), bug, file)
      return planted.ok ? { format: 'module-typescript', source: planted.source, shortCircuit: true } : fail(planted.reason)
    },
  })
  process.on('exit', () => {
    if (waiting.size === 0) return
    process.stderr.write(`never loaded: ${[...waiting.values()].join(', ')}\n`)
    process.exitCode = ROTTEN
  })
}

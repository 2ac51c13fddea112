/**
 * Proves that gone means gone: `npm run prove`. Runs the simulation's histories, all crash points, both again for workers that share a database, the kill loop and the planted bugs, prints
 * where the minutes go, and as its last line the figures as one JSON object. Exits with 1 when anything is not as it must be.
 *
 * `--quick`: a small budget. `--only <part>`: one of planted-bugs, histories, crash-points, fleet, kills. `--seed <number>`: another world.
 */
import { parseArgs } from 'node:util'
import { figuresOf, isProven, tableOf } from './prove/outcome.ts'
import { PARTS } from './prove/parts.ts'
import type { Budget, PartName, Proven } from './prove/parts.ts'

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' }, seed: { type: 'string', default: '1' } },
})
const names = Object.keys(PARTS) as PartName[]
const wanted = names.filter((name) => values.only === undefined || name === values.only)
const seed = Number(values.seed)
if (wanted.length === 0 || !Number.isSafeInteger(seed)) {
  console.error(`--only takes one of ${names.join(', ')}; --seed takes a whole number`)
  process.exit(2)
}

const budget: Budget = values.quick
  ? { histories: 500, fleetHistories: 200, kills: 20, bugs: 'tombstone', seed }
  : { histories: 10_000, fleetHistories: 6000, kills: 500, bugs: '', seed }
const begun = performance.now()
const say = (line: string): void => console.log(`${String(Math.round((performance.now() - begun) / 1000)).padStart(5)} s  ${line}`)
say(`the seed is ${seed}: npm run prove -- --seed ${seed}${values.quick ? ' --quick' : ''}`)

const proven: Proven[] = []
const rows: { part: string; seconds: number; result: string }[] = []
for (const part of wanted) {
  const since = performance.now()
  const result = await PARTS[part](budget, (line) => say(`${part}: ${line}`))
  proven.push(result)
  for (const problem of result.problems) say(`${part}: RED: ${problem}`)
  rows.push({ part, seconds: (performance.now() - since) / 1000, result: result.problems.length === 0 ? 'green' : 'RED' })
}

console.log(`\n${tableOf(rows)}\n`)
console.log(JSON.stringify(figuresOf(proven)))
process.exitCode = isProven(proven) ? 0 : 1

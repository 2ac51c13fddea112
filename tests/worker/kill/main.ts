/**
 * One lane of the kill loop as a process of its own: `node tests/worker/kill/main.ts --kills 250 --seed 1`. Each kill is a line of output,
 * the last line is the result as JSON. Exits with 1 when anything is not as it must be.
 */
import { parseArgs } from 'node:util'
import { runLane } from './lane.ts'

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '10' }, seed: { type: 'string', default: '1' }, bug: { type: 'string' } },
})
// libsignal, as the simulated phones use it, tells of its sessions through the console; this process speaks in its own lines only.
const nothing = (): void => {}
Object.assign(console, { debug: nothing, info: nothing, log: nothing, warn: nothing, error: nothing })
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const result = await runLane({
  kills: Number(values.kills),
  seed: Number(values.seed),
  bug: values.bug,
  onKill: (kill) => say(`kill ${kill}`),
})
say(JSON.stringify(result))
const wrong = result.resurrections.length + result.orphans.length + result.lostOrders.length + result.failures.length
process.exit(wrong > 0 || result.kills < Number(values.kills) ? 1 : 0)

/**
 * `npm start`: everything on one origin of this machine. `npm start -- --live` uses the real WhatsApp, with a data folder of its own;
 * `-- --workers 3` runs three workers that take each other's sessions over, with another.
 */
import { enableCompileCache } from 'node:module'
import { COMPILE_CACHE } from './stack/layout.ts'
import { StartError } from './stack/start-error.ts'
import type { Stack } from './stack/stack.ts'

enableCompileCache(COMPILE_CACHE)

const starting = new AbortController()
let stack: Stack | null = null

/** Ctrl-C reaches this process twice, from the terminal and from npm; only one that comes later than that is a second Ctrl-C, milliseconds. */
const ECHO_MS = 1000
let askedAt: number | null = null

async function end(): Promise<void> {
  if (askedAt !== null) {
    // Somebody is in a hurry: what still runs is ended by the guardian.
    if (performance.now() - askedAt > ECHO_MS) process.exit(1)
    return
  }
  askedAt = performance.now()
  starting.abort(new StartError('Stopped before it was ready.'))
  if (!stack) return
  console.log('Stopping.')
  await stack.stop()
  process.exit(0)
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end())

/** Each with the number of its process, for who wants to see one killed. */
function workersOf(parts: Stack['parts']): string[] {
  const pids = [parts.worker.pid, parts['worker-2'].pid, parts['worker-3'].pid]
  return pids.flatMap((pid, index) => (pid === null ? [] : [`worker-${index + 1} (process ${pid})`]))
}

function tell({ url, phoneUrl, login, parts, built }: Stack): void {
  const seconds = (performance.now() / 1000).toFixed(1)
  console.log(`\nLatchkey is ready after ${seconds} s${built ? ', the build of the page included' : ''}.\n`)
  console.log(`  Page      ${url}`)
  console.log(`  Sign in   ${login.email}`)
  console.log(`  Password  ${login.isCurrent ? login.password : 'the one you chose (npm run reset-password gives you another)'}`)
  console.log(phoneUrl ? `  Phone     ${phoneUrl}  (simulated: scan the QR there)` : '  WhatsApp  the real one: scan the QR with a phone')
  console.log(`  API       ${url}/api-docs/`)
  if (parts['worker-2'].pid !== null) console.log(`  Workers   ${workersOf(parts).join(', ')}`)
  console.log('\nCtrl-C stops it.\n')
}

try {
  // Only now, so that the cache serves them too.
  const [{ startSettings }, { startStack }] = await Promise.all([import('./stack/start-settings.ts'), import('./stack/stack.ts')])
  const settings = startSettings(process.argv.slice(2), process.env)
  stack = await startStack({ ...settings, log: (line) => console.log(line), signal: starting.signal })
  tell(stack)
} catch (error) {
  console.error(error instanceof StartError ? error.message : error)
  process.exit(1)
}

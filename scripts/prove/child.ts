import { spawn } from 'node:child_process'
import { ROOT } from '../stack/layout.ts'

/** How a child process ended. `last`: its last line as JSON, `null` where it is none. */
export type Ended = { code: number | null; lines: string[]; last: unknown; errors: string }

/** No line of a proof is this long but a result; and no failing one needs more lines to be understood. */
const MAX_LINES = 2000

/** Runs a TypeScript file of this project as a process of its own, until it ends. It ends with this process, whatever happens. */
export function runChild(
  args: readonly string[],
  options: { env?: Record<string, string>; onLine?: (line: string) => void } = {},
): Promise<Ended> {
  const { env = {}, onLine = () => {} } = options
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    const kill = (): void => void child.kill('SIGKILL')
    process.once('exit', kill)
    const lines: string[] = []
    let rest = ''
    let errors = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const parts = (rest + chunk).split('\n')
      rest = parts.pop() ?? ''
      for (const line of parts) {
        lines.push(line)
        if (lines.length > MAX_LINES) lines.shift()
        onLine(line)
      }
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors = (errors + chunk).slice(-4000)))
    child.once('error', reject)
    child.once('close', (code) => {
      process.off('exit', kill)
      if (rest !== '') lines.push(rest)
      resolve({ code, lines, last: jsonOf(lines.at(-1)), errors })
    })
  })
}

function jsonOf(line: string | undefined): unknown {
  try {
    return JSON.parse(line ?? '')
  } catch {
    return null
  }
}

/** Does `work` for each item, at most `atOnce` at a time; results in the order of the items. */
export async function inParallel<T, R>(items: readonly T[], atOnce: number, work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const waiting = [...items.entries()]
  const next = async (): Promise<void> => {
    for (let entry = waiting.shift(); entry; entry = waiting.shift()) results[entry[0]] = await work(entry[1], entry[0])
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, next))
  return results
}

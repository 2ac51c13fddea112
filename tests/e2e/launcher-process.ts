import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const SCRIPTS = join(import.meta.dirname, '../../scripts')

export type LauncherProcess = {
  pid: number
  url: string
  /** All that it printed so far. */
  output(): string
  /** Waits until it printed this. */
  says(text: string | RegExp): Promise<void>
  /** Settles with the exit code; `null` when it was killed. */
  exited: Promise<number | null>
  signal(name: NodeJS.Signals): void
}

/** Runs `npm start` as a process of its own, as a person does. */
export function launch(port: number, dataDir: string, args: string[] = [], environment: Record<string, string> = {}): LauncherProcess {
  const child = spawn(process.execPath, [join(SCRIPTS, 'start.ts'), ...args], {
    env: { ...process.env, PORT: String(port), LATCHKEY_DATA: dataDir, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  let ended = false
  const exited = once(child, 'close').then(([code]) => {
    ended = true
    return code as number | null
  })
  return {
    pid: child.pid ?? 0,
    url: `http://127.0.0.1:${port}`,
    output: () => output,
    async says(text) {
      const isSaid = () => (typeof text === 'string' ? output.includes(text) : text.test(output))
      while (!isSaid()) {
        if (ended) throw new Error(`the launcher ended without saying "${text}":\n${output}`)
        await sleep(20)
      }
    },
    exited,
    signal: (name) => child.kill(name),
  }
}

/** Runs `npm run reset-password`; resolves to what it printed. */
export async function resetPassword(dataDir: string): Promise<string> {
  const { stdout } = await run(process.execPath, [join(SCRIPTS, 'reset-password.ts')], { env: { ...process.env, LATCHKEY_DATA: dataDir } })
  return stdout
}

/** One field of every process. */
async function processField(field: 'ppid' | 'stat' | 'args'): Promise<Map<number, string>> {
  const { stdout } = await run('ps', ['-A', '-ww', '-o', `pid=,${field}=`])
  const lines = stdout.split('\n').flatMap((line) => /^ *(\d+) +(.*)$/.exec(line) ?? [])
  const pairs: [number, string][] = []
  for (let at = 0; at < lines.length; at += 3) pairs.push([Number(lines[at + 1]), lines[at + 2] ?? ''])
  return new Map(pairs)
}

/** The command line of every process. */
export function commandLines(): Promise<Map<number, string>> {
  return processField('args')
}

/** The processes below one, all the way down. */
export async function descendants(pid: number): Promise<number[]> {
  const parents = [...(await processField('ppid'))]
  const found = [pid]
  for (const parent of found) found.push(...parents.filter(([, ppid]) => Number(ppid) === parent).map(([child]) => child))
  return found.slice(1)
}

/** Those that still run; one that has ended and was not collected yet does not count. */
export async function running(pids: number[]): Promise<number[]> {
  const states = await processField('stat')
  return pids.filter((pid) => states.has(pid) && !states.get(pid)?.startsWith('Z'))
}

/** Waits until none of them runs any more. */
export async function allEnded(pids: number[], seconds: number): Promise<number[]> {
  const until = Date.now() + seconds * 1000
  let left = await running(pids)
  while (left.length > 0 && Date.now() < until) {
    await sleep(100)
    left = await running(pids)
  }
  return left
}

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import type { ChildCommand } from '../../scripts/stack/children.ts'
import { eventually } from '../../tests/worker/support/eventually.ts'

const READY_MS = 30_000
const STOP_MS = 5000

export type Part = { pid: number; log(): string; stop(): Promise<void> }

/**
 * Starts a part of the stack as a process of its own and waits until `url` answers with success. What it prints goes to
 * `logFile`, so that reading it costs nobody any time. It ends with this process whatever happens.
 */
export async function startPart(name: string, { command, args, env }: ChildCommand, url: string, logFile: string): Promise<Part> {
  const output = openSync(logFile, 'a')
  const child: ChildProcess = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', output, output] })
  closeSync(output)
  const log = () => readFileSync(logFile, 'utf8')
  const ended = () => child.exitCode !== null || child.signalCode !== null
  const exited = once(child, 'exit')
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  const stop = async () => {
    process.off('exit', kill)
    if (ended()) return
    child.kill('SIGTERM')
    const timer = setTimeout(kill, STOP_MS)
    await exited
    clearTimeout(timer)
  }
  try {
    let asked = 0
    await eventually(async () => {
      asked += 1
      if (ended()) return
      const answer = await fetch(url)
      await answer.body?.cancel()
      if (!answer.ok) throw new Error(`the ${name} was not ready after ${asked} questions`)
    }, READY_MS)
    if (ended() || child.pid === undefined) throw new Error(`the ${name} ended at once`)
    return { pid: child.pid, log, stop }
  } catch (error) {
    await stop()
    throw new Error(`${error instanceof Error ? error.message : String(error)}. Its last words:\n${log().slice(-2000)}`, { cause: error })
  }
}

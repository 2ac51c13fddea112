import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { consoleLine } from './console-lines.ts'
import type { Guardian } from './guardian.ts'
import { inherited } from './inherited.ts'
import type { LogFile } from './log-file.ts'
import { printable } from './printable.ts'
import { StartError } from './start-error.ts'

export type ChildCommand = { command: string; args: string[]; env: Record<string, string> }

export type ChildOptions = ChildCommand & {
  name: string
  /** Whether it can be used by now. Asked again and again after each start; a rejection means "not yet". */
  isReady: () => Promise<boolean>
  /** Which of the stack's processes end first, see `guardian.ts`. */
  rank: number
  guardian: Guardian
  logFile: LogFile
  /** A line for the console. */
  say: (line: string) => void
}

/** A process that is started again whenever it ends unasked. */
export type Child = {
  readonly pid: number | null
  /** Starts it and waits until it is ready. @throws StartError when it ends before, or takes too long. */
  start(): Promise<void>
  /** Asks it to end, insists after a few seconds, and leaves it ended. */
  stop(): Promise<void>
  /** Kills it as a crash would (SIGKILL): it is started again. */
  kill(): void
}

const READY_SECONDS = 30
const STOP_SECONDS = 5
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 10_000
/** A process that lived this long did not fail at its start: the pauses begin anew. */
const STEADY_MS = 30_000

export function superviseChild(options: ChildOptions): Child {
  const { name, guardian, logFile, say } = options
  let current: ChildProcess | null = null
  let wanted = false
  let failures = 0
  let pause = new AbortController()
  const lastLines: string[] = []

  function keepLine(line: string, from: 'stdout' | 'stderr'): void {
    logFile.write(line)
    lastLines.push(printable(line))
    if (lastLines.length > 20) lastLines.shift()
    const shown = consoleLine(line, from)
    if (shown !== null) say(`[${name}] ${shown}`)
  }

  function launch(): ChildProcess {
    const began = Date.now()
    const child = spawn(options.command, options.args, {
      env: { ...inherited(process.env), ...options.env },
      // In a process group of its own: Ctrl-C is for the launcher, which ends the parts in their order.
      detached: true,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    current = child
    if (child.pid) guardian.add(child.pid, options.rank, 'SIGTERM')
    readLines(child.stdout, (line) => keepLine(line, 'stdout'))
    readLines(child.stderr, (line) => keepLine(line, 'stderr'))
    child.once('error', (error) => keepLine(error.message, 'stderr'))
    child.once('exit', (code, signal) => {
      if (child.pid) guardian.remove(child.pid)
      if (current === child) current = null
      logFile.write(`(process ${child.pid} ended: ${signal ?? code})`)
      if (Date.now() - began > STEADY_MS) failures = 0
      if (wanted) void revive(signal ?? `code ${code}`)
    })
    return child
  }

  async function revive(cause: string): Promise<void> {
    const ms = Math.min(FIRST_PAUSE_MS * 2 ** failures++, LONGEST_PAUSE_MS)
    say(`The ${name} ended unexpectedly (${cause}). It is started again in ${ms / 1000} s.`)
    pause = new AbortController()
    await sleep(ms, undefined, { signal: pause.signal }).catch(() => {})
    if (!wanted || current) return
    const child = launch()
    if (await becomesReady(child)) say(`The ${name} is back.`)
  }

  async function becomesReady(child: ChildProcess): Promise<boolean> {
    const until = Date.now() + READY_SECONDS * 1000
    const lives = () => child === current
    for (let wait = 20; Date.now() < until && lives(); wait = Math.min(wait * 1.3, 200)) {
      if (await options.isReady().catch(() => false)) return lives()
      await sleep(wait)
    }
    return false
  }

  return {
    get pid() {
      return current?.pid ?? null
    },
    async start() {
      if (current) return
      const child = launch()
      if (await becomesReady(child)) {
        wanted = child === current
        if (wanted) return
      }
      const cause = child === current ? `was not ready after ${READY_SECONDS} s` : 'ended at once'
      await end(child)
      throw new StartError(`The ${name} ${cause}. Its last lines:\n${lastLines.join('\n')}`)
    },
    async stop() {
      wanted = false
      pause.abort()
      if (current) await end(current)
    },
    kill() {
      current?.kill('SIGKILL')
    },
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const exited = new Promise((done) => child.once('exit', done))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_SECONDS * 1000)
  await exited
  clearTimeout(timer)
}

function readLines(stream: Readable, keep: (line: string) => void): void {
  createInterface({ input: stream }).on('line', keep)
}

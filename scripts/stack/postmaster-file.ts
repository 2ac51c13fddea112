import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const WAIT_SECONDS = 10

/**
 * Clears what a crash left in a data folder. A server that still runs there lost its launcher: it is ended in an orderly
 * way. A `postmaster.pid` whose number another process has by now is removed, for Postgres would refuse to start.
 * The caller holds the lock of the data folder, so nobody else means to use it.
 */
export async function clearStalePostmaster(dataDir: string): Promise<void> {
  const file = join(dataDir, 'postmaster.pid')
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return
  const pid = Number.parseInt(text, 10)
  if (pid > 0 && (await commandLine(pid)).includes(dataDir)) await end(pid)
  await rm(file, { force: true })
}

async function end(pid: number): Promise<void> {
  signal(pid, 'SIGINT')
  for (let waited = 0; waited < WAIT_SECONDS * 10; waited++) {
    if (!signal(pid, 0)) return
    await sleep(100)
  }
  throw new Error(`A Postgres server (process ${pid}) still runs in the data folder and does not end`)
}

/** Whether there was a process to signal. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

/** The command line of a process, empty when there is none or it cannot be told. */
async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') return await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  const answer = await run('ps', ['-p', String(pid), '-o', 'command=']).catch(() => ({ stdout: '' }))
  return answer.stdout
}

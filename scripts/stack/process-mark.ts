import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * When a process began, in whatever form the system tells it: process numbers are used again, this pair is not. Empty when there
 * is no such process, or when it has ended and only waits to be collected by its parent.
 */
export async function processMark(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    // The second field, the name in brackets, may hold blanks; the begin is the 22nd field, the 20th after the name.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? '' : (fields[19] ?? '')
  }
  if (process.platform === 'win32') return isAlive(pid) ? 'alive' : ''
  const answer = await run('ps', ['-p', String(pid), '-o', 'stat=,lstart=']).catch(() => ({ stdout: '' }))
  const [state = '', ...began] = answer.stdout.trim().split(/\s+/)
  return state.startsWith('Z') ? '' : began.join(' ')
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { inherited } from './inherited.ts'

/** Ends the children of a launcher that was killed and could not do it itself. */
export type Guardian = {
  /** Watches over a process. Lower ranks are ended first. */
  add(pid: number, rank: number, signal: 'SIGTERM' | 'SIGINT'): void
  remove(pid: number): void
  stop(): Promise<void>
}

/**
 * Starts the guardian, a process of its own that holds the other end of a pipe: however the launcher ends, the pipe closes. One for all
 * children, instead of a watch inside each, because neither Postgres nor Deno could hold one.
 */
export function startGuardian(): Guardian {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.resolve('./guardian-main.ts'))], {
    env: inherited(process.env),
    detached: true,
    windowsHide: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const exited = once(child, 'exit')
  // Writing to a guardian that died fails: then there is none, which only matters if the launcher is killed as well.
  child.stdin.on('error', () => {})
  child.unref()
  return {
    add: (pid, rank, signal) => child.stdin.write(`add ${pid} ${rank} ${signal}\n`),
    remove: (pid) => child.stdin.write(`remove ${pid}\n`),
    stop: async () => {
      child.ref()
      child.stdin.end()
      await exited
    },
  }
}

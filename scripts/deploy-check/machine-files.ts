import { execFile } from 'node:child_process'
import { join } from 'node:path'
import type { Check, Outcome } from './outcome.ts'

/** Files for the worker's machine, and the program that reads each; it is asked to check and to change nothing. */
const FILES = [
  { path: 'ops/caddy/Caddyfile', command: 'caddy', args: ['validate', '--adapter', 'caddyfile', '--config'] },
  { path: 'ops/firewall/nftables.conf', command: 'nft', args: ['--check', '--file'] },
] as const

/** Whether the programs themselves take the files, where they are on this machine. `searchPath`: where programs are. */
export function machineFileChecks(root: string, searchPath: string | undefined): Check[] {
  return FILES.map(({ path, command, args }) => ({
    name: path.replace('ops/', ''),
    run: () => readBy(command, [...args, join(root, path)], searchPath),
  }))
}

function readBy(command: string, args: readonly string[], searchPath: string | undefined): Promise<Outcome> {
  return new Promise((resolve) => {
    // Without a home Caddy keeps nothing.
    execFile(command, args, { env: { PATH: searchPath, HOME: '/nonexistent' } }, (error, _stdout, stderr) => {
      if (error === null) return resolve({ kind: 'passed', says: `${command} takes it` })
      if (error.code === 'ENOENT') return resolve({ kind: 'untried', why: `there is no ${command} on this machine` })
      if (/not permitted/i.test(stderr)) return resolve({ kind: 'untried', why: `${command} checks as root only` })
      resolve({ kind: 'failed', findings: [`${command}: ${stderr.trim().split('\n').at(-1) ?? ''}`] })
    })
  })
}

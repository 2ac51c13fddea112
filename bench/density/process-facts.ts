import { readFileSync } from 'node:fs'

/** The kernel counts a process' time in hundredths of a second, whatever the machine. */
const TICK_MS = 10

/** The resident memory of a process of this machine, kilobytes. Linux only. @throws where it is gone. */
export function rssKB(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(/^Rss:\s+(\d+) kB$/m.exec(rollup)?.[1])
}

/** What a process has computed so far, all its threads together, milliseconds. */
export function cpuMs(pid: number): number {
  // The name in brackets may hold spaces; what follows it does not.
  const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const fields = rest.split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

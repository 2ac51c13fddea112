import type { Log } from '../../../worker/log.ts'

/** One line of the worker's log. */
export type LogLine = { at: number; life: number; level: string; fields: Record<string, unknown>; message: string }

/** A log that is handed to `heard`, and falls silent with its process. */
export function createWorkerLog(options: {
  life: { number: number; isAlive(): boolean }
  now: () => number
  /** `child`: the same for all lines of one child log. */
  heard: (line: LogLine, child: object) => void
  base?: Record<string, unknown>
}): Log {
  const { life, now, heard, base = {} } = options
  const level = (name: string) => (fields: Record<string, unknown>, message: string) => {
    if (life.isAlive()) heard({ at: now(), life: life.number, level: name, fields: { ...base, ...fields }, message }, base)
  }
  return {
    debug: level('debug'),
    info: level('info'),
    warn: level('warn'),
    error: level('error'),
    child: (fields) => createWorkerLog({ ...options, base: { ...base, ...fields } }),
  }
}

import { pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'
import { harmlessFields, harmlessText } from './harmless.ts'

export { reasonOf } from './harmless.ts'

export type Log = {
  debug(fields: Record<string, unknown>, message: string): void
  info(fields: Record<string, unknown>, message: string): void
  warn(fields: Record<string, unknown>, message: string): void
  error(fields: Record<string, unknown>, message: string): void
  child(fields: Record<string, unknown>): Log
}

/**
 * The log: a bounded line of JSON for each entry. Secrets are not logged in the first place; that every entry is made harmless, whatever
 * somebody hands in one day, is the second lock on that door.
 */
export function createLog(level: string, workerId: string, destination?: DestinationStream): Log {
  const options = { level, base: { worker: workerId }, timestamp: () => `,"time":"${new Date().toISOString()}"` }
  return harmlessLog(destination ? pino(options, destination) : pino(options))
}

function harmlessLog(log: Logger): Log {
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: Record<string, unknown>, message: string) => {
    if (log.isLevelEnabled(level)) log[level](harmlessFields(fields), typeof message === 'string' ? harmlessText(message) : 'no words')
  }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => harmlessLog(log.child(harmlessFields(fields))),
  }
}

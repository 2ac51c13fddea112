import { Counter } from 'prom-client'
import type { Registry } from 'prom-client'
import type { Log } from '../log.ts'

/** Lines that somebody should read one day. Returns how to watch a log. */
export function createLogMetrics(registry: Registry): (log: Log) => Log {
  const lines = new Counter({
    name: 'latchkey_log_lines_total',
    help: 'Warnings and errors that were logged.',
    labelNames: ['level'] as const,
    registers: [registry],
  })
  for (const level of ['warn', 'error']) lines.inc({ level }, 0)
  const watch = (log: Log): Log => ({
    ...log,
    warn(fields, message) {
      lines.inc({ level: 'warn' })
      log.warn(fields, message)
    },
    error(fields, message) {
      lines.inc({ level: 'error' })
      log.error(fields, message)
    },
    child: (fields) => watch(log.child(fields)),
  })
  return watch
}

import { Counter, Gauge, Histogram } from 'prom-client'
import type { Registry } from 'prom-client'
import type { Clock } from '../clock.ts'

const PASS_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** How well the database is followed. Returns what to tell when a pass has ended. */
export function createPassMetrics(registry: Registry, clock: Clock): (tookMs: number, succeeded: boolean) => void {
  const registers = [registry]
  const seconds = new Histogram({
    name: 'latchkey_pass_seconds',
    help: 'How long passes over everything took that succeeded.',
    buckets: PASS_SECONDS,
    registers,
  })
  const failures = new Counter({ name: 'latchkey_pass_failures_total', help: 'Passes that could read nothing.', registers })
  const succeededAt = new Gauge({
    name: 'latchkey_pass_success_timestamp_seconds',
    help: 'When a pass last succeeded; when the worker began, where none has yet.',
    registers,
  })
  succeededAt.set(clock.now() / 1000)

  return (tookMs, succeeded) => {
    if (!succeeded) return failures.inc()
    seconds.observe(Math.max(0, tookMs) / 1000)
    succeededAt.set(clock.now() / 1000)
  }
}

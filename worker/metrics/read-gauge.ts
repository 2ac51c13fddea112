import { Gauge } from 'prom-client'
import type { Registry } from 'prom-client'

/** A number that is read when somebody asks, and kept nowhere. */
export function readGauge(registry: Registry, name: string, help: string, read: () => number): void {
  const gauge: Gauge = new Gauge({ name, help, registers: [registry], collect: () => gauge.set(read()) })
}

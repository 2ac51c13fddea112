import { arch, cpus, platform, totalmem } from 'node:os'

/** Milliseconds at the median, the 95th and the 99th percentile. The last needs a few hundred samples to say anything. */
export type Spread = { p50: number; p95: number; p99: number }

/** Percentiles of `samples` (nearest rank), rounded to a tenth. */
export function spread(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round((sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN) * 10) / 10
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

/** What the figures were taken on. */
export function machine(): string {
  const [first] = cpus()
  return `${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${arch()}, Node ${process.version}`
}

/** One line for each name, below a line that says what the columns are. */
export function table(rows: Record<string, Spread>): string {
  const line = (name: string, cells: readonly (string | number)[]) =>
    name.padEnd(28) + cells.map((cell) => String(cell).padStart(10)).join('')
  const lines = Object.entries(rows).map(([name, { p50, p95, p99 }]) => line(name, [p50, p95, p99]))
  return [line('', ['p50 ms', 'p95 ms', 'p99 ms']), ...lines].join('\n')
}

/** Prints a table and, as the last line, one JSON object. */
export function report(title: string, rows: Record<string, Spread>, more: Record<string, unknown> = {}): void {
  console.log(`\n${title}\n${machine()}\n\n${table(rows)}\n`)
  console.log(JSON.stringify({ ...rows, ...more }))
}

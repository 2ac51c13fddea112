import { arch, cpus, platform, totalmem } from 'node:os'

/** Milliseconds at the median and at the 95th percentile. */
export type Spread = { p50: number; p95: number }

/** Median and 95th percentile of `samples` (nearest rank), rounded to a tenth. */
export function spread(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round((sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN) * 10) / 10
  return { p50: at(0.5), p95: at(0.95) }
}

/** What the figures were taken on. */
export function machine(): string {
  const [first] = cpus()
  return `${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${arch()}, Node ${process.version}`
}

/** Prints a table and, as the last line, one JSON object. */
export function report(title: string, rows: Record<string, Spread>, more: Record<string, unknown> = {}): void {
  const lines = Object.entries(rows).map(
    ([name, { p50, p95 }]) => `${name.padEnd(28)}${String(p50).padStart(10)}${String(p95).padStart(10)}`,
  )
  console.log([`\n${title}`, machine(), '', `${''.padEnd(28)}${'p50 ms'.padStart(10)}${'p95 ms'.padStart(10)}`, ...lines, ''].join('\n'))
  console.log(JSON.stringify({ ...rows, ...more }))
}

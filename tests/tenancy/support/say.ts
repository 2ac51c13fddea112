import { vi } from 'vitest'

/** Says how many attacks were made, also where a test's output is not shown. */
export function say(line: string): void {
  process.stderr.write(`  ${line}\n`)
}

/** The API tells of each request that it refuses, which here are nearly all. */
export function quiet(): void {
  vi.spyOn(console, 'error').mockImplementation(() => {})
}

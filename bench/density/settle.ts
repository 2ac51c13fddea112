import { readFileSync, rmSync } from 'node:fs'
import * as z from 'zod'
import { eventually } from '../../tests/worker/support/eventually.ts'
import { rssKB } from './process-facts.ts'

const Usage = z.object({ heapUsed: z.int(), heapTotal: z.int(), external: z.int(), arrayBuffers: z.int() })

/** What a process holds after its garbage was thrown away, kilobytes. */
export type Settled = { rssKB: number; heapUsedKB: number; heapTotalKB: number; externalKB: number }

const COLLECT_MS = 20_000

/** Makes a process with the preload `gauge.ts` throw its garbage away, and says what is left. */
export async function settle(pid: number, gaugeFile: string): Promise<Settled> {
  rmSync(gaugeFile, { force: true })
  process.kill(pid, 'SIGUSR2')
  const usage = await eventually(() => Usage.parse(JSON.parse(readFileSync(gaugeFile, 'utf8'))), COLLECT_MS)
  const kB = (bytes: number) => Math.round(bytes / 1024)
  return { rssKB: rssKB(pid), heapUsedKB: kB(usage.heapUsed), heapTotalKB: kB(usage.heapTotal), externalKB: kB(usage.external) }
}

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as z from 'zod'
import { machine } from './report.ts'

const execute = promisify(execFile)
const Spread = z.object({ p50: z.number(), p95: z.number() })
const Measured = z.object({
  kind: z.string(),
  sessions: z.number(),
  rssPerSessionKB: z.number(),
  filesPerSession: z.number(),
  diskPerSessionKB: z.number(),
  openMs: Spread,
  preKeysMs: Spread,
  writeMs: Spread,
  clearMs: Spread,
})

/** How many sessions are open at once. The baseline gets fewer: it makes 800 files for each. */
const MANY = Number(process.env['SESSIONS'] ?? 1000)
const SIZES = { sealed: MANY, clear: MANY, 'append-only': MANY, 'multi-file': 50 }

/** What a session's credentials cost on disk, in memory and in time: our store, sealed and in the clear, the one that we did not take, and Baileys' own. */
export async function run(): Promise<void> {
  const runs = []
  for (const [kind, sessions] of Object.entries(SIZES)) {
    const child = [
      '--expose-gc',
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, 'store/measure.ts'),
      kind,
      String(sessions),
    ]
    const { stdout } = await execute(process.execPath, child)
    runs.push(Measured.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')))
  }
  console.log(`\nstore: open sessions, each with 812 pre-keys; milliseconds p50 / p95\n${machine()}\n`)
  const cell = (text: string | number) => String(text).padStart(16)
  const both = ({ p50, p95 }: z.infer<typeof Spread>) => cell(`${p50} / ${p95}`)
  console.log(['', 'sessions', 'RSS KB each', 'files each', 'disk KB each', 'open', '812 keys', 'one write', 'clear'].map(cell).join(''))
  for (const one of runs) {
    const sizes = [one.kind, one.sessions, one.rssPerSessionKB, one.filesPerSession, one.diskPerSessionKB].map(cell).join('')
    console.log(sizes + both(one.openMs) + both(one.preKeysMs) + both(one.writeMs) + both(one.clearMs))
  }
  console.log(`\n${JSON.stringify({ runs })}`)
}

import { join } from 'node:path'
import { parseArgs } from 'node:util'
import * as z from 'zod'
import type { Realm } from './layout.ts'
import { StartError } from './start-error.ts'

export const Environment = z.object({
  PORT: z
    .string()
    .regex(/^\d{1,5}$/)
    .transform(Number)
    .pipe(z.int().max(65_535))
    .default(5180),
  LATCHKEY_DATA: z.string().min(1).default('./data'),
})

export type StartSettings = { port: number; dataDir: string; realm: Realm; workers: number }

/**
 * What a command of the stack was told by its arguments and its environment: `PORT`, `LATCHKEY_DATA`, `--live`, `--workers`. Several
 * workers have data of their own: what one keeps on its disk no other can take, and what several share one with a disk cannot.
 * @throws StartError that names what is wrong.
 */
export function startSettings(args: string[], environment: Record<string, string | undefined>): StartSettings {
  const parsed = Environment.safeParse({ PORT: environment['PORT'] || undefined, LATCHKEY_DATA: environment['LATCHKEY_DATA'] || undefined })
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => issue.path.join('.'))
    throw new StartError(`${names.join(', ')} is not valid. PORT is a number up to 65535, LATCHKEY_DATA a folder.`)
  }
  const { realm, workers } = options(args)
  const { PORT: port, LATCHKEY_DATA: folder } = parsed.data
  return { port, dataDir: workers === 1 ? folder : join(folder, 'fleet'), realm, workers }
}

function options(args: string[]): { realm: Realm; workers: number } {
  const told = readOptions(args)
  if (!told || !/^[1-3]$/.test(told.workers))
    throw new StartError(`"${args.join(' ')}" is not understood. The options are --live and --workers, which is 1, 2 or 3.`)
  return { realm: told.live ? 'live' : 'demo', workers: Number(told.workers) }
}

function readOptions(args: string[]): { live: boolean; workers: string } | null {
  try {
    return parseArgs({ args, options: { live: { type: 'boolean', default: false }, workers: { type: 'string', default: '1' } } }).values
  } catch {
    return null
  }
}

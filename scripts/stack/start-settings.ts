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

export type StartSettings = { port: number; dataDir: string; realm: Realm }

/**
 * What a command of the stack was told by its arguments and its environment: `PORT`, `LATCHKEY_DATA`, `--live`.
 * @throws StartError that names what is wrong.
 */
export function startSettings(args: string[], environment: Record<string, string | undefined>): StartSettings {
  const parsed = Environment.safeParse({ PORT: environment['PORT'] || undefined, LATCHKEY_DATA: environment['LATCHKEY_DATA'] || undefined })
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => issue.path.join('.'))
    throw new StartError(`${names.join(', ')} is not valid. PORT is a number up to 65535, LATCHKEY_DATA a folder.`)
  }
  return { port: parsed.data.PORT, dataDir: parsed.data.LATCHKEY_DATA, realm: isLive(args) ? 'live' : 'demo' }
}

function isLive(args: string[]): boolean {
  try {
    return parseArgs({ args, options: { live: { type: 'boolean', default: false } } }).values.live
  } catch {
    throw new StartError(`"${args.join(' ')}" is not understood. The only option is --live.`)
  }
}

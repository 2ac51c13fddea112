import { parseArgs } from 'node:util'
import * as z from 'zod'

const Flags = z.object({
  n: z
    .string()
    .default('100,300,1000')
    .transform((text) => text.split(',').map(Number))
    .pipe(z.array(z.int().min(1).max(5000)).min(1)),
  only: z.enum(['runs', 'growth']).optional(),
  minutes: z.coerce.number().positive().default(3),
  quiet: z.coerce.number().min(0).default(75),
  idle: z.coerce.number().min(1).default(30),
  stock: z.stringbool().default(true),
})
export type Flags = z.infer<typeof Flags>

/**
 * What `npm run bench density -- ...` takes: `--n 100,300,1000`, `--only runs` or `growth`, `--minutes` of the growth, `--quiet` seconds
 * before anything is measured, `--idle` seconds of which the processor time is taken, `--stock false`. @throws where one is wrong.
 */
export function readFlags(args: readonly string[]): Flags {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ args: [...args], options: { n: text, only: text, minutes: text, quiet: text, idle: text, stock: text } })
  return Flags.parse(values)
}

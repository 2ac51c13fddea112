import * as z from 'zod'
import { Environment as SimulatorEnvironment } from '../../simulator/settings.ts'
import { Environment as EdgeEnvironment } from '../../supabase/functions/whatsapp-session/settings.ts'
import { Environment as WorkerEnvironment } from '../../worker/settings.ts'
import { Environment as StartEnvironment } from '../stack/start-settings.ts'
import { EDGE_WORDS, SIMULATOR_WORDS, START_WORDS, WORKER_WORDS } from './words.ts'

/** What JSON Schema says of one setting, as far as the page tells it. */
const Property = z.object({
  default: z.union([z.string(), z.number()]).optional(),
  enum: z.array(z.string()).optional(),
  type: z.string().optional(),
  format: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
})
type Property = z.infer<typeof Property>
const Schema = z.object({ properties: z.record(z.string(), Property), required: z.array(z.string()).default([]) })

/** What a setting may be, in a few words. */
function valuesOf({ enum: words, type, format, minimum, maximum, exclusiveMinimum }: Property): string {
  if (words) return words.map((word) => `\`${word}\``).join(', ')
  if (format === 'uri') return 'an address'
  if (type !== 'number' && type !== 'integer') return 'text'
  // A whole number without a bound has JavaScript's own.
  const most = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? '' : String(maximum)
  if (exclusiveMinimum !== undefined) return `more than ${exclusiveMinimum}${most && `, up to ${most}`}`
  return minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? `up to ${most}` : `${minimum} to ${most}`
}

function table(rows: readonly (readonly string[])[]): string {
  const all = [['name', 'values', 'default', 'what for'], ...rows]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[], filler: string) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0, filler)).join(' | ')} |`
  const [head = [], ...body] = all
  return [line(head, ' '), line(['', '', '', ''], '-'), ...body.map((row) => line(row, ' '))].join('\n')
}

/** The table of one part, in the order in which its schema names its settings. */
function settingsOf(environment: z.core.$ZodType, words: Record<string, string>): string {
  const schemaOf = (io: 'input' | 'output') => Schema.parse(z.toJSONSchema(environment, { io, unrepresentable: 'any' }))
  const [input, output] = [schemaOf('input'), schemaOf('output')]
  return table(
    Object.keys(input.properties).map((name) => {
      // What is read from a text has its bounds behind that, what becomes an object has its text before.
      const [before = {}, after = {}] = [input.properties[name], output.properties[name]]
      const fallback = before.default ?? after.default
      const shown =
        fallback === undefined ? (input.required.includes(name) ? '_required_' : 'none') : fallback === '' ? 'none' : `\`${fallback}\``
      return [`\`${name}\``, valuesOf(after.type === 'object' ? before : after), shown, words[name] ?? '']
    }),
  )
}

/** docs/reference/settings.md: what each part reads of its environment, from the schemas with which it does. */
export function settingsPage(): string {
  return `# Settings

What each part reads of its environment. This page is written by \`npm run gen:settings\` from the schemas with which the parts read it;
\`npm run check\` fails when it is out of date. A value that is missing or wrong stops the start, which names it and shows no value.
[\`.env.example\`](../../.env.example) says who may know each of them in production, and how to make the keys.

## Worker

${settingsOf(WorkerEnvironment, WORKER_WORDS)}

Master keys seal what lies in the data folder ([rules SEA](lifecycle.md#credentials-at-rest-sea)). One of three ways hands them in, base64 of 32
bytes each; the first seals, all of them open: \`MASTER_KEYS\`, separated by commas; \`MASTER_KEYS_FILE\`, a file of its owner's alone with one a
line; or systemd's credential \`latchkey-master-keys\`. Without any, nothing is sealed.

## Edge function

${settingsOf(EdgeEnvironment, EDGE_WORDS)}

## \`npm start\`

It sets all of the above by itself.

${settingsOf(StartEnvironment, START_WORDS)}

## Simulated WhatsApp

${settingsOf(SimulatorEnvironment, SIMULATOR_WORDS)}

## Dashboard

Static files, and \`/config.json\` beside them: \`supabaseUrl\`, \`supabaseKey\` (the public one), \`realtime\`, and what
[\`domain/config.ts\`](../../domain/config.ts) says. All of it is public: it runs in browsers.
`
}

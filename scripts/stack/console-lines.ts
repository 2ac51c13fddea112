import * as z from 'zod'
import { printable } from './printable.ts'

const PinoLine = z.looseObject({ level: z.number(), msg: z.string().default('') })
const WARNING = 40
const NAMES: Record<number, string> = { 40: 'warning', 50: 'error', 60: 'fatal' }
/** Of no use to a reader at the console; the log file has them. */
const NOISE = new Set(['level', 'time', 'msg', 'pid', 'hostname', 'name', 'v'])

/**
 * What of a child's output is worth a line on the console: of pino's lines the warnings and worse, worded for people; of others
 * those on stderr. `null` for all else, which only the log file keeps. Whatever it is, the terminal takes it as text.
 */
export function consoleLine(line: string, from: 'stdout' | 'stderr'): string | null {
  const words = wordsOf(line, from)
  return words === null ? null : printable(words)
}

function wordsOf(line: string, from: 'stdout' | 'stderr'): string | null {
  const entry = line.startsWith('{') ? PinoLine.safeParse(parse(line)) : null
  if (!entry?.success) return from === 'stderr' && line.trim() !== '' ? line : null
  const { level, msg } = entry.data
  if (level < WARNING) return null
  const rest = Object.entries(entry.data).filter(([key]) => !NOISE.has(key))
  return [`${NAMES[level] ?? 'error'}: ${msg}`, ...rest.map(([key, value]) => `${key}=${shorten(value)}`)].join(' ')
}

function shorten(value: unknown): string {
  const error = z.object({ message: z.string() }).safeParse(value)
  const text = error.success ? error.data.message : typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { StartError } from '../stack/start-error.ts'

export const PARTS = ['worker', 'function', 'dashboard'] as const
export type Part = (typeof PARTS)[number]
/** The settings of each part by name, as they are written; what is empty is not set, as for the parts themselves. */
export type SettingsFile = Record<Part, Record<string, string>>

/** The headings of `.env.example`, which a copy of it keeps. */
const HEADINGS: Record<Part, RegExp> = { worker: /^# --- Worker\b/, function: /^# --- Edge function\b/, dashboard: /^# --- Dashboard\b/ }

/**
 * Reads a filled-out copy of `.env.example`: all parts in one file, each under its heading, since some names stand in two of them.
 * @throws StartError when it cannot be read, or a heading is missing.
 */
export function readSettingsFile(path: string): SettingsFile {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new StartError(`--env: ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`)
  }
  return parseSettingsFile(text, path)
}

export function parseSettingsFile(text: string, path: string): SettingsFile {
  const lines: Record<Part, string[]> = { worker: [], function: [], dashboard: [] }
  let part: Part | null = null
  for (const line of text.split('\n')) {
    const begun: Part | undefined = PARTS.find((name) => HEADINGS[name].test(line))
    part = begun ?? part
    if (part !== null) lines[part].push(line)
  }
  const missing = PARTS.filter((name) => lines[name].length === 0)
  if (missing.length > 0) {
    throw new StartError(`--env: ${path} has no heading for ${missing.join(', ')}. Fill out a copy of .env.example, and keep its headings.`)
  }
  const read = (name: Part) => {
    const settings = Object.entries(parseEnv(lines[name].join('\n')))
    return Object.fromEntries(settings.flatMap(([key, value]) => (value ? [[key, value] as const] : [])))
  }
  return { worker: read('worker'), function: read('function'), dashboard: read('dashboard') }
}

/** Names that Supabase gives to a function by itself, and that nobody else may set. */
const RESERVED = /^SUPABASE_/

/**
 * The lines of one part, as systemd's `EnvironmentFile=` and `supabase secrets set --env-file` take them; of the dashboard its `config.json`.
 * @throws StartError for what neither of them can hold.
 */
export function printPart(file: SettingsFile, part: Part): string {
  if (part === 'dashboard') return file.dashboard['DASHBOARD_CONFIG'] ?? ''
  const settings = Object.entries(file[part]).filter(([name]) => part !== 'function' || !RESERVED.test(name))
  return settings
    .map(([name, value]) => {
      if (/['\n\r\0]/.test(value)) throw new StartError(`${name}: no apostrophe and no line break can stand in a setting.`)
      return `${name}='${value}'`
    })
    .join('\n')
}

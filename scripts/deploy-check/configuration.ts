import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Check, judged } from './outcome.ts'
import { namesReadByPart, parseSettings } from './parsed-settings.ts'
import { type Part, parseSettingsFile, PARTS, readSettingsFile } from './settings-file.ts'
import { brokenRules } from './settings-rules.ts'

/** The settings of a deployment, read by the schemas of the parts and held against each other. `path`: a filled-out `.env.example`. */
export function configurationCheck(path: string | undefined): Check {
  return {
    name: 'configuration',
    async run() {
      if (path === undefined) return { kind: 'untried', why: '-- --env <a filled-out copy of .env.example>' }
      const file = readSettingsFile(path)
      const parsed = parseSettings(file)
      const keys = file.worker['MASTER_KEYS_FILE']
      const unseen = keys === undefined || existsSync(keys) ? '' : '; MASTER_KEYS_FILE is not on this machine and was not opened'
      return judged([...parsed.refusals, ...brokenRules(file, parsed)], `worker, function and dashboard agree${unseen}`)
    },
  }
}

/** `.env.example` says every name that a part cannot do without, and none that nothing reads. */
export function exampleCheck(root: string): Check {
  return {
    name: '.env.example',
    async run() {
      const path = join(root, '.env.example')
      const text = readFileSync(path, 'utf8')
      parseSettingsFile(text, path)
      const known = namesReadByPart()
      const named = namesByPart(text)
      const findings = PARTS.flatMap((part) => [
        ...[...named[part]].filter((name) => !known[part].has(name)).map((name) => `${part}: ${name}: nothing reads it`),
        ...REQUIRED[part].filter((name) => !named[part].has(name)).map((name) => `${part}: ${name} is not in it, and has no default`),
      ])
      const count = PARTS.reduce((sum, part) => sum + named[part].size, 0)
      return judged(findings, `${count} names, each read by its part`)
    },
  }
}

/** What nobody can know but who deploys. */
const REQUIRED: Record<Part, readonly string[]> = {
  worker: [
    'WORKER_ID',
    'WORKER_PORT',
    'WORKER_PUBLIC_URL',
    'WORKER_DATA',
    'WORKER_REALM',
    'SUPABASE_URL',
    'SUPABASE_SERVICE_ROLE_KEY',
    'COMMAND_PUBLIC_KEYS',
  ],
  function: ['COMMAND_PRIVATE_KEY', 'ALLOWED_ORIGINS'],
  dashboard: ['DASHBOARD_ORIGIN', 'DASHBOARD_CONFIG'],
}

/** Names with and without a value. */
function namesByPart(text: string): Record<Part, Set<string>> {
  const filled = parseSettingsFile(text.replaceAll(/^([A-Z][A-Z0-9_]*)=.*$/gm, '$1=named'), '.env.example')
  return {
    worker: new Set(Object.keys(filled.worker)),
    function: new Set(Object.keys(filled.function)),
    dashboard: new Set(Object.keys(filled.dashboard)),
  }
}

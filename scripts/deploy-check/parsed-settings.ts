import { DashboardConfig } from '#domain/config.ts'
import { SETTING_NAMES as FUNCTION_NAMES, readSettings as readFunction } from '../../supabase/functions/whatsapp-session/settings.ts'
import type { Settings as FunctionSettings } from '../../supabase/functions/whatsapp-session/settings.ts'
import { readMasterKeys } from '../../worker/seal/master-keys.ts'
import { Environment as WorkerEnvironment, readSettings as readWorker, type Settings as WorkerSettings } from '../../worker/settings.ts'
import type { Part, SettingsFile } from './settings-file.ts'

/** What the parts themselves make of their settings; `null` where one refuses them. */
export type ParsedSettings = {
  worker: WorkerSettings | null
  function: FunctionSettings | null
  dashboard: DashboardConfig | null
  /** What they say when they refuse: names and what is wrong, never a value. */
  refusals: string[]
}

/** What Node itself, or the code that makes the two others, reads besides the schemas. */
const ALSO_READ: Record<Part, readonly string[]> = {
  worker: ['NODE_OPTIONS', 'MASTER_KEYS', 'MASTER_KEYS_FILE', 'CREDENTIALS_DIRECTORY'],
  function: [],
  dashboard: ['DASHBOARD_ORIGIN', 'DASHBOARD_CONFIG'],
}

/** Parses each part's settings with the schema that it uses itself. */
export function parseSettings(file: SettingsFile): ParsedSettings {
  const refusals: string[] = []
  const attempt = <T>(part: Part, read: () => T): T | null => {
    try {
      return read()
    } catch (error) {
      refusals.push(`${part}: ${(error as Error).message}`)
      return null
    }
  }
  const worker = attempt('worker', () => readWorker(file.worker))
  attempt('worker', () => checkMasterKeys(file.worker))
  // The platform gives the function the project's address and its public key: both are judged where the others have them.
  const given = { SUPABASE_URL: file.worker['SUPABASE_URL'], SUPABASE_ANON_KEY: 'given by the platform', ...file.function }
  const func = attempt('function', () => readFunction((name) => given[name as keyof typeof given]))
  const dashboard = attempt('dashboard', () => readDashboard(file.dashboard['DASHBOARD_CONFIG']))
  const unknown = Object.entries(namesReadByPart()).flatMap(([part, names]) =>
    Object.keys(file[part as Part])
      .filter((name) => !names.has(name))
      .map((name) => `${part}: ${name}: nothing reads it. Misspelt, or a setting of another part?`),
  )
  return { worker, function: func, dashboard, refusals: [...refusals, ...unknown] }
}

/** Every name that a part reads. */
export function namesReadByPart(): Record<Part, ReadonlySet<string>> {
  return {
    worker: new Set([...Object.keys(WorkerEnvironment.shape), ...ALSO_READ.worker]),
    function: new Set([...FUNCTION_NAMES, ...ALSO_READ.function]),
    dashboard: new Set(ALSO_READ.dashboard),
  }
}

/** A file that is not on this machine cannot be looked into; the worker does when it starts. */
function checkMasterKeys({ MASTER_KEYS, MASTER_KEYS_FILE }: Record<string, string>): void {
  if (MASTER_KEYS === undefined && MASTER_KEYS_FILE === undefined) {
    throw new Error('MASTER_KEYS_FILE: not set, so nothing on the disk would be sealed; openssl rand -base64 32 makes a key')
  }
  try {
    readMasterKeys({ MASTER_KEYS, MASTER_KEYS_FILE })
  } catch (error) {
    if (((error as Error).cause as NodeJS.ErrnoException | undefined)?.code !== 'ENOENT') throw error
  }
}

function readDashboard(text: string | undefined): DashboardConfig {
  let json: unknown
  try {
    json = JSON.parse(text ?? '')
  } catch {
    throw new Error('DASHBOARD_CONFIG: not JSON. It is what the dashboard finds at /config.json')
  }
  const parsed = DashboardConfig.safeParse(json)
  if (parsed.success) return parsed.data
  throw new Error(parsed.error.issues.map(({ path, message }) => `DASHBOARD_CONFIG: ${path.join('.')}: ${message}`).join('; '))
}

import { DashboardConfig } from '#domain/config.ts'
import { createContext, use } from 'react'

/** What one look at `/config.json` found. */
export type ConfigAnswer =
  | { kind: 'ready'; config: DashboardConfig }
  /** 503: the stack is still starting. */
  | { kind: 'starting' }
  /** Nothing answered. */
  | { kind: 'unreachable' }
  /** It answered something else; `detail` says what. */
  | { kind: 'invalid'; detail: string }

/** Reads `/config.json` once; never throws. */
export async function readConfig(fetchJson: typeof fetch, signal: AbortSignal): Promise<ConfigAnswer> {
  let response: Response
  try {
    response = await fetchJson('/config.json', { cache: 'no-store', signal })
  } catch {
    return { kind: 'unreachable' }
  }
  if (response.status === 503) return { kind: 'starting' }
  if (!response.ok) return { kind: 'invalid', detail: `GET /config.json: ${response.status}` }
  const body: unknown = await response.json().catch(() => undefined)
  if (body === undefined) return { kind: 'invalid', detail: 'GET /config.json: not JSON' }
  const parsed = DashboardConfig.safeParse(body)
  if (parsed.success) return { kind: 'ready', config: parsed.data }
  return { kind: 'invalid', detail: parsed.error.issues.map((issue) => `${issue.path.join('.') || 'config'}: ${issue.message}`).join('\n') }
}

export const ConfigContext = createContext<DashboardConfig | null>(null)

export function useConfig(): DashboardConfig {
  const config = use(ConfigContext)
  if (!config) throw new Error('useConfig is used outside of the providers')
  return config
}

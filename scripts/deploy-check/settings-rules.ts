import { isAbsolute, relative } from 'node:path'
import { HEARTBEAT_STALE_SECONDS } from '#domain/routes.ts'
import { readApiKey } from './api-key.ts'
import type { ParsedSettings } from './parsed-settings.ts'
import type { SettingsFile } from './settings-file.ts'

/** Supabase ends a function after so long on its smallest plan, and a request without an answer on every plan. Seconds. */
const FUNCTION_SECONDS = 150

/** What must hold between and beyond the schemas. `todo`: what to do where it does not. A value that is not there is the schemas' affair. */
export type Rule = { name: string; todo: string; holds(file: SettingsFile, parsed: ParsedSettings): boolean }

const isPublicHttps = (url: string | undefined) => {
  const parsed = url === undefined ? null : URL.parse(url)
  if (url === undefined) return true
  return parsed?.protocol === 'https:' && parsed.hostname.includes('.') && !LOCAL_HOST.test(parsed.hostname)
}
const LOCAL_HOST = /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|0\.)|\.(?:local|internal|localhost)$/
const PLACEHOLDER = /\bexample\.(?:com|org)\b|your-project/
const trimmed = (url: string | undefined) => url?.replace(/\/+$/, '')
const same = (one: string | undefined, other: string | undefined) =>
  one === undefined || other === undefined || trimmed(one) === trimmed(other)
const keyOf = (key: string | undefined) => (key === undefined ? null : readApiKey(key))
/** A key that names its project names the one at this address; of addresses under a domain of one's own nothing can be said. */
const isOfProject = (key: string | undefined, url: string | undefined) => {
  const read = keyOf(key)
  const [, ref] = /^https:\/\/([a-z]{20})\.supabase\.co\/?$/.exec(url ?? '') ?? []
  return read === null || read.kind === 'unknown' || read.project === null || ref === undefined || read.project === ref
}

export const RULES: readonly Rule[] = [
  {
    name: 'worker: WORKER_REALM',
    todo: 'set it to live; demo is for the simulator',
    holds: (_file, { worker }) => worker === null || worker.WORKER_REALM === 'live',
  },
  {
    name: 'worker: WA_WEB_SOCKET_URL',
    todo: "leave it out: WhatsApp's own address is built in",
    holds: ({ worker }) => worker['WA_WEB_SOCKET_URL'] === undefined,
  },
  {
    name: 'worker: WORKER_PUBLIC_URL',
    todo: 'https, and a name that Supabase can reach: that of the proxy in front of the worker',
    holds: ({ worker }) => isPublicHttps(worker['WORKER_PUBLIC_URL']),
  },
  {
    name: 'worker: WORKER_HOST',
    todo: 'listen on 127.0.0.1 and have the proxy with TLS before it; the worker itself speaks plain HTTP',
    holds: ({ worker }) => /^(?:127\.0\.0\.1|::1|localhost)$/.test(worker['WORKER_HOST'] ?? '127.0.0.1'),
  },
  {
    name: 'worker: WORKER_PORT',
    todo: 'a port of your choice, which the proxy knows; 0 takes another one at each start',
    holds: (_file, { worker }) => worker === null || worker.WORKER_PORT > 0,
  },
  {
    name: 'worker: WORKER_DATA',
    todo: 'an absolute path on a disk that lasts',
    holds: ({ worker }) => worker['WORKER_DATA'] === undefined || isAbsolute(worker['WORKER_DATA']),
  },
  {
    name: 'worker: WORKER_LEDGER',
    todo: 'an absolute path on a disk that lasts',
    holds: ({ worker }) => worker['WORKER_LEDGER'] === undefined || isAbsolute(worker['WORKER_LEDGER']),
  },
  {
    name: 'worker: MASTER_KEYS_FILE',
    todo: 'an absolute path outside of WORKER_DATA, or a copy of that folder opens itself',
    holds: ({ worker: { MASTER_KEYS_FILE: keys, WORKER_DATA: data } }) =>
      keys === undefined || data === undefined || (isAbsolute(keys) && relative(data, keys).startsWith('..')),
  },
  {
    name: 'worker: SUPABASE_URL',
    todo: 'the https address of the hosted project',
    holds: ({ worker }) => isPublicHttps(worker['SUPABASE_URL']),
  },
  {
    name: 'worker: SUPABASE_SERVICE_ROLE_KEY',
    todo: 'it is the public key; take the secret one (sb_secret_…, or service_role)',
    holds: ({ worker }) => keyOf(worker['SUPABASE_SERVICE_ROLE_KEY'])?.kind !== 'public',
  },
  {
    name: 'worker: SUPABASE_SERVICE_ROLE_KEY',
    todo: 'no key of Supabase: sb_secret_…, or a token whose role is service_role',
    holds: ({ worker }) => keyOf(worker['SUPABASE_SERVICE_ROLE_KEY'])?.kind !== 'unknown',
  },
  {
    name: 'worker: SUPABASE_SERVICE_ROLE_KEY',
    todo: "it is another project's; SUPABASE_URL names this one's",
    holds: ({ worker }) => isOfProject(worker['SUPABASE_SERVICE_ROLE_KEY'], worker['SUPABASE_URL']),
  },
  {
    name: 'worker: LOG_LEVEL',
    todo: 'info: a worker that says nothing cannot be helped',
    holds: ({ worker }) => worker['LOG_LEVEL'] !== 'silent',
  },
  {
    name: 'worker: HEARTBEAT_SECONDS',
    todo: `at most ${HEARTBEAT_STALE_SECONDS / 2}: a worker that is silent for ${HEARTBEAT_STALE_SECONDS} s counts as gone`,
    holds: (_file, { worker }) => worker === null || worker.HEARTBEAT_SECONDS <= HEARTBEAT_STALE_SECONDS / 2,
  },
  {
    name: 'function: COMMAND_PRIVATE_KEY',
    todo: "the worker's COMMAND_PUBLIC_KEYS do not know it; both lines come from one run of npm run command-keys",
    holds: (_file, { worker, function: func }) =>
      worker === null ||
      func === null ||
      worker.COMMAND_PUBLIC_KEYS.keys.some(({ kid, x }) => kid === func.commandKey.kid && x === func.commandKey.x),
  },
  {
    name: 'worker: COMMAND_PRIVATE_KEY',
    todo: 'take it out: only the edge function signs',
    holds: ({ worker }) => worker['COMMAND_PRIVATE_KEY'] === undefined,
  },
  {
    name: 'function: WORKER_ID',
    todo: "the same as the worker's, to whom the commands are addressed",
    holds: ({ worker, function: func }) => same(func['WORKER_ID'], worker['WORKER_ID']),
  },
  {
    name: 'function: WORKER_URL',
    todo: "the same as the worker's WORKER_PUBLIC_URL; {worker} in it stands for its WORKER_ID",
    holds: ({ worker, function: func }) =>
      same(func['WORKER_URL']?.replace('{worker}', worker['WORKER_ID'] ?? ''), worker['WORKER_PUBLIC_URL']),
  },
  {
    name: 'function: SUPABASE_URL',
    todo: 'take it out: Supabase sets it by itself, and refuses names that begin with SUPABASE_',
    holds: ({ function: func }) => func['SUPABASE_URL'] === undefined,
  },
  {
    name: 'function: SUPABASE_SERVICE_ROLE_KEY',
    todo: 'take it out: the function holds no service key',
    holds: ({ function: func }) => func['SUPABASE_SERVICE_ROLE_KEY'] === undefined,
  },
  {
    name: 'function: LINK_STREAM_SECONDS',
    todo: `at most ${FUNCTION_SECONDS - 20}: Supabase ends a function after ${FUNCTION_SECONDS} s`,
    holds: (_file, { function: func }) => func === null || func.linkStreamMs / 1000 <= FUNCTION_SECONDS - 20,
  },
  {
    name: 'function: WORKER_TIMEOUT_SECONDS',
    todo: `less than LINK_STREAM_SECONDS, and than the ${FUNCTION_SECONDS} s after which Supabase answers in its place`,
    holds: (_file, { function: func }) => func === null || func.workerTimeoutMs < func.linkStreamMs,
  },
  {
    name: 'function: ALLOWED_ORIGINS',
    todo: "the dashboard's DASHBOARD_ORIGIN is missing in it: browsers would refuse every answer",
    holds: ({ dashboard: { DASHBOARD_ORIGIN: origin } }, { function: func }) =>
      func === null || origin === undefined || func.allowedOrigins.has(trimmed(origin) ?? ''),
  },
  {
    name: 'dashboard: DASHBOARD_ORIGIN',
    todo: 'the https origin under which people open the dashboard: a host, no path',
    holds: ({ dashboard: { DASHBOARD_ORIGIN: origin } }) =>
      origin !== undefined && isPublicHttps(origin) && URL.parse(origin)?.origin === trimmed(origin),
  },
  {
    name: 'dashboard: DASHBOARD_CONFIG: supabaseKey',
    todo: 'it is a secret key, and every browser would have it: make a new one at Supabase, and put the public one here',
    holds: (_file, { dashboard }) => keyOf(dashboard?.supabaseKey)?.kind !== 'secret',
  },
  {
    name: 'dashboard: DASHBOARD_CONFIG: supabaseKey',
    todo: 'no key of Supabase: sb_publishable_…, or a token whose role is anon',
    holds: (_file, { dashboard }) => keyOf(dashboard?.supabaseKey)?.kind !== 'unknown',
  },
  {
    name: 'dashboard: DASHBOARD_CONFIG: supabaseKey',
    todo: "it is another project's; supabaseUrl names this one's",
    holds: (_file, { dashboard }) => isOfProject(dashboard?.supabaseKey, dashboard?.supabaseUrl),
  },
  {
    name: 'dashboard: DASHBOARD_CONFIG: supabaseUrl',
    todo: "the same as the worker's SUPABASE_URL",
    holds: ({ worker }, { dashboard }) => same(dashboard?.supabaseUrl, worker['SUPABASE_URL']),
  },
  {
    name: 'dashboard: DASHBOARD_CONFIG: demo',
    todo: 'take it out: it shows how to sign in to the demo',
    holds: (_file, { dashboard }) => dashboard?.demo === undefined,
  },
]

/** What is wrong with the settings of all parts together: a place and what to do, never a value. */
export function brokenRules(file: SettingsFile, parsed: ParsedSettings): string[] {
  const placeholders = Object.entries(file).flatMap(([part, settings]) =>
    Object.entries(settings)
      .filter(([, value]) => PLACEHOLDER.test(value))
      .map(([name]) => `${part}: ${name}: still as in .env.example; put your own there`),
  )
  return [...RULES.filter((rule) => !rule.holds(file, parsed)).map(({ name, todo }) => `${name}: ${todo}`), ...placeholders]
}

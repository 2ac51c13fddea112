import * as z from 'zod/mini'
import { CommandPrivateKey } from '#domain/command-key.ts'
import { LINK_RIGHTS_SECONDS, LINK_STREAM_SECONDS } from '#domain/link.ts'
import { WORKER_TIMEOUT_SECONDS } from '#domain/routes.ts'
import { isGoodTemplate, isTemplate, type Workers } from './worker-address.ts'

const text = z.string().check(z.minLength(1))
const json = z.pipe(
  z.string(),
  z.transform((source, context) => {
    try {
      return JSON.parse(source) as unknown
    } catch {
      context.issues.push({ code: 'custom', message: 'not JSON', input: source })
      return z.NEVER
    }
  }),
)

/** Origins, separated by commas, each as browsers write it. One that no browser could send, or a wildcard, is a mistake that is told. */
const Origins = z.pipe(
  z.string(),
  z.transform((source, context) => {
    const written = source.split(',').map((origin) => withoutSlash(origin.trim()))
    const origins = written.filter(Boolean).map((origin) => (/^https?:\/\/[^/?#@*]+$/i.test(origin) && URL.parse(origin)?.origin) || null)
    if (!origins.includes(null)) return new Set(origins) as ReadonlySet<string>
    context.issues.push({ code: 'custom', message: 'not a list of origins such as https://console.example', input: source })
    return z.NEVER
  }),
)

/** The one worker's address, or a template with `{worker}` in it for several. */
const WorkerUrl = z
  .string()
  .check(
    z.refine(
      (address) => (isTemplate(address) ? isGoodTemplate(address) : z.url().safeParse(address).success),
      'an address; where there are several workers {worker} is one label of its host, with a domain behind it, or one part of its path',
    ),
  )

/**
 * The function's environment. It holds no service key on purpose: whatever it reads or stores, it does as the caller.
 * What ends in `_SECONDS` is in seconds.
 */
export const Environment = z.object({
  SUPABASE_URL: z.url(),
  SUPABASE_PUBLISHABLE_KEYS: z.optional(z.pipe(json, z.record(z.string(), text))),
  SUPABASE_ANON_KEY: z.optional(text),
  WORKER_URL: WorkerUrl,
  WORKER_ID: z.optional(text),
  COMMAND_PRIVATE_KEY: z.pipe(json, CommandPrivateKey),
  ALLOWED_ORIGINS: z.pipe(z._default(z.string(), ''), Origins),
  LINK_STREAM_SECONDS: z._default(z.coerce.number().check(z.positive()), LINK_STREAM_SECONDS),
  LINK_RIGHTS_SECONDS: z._default(z.coerce.number().check(z.positive()), LINK_RIGHTS_SECONDS),
  WORKER_TIMEOUT_SECONDS: z._default(z.coerce.number().check(z.positive()), WORKER_TIMEOUT_SECONDS),
})

const Complete = Environment.check(
  z.refine((env) => publicKeyOf(env) !== undefined, {
    path: ['SUPABASE_ANON_KEY'],
    error: 'missing, and there are no SUPABASE_PUBLISHABLE_KEYS either',
  }),
  z.refine((env) => isTemplate(env.WORKER_URL) !== (env.WORKER_ID !== undefined), {
    path: ['WORKER_ID'],
    error: 'names the one worker; with {worker} in WORKER_URL the database names them, and it is left out',
  }),
)

export type Settings = {
  supabaseUrl: string
  anonKey: string
  workers: Workers
  commandKey: CommandPrivateKey
  /** Origins that a browser may call from; the function's own needs no entry. */
  allowedOrigins: ReadonlySet<string>
  linkStreamMs: number
  linkRightsMs: number
  workerTimeoutMs: number
}

/** The names that the process needs the right to read. */
export const SETTING_NAMES = Object.keys(Environment.shape)

/** Reads the settings by `read`, usually `Deno.env.get`; throws with the names of what is missing or wrong, never with a value. */
export function readSettings(read: (name: string) => string | undefined): Settings {
  const parsed = Complete.safeParse(Object.fromEntries(SETTING_NAMES.map((name) => [name, read(name) || undefined])))
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new Error(`The environment is not complete. ${problems.join('; ')}`)
  }
  const env = parsed.data
  return {
    supabaseUrl: withoutSlash(env.SUPABASE_URL),
    anonKey: publicKeyOf(env) ?? '',
    workers: workersOf(withoutSlash(env.WORKER_URL), env.WORKER_ID),
    commandKey: env.COMMAND_PRIVATE_KEY,
    allowedOrigins: env.ALLOWED_ORIGINS,
    linkStreamMs: env.LINK_STREAM_SECONDS * 1000,
    linkRightsMs: env.LINK_RIGHTS_SECONDS * 1000,
    workerTimeoutMs: env.WORKER_TIMEOUT_SECONDS * 1000,
  }
}

/** Hosted Supabase gives its newer keys by name; the older one may still be set where it was switched off. */
function publicKeyOf(env: Pick<z.infer<typeof Environment>, 'SUPABASE_PUBLISHABLE_KEYS' | 'SUPABASE_ANON_KEY'>): string | undefined {
  const { SUPABASE_PUBLISHABLE_KEYS: keys = {}, SUPABASE_ANON_KEY: older } = env
  return keys['default'] ?? Object.values(keys)[0] ?? older
}

function workersOf(url: string, id: string | undefined): Workers {
  return id === undefined ? { template: url } : { only: { id, url } }
}

function withoutSlash(url: string): string {
  return url.replace(/(?<!\/)\/+$/, '')
}

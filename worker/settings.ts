import * as z from 'zod'
import { CommandPublicKeys } from '#domain/command-key.ts'
import { LINK_UNWATCHED_SECONDS } from '#domain/link.ts'
import { HEARTBEAT_SECONDS } from '#domain/routes.ts'
import { WorkerId } from '#domain/worker-id.ts'
import { WORKER_STORES } from './store/data-folder.ts'

const Port = z.coerce.number().int().min(0).max(65_535)
const seconds = (fallback: number) => z.coerce.number().positive().max(86_400).default(fallback)
const milliseconds = (fallback: number) => z.coerce.number().int().min(1).max(3_600_000).default(fallback)
const count = (fallback: number) => z.coerce.number().int().min(1).max(1_000_000).default(fallback)

const KeySet = z.string().transform((text, context) => {
  try {
    const parsed = CommandPublicKeys.safeParse(JSON.parse(text))
    if (parsed.success) return parsed.data
    for (const { path, message } of parsed.error.issues) context.addIssue(`${path.join('.')}: ${message}`)
  } catch {
    context.addIssue('not a JWKS: expected {"keys":[...]} as JSON')
  }
  return z.NEVER
})

/** The environment that a worker reads, once, at boot. */
export const Environment = z.object({
  WORKER_ID: z.string().regex(/^[A-Za-z0-9_.:-]{1,64}$/, 'letters, digits and _ . : - only, at most 64'),
  WORKER_HOST: z.string().min(1).default('127.0.0.1'),
  WORKER_PORT: Port,
  WORKER_PUBLIC_URL: z.url(),
  WORKER_DATA: z.string().min(1),
  /** Where it is written what was cleared; absent: in the data folder. Elsewhere it outlives that folder. */
  WORKER_LEDGER: z.string().min(1).optional(),
  WORKER_REALM: z.enum(['demo', 'live']),
  /** Where credentials are: in WORKER_DATA, or sealed in the database, from where another worker can take a session over. */
  WORKER_STORE: z.enum(WORKER_STORES).default('disk'),
  /** Sessions that this worker holds at most. */
  WORKER_CAPACITY: count(1000),
  /** How much may be asked of this worker, and how many links begun: docs/decisions/017. */
  USER_COMMANDS_PER_MINUTE: count(240),
  ORGANIZATION_COMMANDS_PER_MINUTE: count(1200),
  SESSION_LINKS_PER_HOUR: count(40),
  ORGANIZATION_LINKS_PER_HOUR: count(240),
  /** Link streams that may be open at once. */
  SESSION_STREAMS: count(20),
  ORGANIZATION_STREAMS: count(200),
  SUPABASE_URL: z.url(),
  SUPABASE_SERVICE_ROLE_KEY: z.string().min(1),
  COMMAND_PUBLIC_KEYS: KeySet,
  /** Absent: WhatsApp's own address. */
  WA_WEB_SOCKET_URL: z.url({ protocol: /^wss?$/ }).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** `off`: nothing is counted, and `/metrics` is not there. */
  WORKER_METRICS: z.enum(['on', 'off']).default('on'),
  POLL_SECONDS: seconds(5),
  /** How long a pass may keep everybody else from being heard; 0: not beyond one row. */
  PASS_SLICE_MS: z.coerce.number().int().min(0).max(60_000).default(25),
  HEARTBEAT_SECONDS: seconds(HEARTBEAT_SECONDS),
  DATABASE_TIMEOUT_MS: milliseconds(8000),
  LINK_UNWATCHED_SECONDS: seconds(LINK_UNWATCHED_SECONDS),
  /** Below the 5 s in which an admin is told how it went: the receipt has to be stored, too. */
  UNLINK_TIMEOUT_MS: milliseconds(4500),
  RECONNECT_MIN_MS: milliseconds(1000),
  RECONNECT_MAX_MS: milliseconds(60_000),
  RECONNECT_TRIES: count(1000),
  START_CONCURRENCY: count(8),
  /** How often an online session leaves a snapshot of its credentials. */
  BACKUP_HOURS: z.coerce.number().positive().max(8760).default(6),
  /** Between two texts of one session; half of it is left to chance. */
  OUTBOX_GAP_MS: milliseconds(1500),
  /** How long one try to send a text waits for WhatsApp's answer, and how many tries without one there are. */
  OUTBOX_ANSWER_MS: milliseconds(20_000),
  OUTBOX_TRIES: count(5),
  /** For the demo and tests: webhooks may be http, and on this machine. */
  WEBHOOK_ALLOW_PRIVATE: z.enum(['true', 'false']).default('false'),
  /** Bounds each credential file, in pages of 4 KiB. A phone with a long history needs about 10 MB. */
  CREDENTIAL_MAX_PAGES: z.coerce.number().int().min(2).max(1_000_000).default(65_536),
})

export type Settings = z.infer<typeof Environment>

/** No worker for real ever sends to its own machine, whoever sets what; of several workers each can be addressed by its id. */
const Complete = Environment.refine(
  ({ WORKER_REALM, WEBHOOK_ALLOW_PRIVATE }) => WORKER_REALM === 'demo' || WEBHOOK_ALLOW_PRIVATE === 'false',
  { path: ['WEBHOOK_ALLOW_PRIVATE'], error: 'only where WORKER_REALM is demo' },
).refine(({ WORKER_STORE, WORKER_ID }) => WORKER_STORE === 'disk' || WorkerId.safeParse(WORKER_ID).success, {
  path: ['WORKER_ID'],
  error: 'with WORKER_STORE=database it becomes a part of an address: lower-case letters, digits and - within, at most 63',
})

/** Reads the settings; the error names every variable that is missing or wrong, and never shows a value. */
export function readSettings(environment: Record<string, string | undefined>): Settings {
  const parsed = Complete.safeParse(environment)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`The worker's settings are not complete: ${problems.join('; ')}`)
}

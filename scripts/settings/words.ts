import type * as z from 'zod'
import type { Environment as EdgeEnvironment } from '../../supabase/functions/whatsapp-session/settings.ts'
import type { Environment as SimulatorEnvironment } from '../../simulator/settings.ts'
import type { Settings as WorkerSettings } from '../../worker/settings.ts'
import type { Environment as StartEnvironment } from '../stack/start-settings.ts'

/** What each setting is for, in the words of docs/reference/settings.md. A setting without words does not compile. */
export const WORKER_WORDS: Record<keyof WorkerSettings, string> = {
  WORKER_ID: 'its name in the database, and the audience of the commands that it obeys',
  WORKER_HOST: 'the address on which it listens',
  WORKER_PORT: 'the port; 0 takes a free one',
  WORKER_PUBLIC_URL: 'where the edge function reaches it',
  WORKER_DATA: 'its data folder: credentials, backups, queues, tombstones',
  WORKER_LEDGER: 'the file that says what was cleared; in the data folder unless told. Elsewhere it outlives that folder',
  WORKER_REALM: 'a folder of the one refuses to run as the other',
  WORKER_STORE:
    '`disk`: credentials lie in WORKER_DATA; `database`: sealed in the database, from where another worker takes a session over',
  WORKER_CAPACITY: 'how many sessions it holds at most',
  USER_COMMANDS_PER_MINUTE: 'commands of one person; half of it at once; what may change something counts double',
  ORGANIZATION_COMMANDS_PER_MINUTE: 'the same of one organisation',
  SESSION_LINKS_PER_HOUR: 'links begun and pairing codes of one session, a quarter of it at once',
  ORGANIZATION_LINKS_PER_HOUR: 'the same of one organisation',
  SESSION_STREAMS: 'link streams of one session that are open at once',
  ORGANIZATION_STREAMS: 'the same of one organisation',
  SUPABASE_URL: 'the project',
  SUPABASE_SERVICE_ROLE_KEY: '**secret**: reads and writes every row',
  COMMAND_PUBLIC_KEYS: "JWKS with the edge function's public keys; `npm run command-keys` prints it",
  WA_WEB_SOCKET_URL: "WhatsApp's own unless told",
  LOG_LEVEL: 'the least that is logged',
  WORKER_METRICS: '`off`: nothing is counted, and `/metrics` is not there',
  POLL_SECONDS: 'how often it reads all rows; a command has it look at once',
  PASS_SLICE_MS: 'how long a pass may keep everybody else from being heard; 0: not beyond one row',
  HEARTBEAT_SECONDS: 'how often it says that it lives; after 30 s of silence it counts as away',
  DATABASE_TIMEOUT_MS: 'for one question to the database',
  LINK_UNWATCHED_SECONDS: 'how long a link goes on that nobody watches',
  UNLINK_TIMEOUT_MS: 'how long a clear waits for WhatsApp; below the 5 s in which an admin is told how it went',
  RECONNECT_MIN_MS: 'the first pause after a lost connection; it doubles',
  RECONNECT_MAX_MS: 'the longest',
  RECONNECT_TRIES: 'so many in a row, then the session is stopped, its credentials kept',
  START_CONCURRENCY: 'sessions that log in at the same time',
  BACKUP_HOURS: 'how often a session that is online leaves a snapshot of its credentials',
  OUTBOX_GAP_MS: 'between two texts of one session; half of it is left to chance',
  OUTBOX_ANSWER_MS: "how long one try to send a text waits for WhatsApp's answer",
  OUTBOX_TRIES: 'tries without an answer',
  WEBHOOK_ALLOW_PRIVATE: '`true`: webhooks may be http, and on this machine; for the realm `demo` only',
  CREDENTIAL_MAX_PAGES: "bounds each session's credential file, in pages of 4 KiB; a phone with a long history needs about 10 MB",
}

/** Of the edge function. Hosted Supabase sets the first three itself. */
export const EDGE_WORDS: Record<keyof z.infer<typeof EdgeEnvironment>, string> = {
  SUPABASE_URL: 'the project; hosted Supabase sets it',
  SUPABASE_PUBLISHABLE_KEYS: 'its public keys by name, as JSON; hosted Supabase sets it',
  SUPABASE_ANON_KEY: 'its older public key, for where there are no others; hosted Supabase sets it',
  WORKER_URL: "the worker's `WORKER_PUBLIC_URL`; of several workers, with `{worker}` where the id of each goes",
  WORKER_ID: "the one worker's `WORKER_ID`; left out where there are several",
  COMMAND_PRIVATE_KEY: '**secret**: signs commands; the other line of `npm run command-keys`',
  ALLOWED_ORIGINS: 'origins of dashboards elsewhere, separated by commas',
  LINK_STREAM_SECONDS: "after so long a link's stream asks to attach anew: less than the platform lets a function run",
  LINK_RIGHTS_SECONDS: 'how often the right to see an open link is asked anew',
  WORKER_TIMEOUT_SECONDS: 'how long it waits for the worker',
}

/** Of `npm start`. */
export const START_WORDS: Record<keyof z.infer<typeof StartEnvironment>, string> = {
  PORT: 'of the one address for everything; 0 takes a free one',
  LATCHKEY_DATA: 'its data: one folder for the demo, one for `-- --live`',
}

/** Of the simulated WhatsApp, where it is run by itself. */
export const SIMULATOR_WORDS: Record<keyof z.infer<typeof SimulatorEnvironment>, string> = {
  SIMULATOR_PORT: 'on 127.0.0.1; 0 takes a free one',
  SIMULATOR_DATA: 'folder of the accounts; without it nothing survives the process',
  SIMULATOR_REF_COUNT: 'QR codes for one link',
  SIMULATOR_REF_FIRST_SECONDS: 'how long the first is good',
  SIMULATOR_REF_NEXT_SECONDS: 'how long each later one is',
  SIMULATOR_UNLINK_REPLY: 'what a device hears that unlinks itself',
  SIMULATOR_UNLINK_DELAY_MS: 'how long it waits for that',
  SIMULATOR_READ_DELAY_MS: 'how soon the owner of a phone opens a text',
  SIMULATOR_SEED: 'where chance comes from; without it ids, codes and keys are random',
  SIMULATOR_MAX_DEVICES: 'devices of one phone; the real service allows four',
  SIMULATOR_LOG: '`quiet` prints only the line `ready`',
}

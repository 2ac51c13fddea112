import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { serve, type ServerType } from '@hono/node-server'
import { App } from '@supabase/lite'
import postgres, { type PostgresType } from 'postgres'
import { createAuthMail, whoMayBeMailed } from './auth-mail.ts'
import { HOSTED_DEFAULTS } from './hosted-defaults.ts'
import { createLastingConnection } from './lasting-connection.ts'
import type { Mailbox } from './mailbox.ts'
import { applyMigrations } from './migrations.ts'

/** How long the connections to the database may take to end, milliseconds. */
const CLOSE_MS = 1000

export type SupabaseApiOptions = {
  /** Of a superuser. */
  databaseUrl: string
  /** Signs the users' tokens (HS256) and is what the two keys are derived from. At least 32 characters; the caller keeps it. */
  jwtSecret: string
  /** Where to listen on 127.0.0.1; 0 takes a free port. Without it nothing listens and `fetch` is for mounting elsewhere. */
  port?: number
  /** Where Auth's mails go; without one it sends none. */
  mailbox?: Mailbox
  /** The page's own origin: where the links of mails lead. */
  siteUrl?: string
  /** Connections to the database, 10 unless told. */
  connections?: number
}

export type RunningSupabaseApi = {
  /** `http://127.0.0.1:<port>`, what `createClient` takes; empty when nothing listens. */
  url: string
  anonKey: string
  serviceRoleKey: string
  /** Answers `/auth/v1/*` and `/rest/v1/*`, and 404 to all else. */
  fetch(request: Request): Promise<Response>
  /** The files of `supabase/migrations` that this start applied. */
  applied: string[]
  /** Ends the API. To be called before the database is stopped; safe to call twice. */
  stop(): Promise<void>
}

/**
 * The part of Supabase that Latchkey needs (Auth and the data API) over a plain Postgres, with all migrations applied.
 * Talks as PostgREST and GoTrue do, so `supabase-js` works unchanged.
 */
export async function startSupabaseApi(options: SupabaseApiOptions): Promise<RunningSupabaseApi> {
  const anonKey = apiKey('publishable', options.jwtSecret)
  const serviceRoleKey = apiKey('secret', options.jwtSecret)
  const connection = createLastingConnection({
    url: options.databaseUrl,
    postgresOptions: { max: options.connections ?? 10, onnotice: () => {}, types: { json: json(114), jsonb: json(3802) } },
  })
  keepGrants(connection)
  logErrorsInOneLine(connection)
  const siteUrl = options.siteUrl ?? 'http://127.0.0.1'
  const mail = createAuthMail({ mailbox: options.mailbox ?? null, siteUrl, mayBeMailed: whoMayBeMailed(connection) })
  const app = new App({
    connection,
    api: { schemas: ['public'] },
    auth: {
      enabled: true,
      jwt_secret: options.jwtSecret,
      publishable_key: anonKey,
      secret_key: serviceRoleKey,
      enable_signup: false,
      site_url: siteUrl,
      additional_redirect_urls: [siteUrl.replace('127.0.0.1', 'localhost'), `${siteUrl.replace('127.0.0.1', 'localhost')}/**`],
      email: {
        // The new mailbox must confirm. With two, the API would take the old one's word for it, and an e-mail is whom an invitation is for.
        double_confirm_changes: false,
        // People follow the link. Six digits could be guessed: nothing counts the tries.
        otp_length: 12,
      },
    },
    storage: { enabled: false },
    studio: { enabled: false },
    options: { drivers: { email: mail.driver }, server: { disableStudio: true, disableFallback: true, admin: false } },
  })

  let applied: string[]
  try {
    await app.ensureSystemSchema()
    applied = await migrate(options.databaseUrl)
  } catch (error) {
    await connection.close()
    throw error
  }

  const answer = async (request: Request): Promise<Response> => {
    // The API also has pages of its own (`/_system` shows its configuration to anybody): only what supabase-js calls is passed on.
    const { pathname } = new URL(request.url)
    if (/^\/rest\/v1(\/|$)/.test(pathname)) return keptByNobody(await app.fetch(request))
    if (/^\/auth\/v1(\/|$)/.test(pathname)) return keptByNobody(await mail.pass(request, async (asked) => await app.fetch(asked)))
    return Response.json({ message: 'not found' }, { status: 404 })
  }
  const server = options.port === undefined ? null : await listen(answer, options.port)
  let stopped: Promise<void> | null = null
  return {
    url: server ? `http://127.0.0.1:${(server.address() as AddressInfo).port}` : '',
    anonKey,
    serviceRoleKey,
    fetch: answer,
    applied,
    stop: () => (stopped ??= stop(server, connection)),
  }
}

/** Tokens and rows are of one caller and one moment. */
function keptByNobody(response: Response): Response {
  const headers = new Headers(response.headers)
  headers.set('cache-control', 'no-store')
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers })
}

/**
 * On its first request the API would grant everything on every table of a schema with row level security, and so undo
 * the migrations' revokes, unless it takes that for done. The field is private: a test watches that this still works.
 */
function keepGrants(connection: object): void {
  const state = connection as { rlsState?: string }
  if (state.rlsState !== 'unknown') throw new Error('@supabase/lite has changed: it may grant away what the migrations revoke')
  state.rlsState = 'active'
}

/** The API prints every refused request with its whole stack; what was refused and why is one line. */
function logErrorsInOneLine(connection: { normalizeDbError(error: unknown): unknown }): void {
  const normalize = connection.normalizeDbError.bind(connection)
  connection.normalizeDbError = (cause) => {
    const error = normalize(cause)
    if (!(error instanceof Error)) return error
    const { code, detail } = error as { code?: string; detail?: string }
    const line = `The API refused a request: ${error.message}${code ? ` (${code})` : ''}${detail ? `: ${detail}` : ''}`
    return Object.defineProperty(error, inspect.custom, { value: () => line })
  }
}

/** The API hands JSON arguments over as text; encoding them again, as it does by itself, would store a JSON string. */
function json(oid: number): PostgresType {
  return {
    to: oid,
    from: [oid],
    serialize: (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)),
    parse: (text: string) => JSON.parse(text) as unknown,
  }
}

async function migrate(databaseUrl: string): Promise<string[]> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  try {
    await sql.unsafe(HOSTED_DEFAULTS)
    return await applyMigrations(sql)
  } finally {
    await sql.end()
  }
}

/** A key of the shape that the API knows, the same at every start for the same secret. */
function apiKey(type: 'publishable' | 'secret', secret: string): string {
  const body = createHmac('sha256', secret).update(`latchkey ${type} key`).digest('base64url')
  return `sb_${type}_${body.slice(0, 22)}_${body.slice(22, 30)}`
}

async function listen(answer: (request: Request) => Promise<Response>, port: number): Promise<ServerType> {
  const server = serve({ fetch: answer, port, hostname: '127.0.0.1', overrideGlobalObjects: false })
  await once(server, 'listening')
  return server
}

async function stop(server: ServerType | null, connection: { close(): Promise<void> }): Promise<void> {
  if (server) {
    const closed = once(server, 'close')
    server.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
    await closed
  }
  // When the database went first the pool waits for it without end.
  const inTime = new AbortController()
  await Promise.race([connection.close(), sleep(CLOSE_MS, undefined, { signal: inTime.signal }).catch(() => {})])
  inTime.abort()
}

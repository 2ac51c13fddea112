import type { DashboardConfig } from '#domain/config.ts'
import type { Database } from '#domain/database.types.ts'
import { REQUEST_ID_HEADER } from '#domain/request-id.ts'
import { AuthClient } from '@supabase/auth-js'
import { PostgrestClient } from '@supabase/postgrest-js'
import { createContext, use } from 'react'
import * as z from 'zod/mini'
import { boundedFetch } from './bounded-fetch.ts'
import { databaseFailure, Failure, functionFailure, referenceOf } from './failure.ts'

/**
 * What the page needs of Supabase, of Supabase's own packages: `supabase-js` would bring storage and Realtime into the first load of
 * a page that has no files, and that fetches Realtime only where there is one.
 */
export type Client = Pick<PostgrestClient<Database>, 'from' | 'rpc'> & {
  auth: InstanceType<typeof AuthClient>
  /** Calls the edge function `whatsapp-session`; answers with whatever it says. Throws a `Failure` where nothing answers. */
  callFunction(path: string, init?: RequestInit): Promise<Response>
}

/** The one client of the page. `fetch` is handed in by tests. */
export function createSupabase({ supabaseUrl, supabaseKey }: DashboardConfig, fetchHttp?: typeof fetch): Client {
  const base = new URL(supabaseUrl.endsWith('/') ? supabaseUrl : `${supabaseUrl}/`)
  const send = boundedFetch(fetchHttp ?? ((input, init) => fetch(input, init)))
  const auth = new AuthClient({
    url: new URL('auth/v1', base).href,
    headers: { apikey: supabaseKey, Authorization: `Bearer ${supabaseKey}` },
    // The place where supabase-js keeps it.
    storageKey: `sb-${base.hostname.split('.')[0]}-auth-token`,
    // What the link of a mail brings is read by features/auth, which also knows what to ask of who comes by it.
    detectSessionInUrl: false,
    fetch: send,
  })
  /** As whoever is signed in; a guest is known by the page's key, as supabase-js does it. */
  const asCaller = (guestBearer: string | null): typeof fetch => {
    return async (input, init) => {
      const { data } = await auth.getSession()
      const headers = new Headers(init?.headers)
      headers.set('apikey', supabaseKey)
      const bearer = data.session?.access_token ?? guestBearer
      if (bearer) headers.set('Authorization', `Bearer ${bearer}`)
      return send(input, { ...init, headers })
    }
  }
  // The page asks again by itself; a call that tries in silence would keep it from saying that nobody answers.
  const rest = new PostgrestClient<Database>(new URL('rest/v1', base).href, { fetch: asCaller(supabaseKey), retry: false })
  // A function takes no key of the new kind for a token.
  const callAsCaller = asCaller(supabaseKey.startsWith('sb_') ? null : supabaseKey)
  return {
    auth,
    from: rest.from.bind(rest),
    rpc: rest.rpc.bind(rest),
    async callFunction(path, init) {
      try {
        return await callAsCaller(new URL(`functions/v1/whatsapp-session/${path}`, base).href, { ...init, headers: named(init?.headers) })
      } catch (error) {
        throw new Failure('unreachable', error instanceof Error ? error.message : String(error))
      }
    },
  }
}

export const SupabaseContext = createContext<Client | null>(null)

export function useSupabase(): Client {
  const client = use(SupabaseContext)
  if (!client) throw new Error('useSupabase is used outside of the providers')
  return client
}

/** Gives a call the id by which it is found in every log. A page that is not served safely has no such ids: then the function makes one. */
function named(known: HeadersInit | undefined): Headers {
  const headers = new Headers(known)
  if ('randomUUID' in crypto) headers.set(REQUEST_ID_HEADER, crypto.randomUUID())
  return headers
}

type Answer = { data: unknown; error: { message: string; code?: string } | null; status: number }

/** Awaits a PostgREST call and reads its answer as `schema`; throws a `Failure`. */
export async function ask<Schema extends z.ZodMiniType>(call: PromiseLike<Answer>, schema: Schema): Promise<z.output<Schema>> {
  const { data, error, status } = await call
  if (error) throw databaseFailure(error, status)
  return read(data, schema)
}

export type WorkerCall = { method?: 'GET' | 'POST' | 'DELETE'; body?: Record<string, unknown>; signal?: AbortSignal }

/** Calls the edge function `whatsapp-session`, by POST unless told, and reads its answer as `schema`; throws a `Failure`. */
export async function askWorker<Schema extends z.ZodMiniType>(
  client: Client,
  path: string,
  { method = 'POST', body, signal }: WorkerCall,
  schema: Schema,
): Promise<z.output<Schema>> {
  const response = await client.callFunction(path, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    ...(signal && { signal }),
  })
  if (!response.ok) throw await functionFailure(response)
  return read(await response.json().catch(() => undefined), schema, referenceOf(response))
}

function read<Schema extends z.ZodMiniType>(data: unknown, schema: Schema, reference: string | null = null): z.output<Schema> {
  const parsed = z.safeParse(schema, data)
  if (!parsed.success) throw new Failure('unexpected_answer', z.prettifyError(parsed.error), { reference })
  return parsed.data
}

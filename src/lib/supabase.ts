import type { DashboardConfig } from '#domain/config.ts'
import type { Database } from '#domain/database.types.ts'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { createContext, use } from 'react'
import * as z from 'zod/mini'
import { boundedFetch } from './bounded-fetch.ts'
import { databaseFailure, Failure, functionFailure } from './failure.ts'

export type Client = SupabaseClient<Database>

/** The one client of the page. `fetch` is handed in by tests. */
export function createSupabase(config: DashboardConfig, fetchHttp: typeof fetch = fetch): Client {
  return createClient<Database>(config.supabaseUrl, config.supabaseKey, {
    // The page asks again by itself; a call that tries in silence would keep it from saying that nobody answers.
    db: { retry: false },
    global: { fetch: boundedFetch(fetchHttp) },
  })
}

export const SupabaseContext = createContext<Client | null>(null)

export function useSupabase(): Client {
  const client = use(SupabaseContext)
  if (!client) throw new Error('useSupabase is used outside of the providers')
  return client
}

type Answer = { data: unknown; error: { message: string; code?: string } | null; status: number }

/** Awaits a PostgREST call and reads its answer as `schema`; throws a `Failure`. */
export async function ask<Schema extends z.ZodMiniType>(call: PromiseLike<Answer>, schema: Schema): Promise<z.output<Schema>> {
  const { data, error, status } = await call
  if (error) throw databaseFailure(error, status)
  return read(data, schema)
}

/** Calls the edge function `whatsapp-session` and reads its answer as `schema`; throws a `Failure`. */
export async function askWorker<Schema extends z.ZodMiniType>(
  client: Client,
  path: string,
  body: Record<string, unknown>,
  schema: Schema,
  signal?: AbortSignal,
): Promise<z.output<Schema>> {
  const { data, error } = await client.functions.invoke<unknown>(`whatsapp-session/${path}`, {
    method: 'POST',
    body,
    ...(signal && { signal }),
  })
  if (error) throw await functionFailure(error)
  return read(data, schema)
}

function read<Schema extends z.ZodMiniType>(data: unknown, schema: Schema): z.output<Schema> {
  const parsed = z.safeParse(schema, data)
  if (!parsed.success) throw new Failure('unexpected_answer', z.prettifyError(parsed.error))
  return parsed.data
}

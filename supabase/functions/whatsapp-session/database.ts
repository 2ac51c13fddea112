import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { ERROR_CODES, type ErrorCode } from '#domain/errors.ts'
import { refuse, type Refusal } from './answer.ts'
import { fetchInTime } from './in-time.ts'
import type { Settings } from './settings.ts'

/** A database that says nothing for this long counts as away, milliseconds. */
const DATABASE_TIMEOUT_MS = 10_000

/** The database as one caller sees it: their token, the public key, row level security. No retries: somebody waits for the answer. */
export function openDatabase(settings: Settings, token: string): SupabaseClient {
  return createClient(settings.supabaseUrl, settings.anonKey, {
    db: { retry: false },
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    global: {
      // Spelled as supabase-js spells it: two spellings become one header with two tokens.
      headers: { Authorization: `Bearer ${token}` },
      fetch: (input, init) => fetchInTime(input, init, DATABASE_TIMEOUT_MS),
    },
  })
}

/** A list for the filter `in`. Quoted, so that a phone number is read as text and not as the number that it looks like. */
export function anyOf(values: readonly string[]): string {
  return `(${values.map((value) => `"${value}"`).join(',')})`
}

type DatabaseError = { message: string; code?: string | undefined; details?: string | null | undefined }

const isErrorCode = (text: string): text is ErrorCode => (ERROR_CODES as readonly string[]).includes(text)

/**
 * What a failed call to the database means. Our own functions raise a code of `domain/errors.ts` as their message and a
 * sentence as their details; whatever else comes is Postgres or the network.
 */
export function databaseRefusal(error: DatabaseError, status: number): Refusal {
  if (isErrorCode(error.message)) return refuse(error.message, error.details || 'The database refused this.')
  if (error.code === '42501') return refuse('forbidden', 'Your role may not do this.')
  if (status === 401) return refuse('unauthorized', 'Sign in again.')
  if (status === 0 || status >= 500) return databaseUnavailable()
  const because = `unexpected answer of the database: ${status} ${error.code} ${error.message}`
  return { ...refuse('internal', 'The database gave an unexpected answer.'), because }
}

export function databaseUnavailable(): Refusal {
  return refuse('database_unavailable', 'The database cannot be reached.')
}

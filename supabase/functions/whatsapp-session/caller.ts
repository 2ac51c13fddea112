import { isAuthRetryableFetchError, type SupabaseClient } from '@supabase/supabase-js'
import type { Result } from '#domain/errors.ts'
import { refuse } from './answer.ts'
import { databaseUnavailable } from './database.ts'

/** The token of an `Authorization: Bearer` header, or `null`. */
export function bearerToken(headers: Headers): string | null {
  return /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? null
}

/** Only these speak of the token; whatever else Auth says is its own trouble, and nobody is signed out for that. */
const REFUSES_THE_TOKEN: ReadonlySet<number> = new Set([400, 401, 403])

/** Asks Auth whose token this is: it knows the users who were removed or signed out, which a signature alone does not tell. */
export async function identifyCaller(database: SupabaseClient, token: string): Promise<Result<string>> {
  const { data, error } = await database.auth.getUser(token)
  if (!error) return { ok: true, value: data.user.id }
  if (!isAuthRetryableFetchError(error) && REFUSES_THE_TOKEN.has(error.status ?? 0)) return refuse('unauthorized', 'Sign in again.')
  if (error.status === 429) return refuse('rate_limited', 'Too many requests. Wait a moment.')
  return databaseUnavailable()
}

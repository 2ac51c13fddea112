import * as z from 'zod/mini'
import { OrganizationId, SessionId } from './session.ts'

/** The `typ` header of a signed command. */
export const COMMAND_TYPE = 'cmd+jwt'
export const COMMAND_ALGORITHM = 'EdDSA'
/** How long a command is valid, seconds. */
export const COMMAND_SECONDS = 30
/** How far the clocks of edge function and worker may differ, seconds. */
export const COMMAND_SKEW_SECONDS = 10

/**
 * The header of a command, and nothing beside it: what else a header could say (a key, where to fetch one, what else to heed) is for the
 * signer to decide, and the signer is not known yet. `kid`: which of the worker's keys signed.
 */
export const CommandHeader = z.strictObject({ alg: z.literal(COMMAND_ALGORITHM), typ: z.literal(COMMAND_TYPE), kid: z.string() })
export type CommandHeader = z.infer<typeof CommandHeader>

/**
 * What a command from the edge function to the worker is bound to. It carries no meaning of its own: it says "look at this session now",
 * so one that is replayed, late or out of order is harmless. What is done to the outbox, of which the database knows nothing, is bound to
 * `jti` and `iat` instead.
 */
export const CommandClaims = z.object({
  aud: z.string(),
  iat: z.int(),
  exp: z.int(),
  /** Of one use: a worker takes it once. */
  jti: z.uuid(),
  /** Whom the edge function identified. The worker gives no rights by it; it counts by it. */
  user_id: z.uuid(),
  organization_id: OrganizationId,
  /** `null` for calls about the whole organisation. */
  session_id: z.nullable(SessionId),
  method: z.string(),
  /** The path on the worker, with the query string. */
  path: z.string(),
  /** SHA-256 of the body's bytes, base64url; of no bytes where there is no body. */
  body_sha256: z.string(),
})
export type CommandClaims = z.infer<typeof CommandClaims>

/** SHA-256 of a body, base64url. Runs on Node and Deno. */
export async function bodyHash(body: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(body))
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

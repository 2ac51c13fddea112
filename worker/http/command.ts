import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import type { JSONWebKeySet } from 'jose'
import { COMMAND_ALGORITHM, COMMAND_SECONDS, COMMAND_SKEW_SECONDS, COMMAND_TYPE, CommandClaims, bodyHash } from '#domain/command.ts'
import type { Result } from '#domain/errors.ts'
import type { Clock } from '../clock.ts'

/** The request that a command must be bound to. `path` is as it came, with its query string. */
export type SignedRequest = { authorization: string | undefined; method: string; path: string; body: string; sessionId: string | null }

export type CommandVerifier = (request: SignedRequest) => Promise<Result<CommandClaims>>

/**
 * Checks signed commands (rules CMD-1 to CMD-8). Replay is harmless by design, for a command only says "look"; all the same each is taken
 * once, and none that is older than this process.
 */
export function createCommandVerifier(options: { keys: JSONWebKeySet; workerId: string; clock: Clock }): CommandVerifier {
  const { workerId, clock } = options
  const keySet = createLocalJWKSet(options.keys)
  const startedAt = Math.floor(clock.now() / 1000)
  const seen = new Map<string, number>()
  const refuse = (message: string): Result<CommandClaims> => ({ ok: false, code: 'invalid_command', message })

  return async ({ authorization, method, path, body, sessionId }) => {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(authorization ?? '')?.[1]
    if (!token) return refuse('a signed command is needed')
    const claims = await verified(token, keySet, workerId)
    if (!claims) return refuse('the command is not signed by a known key for this worker')

    const now = Math.floor(clock.now() / 1000)
    const decision = decideCommand(claims, { method, path, body_sha256: await bodyHash(body), session_id: sessionId }, now, startedAt)
    if (!decision.ok) return decision
    for (const [jti, until] of seen) if (until < now) seen.delete(jti)
    if (seen.has(claims.jti)) return refuse('the command was used before')
    seen.set(claims.jti, claims.exp + COMMAND_SKEW_SECONDS)
    return decision
  }
}

type Binding = Pick<CommandClaims, 'method' | 'path' | 'body_sha256' | 'session_id'>

/** Whether claims that are signed are also meant for this request, now. Times in seconds since the epoch. */
export function decideCommand(claims: CommandClaims, binding: Binding, now: number, startedAt: number): Result<CommandClaims> {
  const refuse = (message: string): Result<CommandClaims> => ({ ok: false, code: 'invalid_command', message })
  for (const field of ['method', 'path', 'body_sha256', 'session_id'] as const) {
    if (claims[field] !== binding[field]) return refuse(`the command is for another ${field}`)
  }
  if (claims.exp - claims.iat > COMMAND_SECONDS || claims.exp <= claims.iat)
    return refuse(`a command is valid for ${COMMAND_SECONDS} seconds`)
  if (claims.iat > now + COMMAND_SKEW_SECONDS || claims.exp < now - COMMAND_SKEW_SECONDS) {
    return {
      ok: false,
      code: 'clock_skew',
      message: 'the command is not of this time: compare the clocks of the edge function and the worker',
      detail: { workerTime: new Date(now * 1000).toISOString() },
    }
  }
  if (claims.iat < startedAt) return refuse('the command is older than this worker')
  return { ok: true, value: claims }
}

/** The claims of a token that is rightly signed, typed and addressed; its times are judged apart. */
async function verified(token: string, keys: ReturnType<typeof createLocalJWKSet>, audience: string): Promise<CommandClaims | null> {
  try {
    if (decodeProtectedHeader(token).typ !== COMMAND_TYPE) return null
    const { payload } = await jwtVerify(token, keys, {
      algorithms: [COMMAND_ALGORITHM],
      audience,
      currentDate: new Date(0),
      clockTolerance: 0,
    })
    return CommandClaims.parse(payload)
  } catch {
    return null
  }
}

import { decodeProtectedHeader, jwtVerify } from 'jose'
import type { JWK } from 'jose'
import { COMMAND_ALGORITHM, COMMAND_SECONDS, COMMAND_SKEW_SECONDS, CommandClaims, CommandHeader, bodyHash } from '#domain/command.ts'
import type { CommandPublicKeys } from '#domain/command-key.ts'
import type { ErrorCode, Result } from '#domain/errors.ts'
import type { Clock } from '../clock.ts'
import { createUsedOnce } from './used-once.ts'

/** A token of ours has about 700 characters. What is longer is not looked at. */
const MAX_TOKEN_LENGTH = 4096
/** A command of a clock that is ahead is good for this long. */
const REMEMBER_SECONDS = COMMAND_SECONDS + 2 * COMMAND_SKEW_SECONDS
/** How many commands are remembered to have been used: about 5 MB. No worker is asked 500 times a second all the time. */
const MAX_REMEMBERED = 50_000

/** The request that a command must be bound to. `path` is as it came, with its query string. */
export type SignedRequest = { authorization: string | undefined; method: string; path: string; body: string; sessionId: string | null }

export type CommandVerifier = (request: SignedRequest) => Promise<Result<CommandClaims>>

/**
 * Checks signed commands (rules CMD-1 to CMD-8). They are harmless twice, for they only say "look", or are bound to what they
 * were issued for (OUT-6); still each is taken once, and none that is older than this process, which knows nothing of what was used before.
 */
export function createCommandVerifier(options: { keys: CommandPublicKeys; workerId: string; clock: Clock }): CommandVerifier {
  const { workerId, clock } = options
  const keys = new Map<string, JWK>(options.keys.keys.map((key) => [key.kid, key]))
  const startedAt = Math.floor(clock.now() / 1000)
  const used = createUsedOnce({ seconds: REMEMBER_SECONDS, max: MAX_REMEMBERED })

  return async ({ authorization, method, path, body, sessionId }) => {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(authorization ?? '')?.[1]
    if (!token || token.length > MAX_TOKEN_LENGTH) return refuse('a signed command is needed')
    const claims = await verified(token, keys, workerId)
    if (!claims) return refuse('the command is not signed by a known key for this worker')

    const binding = { method, path, body_sha256: await bodyHash(body), session_id: sessionId }
    const now = Math.floor(clock.now() / 1000)
    const decision = decideCommand(claims, binding, now, startedAt)
    if (!decision.ok) return decision
    const use = used.use(claims.jti, now)
    if (use === 'again') return refuse('the command was used before')
    return use === 'full' ? refuse('too many commands at once', 'rate_limited') : decision
  }
}

const refuse = (message: string, code: ErrorCode = 'invalid_command'): Result<never> => ({ ok: false, code, message })

type Binding = Pick<CommandClaims, 'method' | 'path' | 'body_sha256' | 'session_id'>

/** Whether claims that are signed are also meant for this request, now. Times in seconds since the epoch. */
export function decideCommand(claims: CommandClaims, binding: Binding, now: number, startedAt: number): Result<CommandClaims> {
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
async function verified(token: string, keys: ReadonlyMap<string, JWK>, audience: string): Promise<CommandClaims | null> {
  try {
    const key = keys.get(CommandHeader.parse(decodeProtectedHeader(token)).kid)
    if (!key) return null
    const { payload } = await jwtVerify(token, key, {
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

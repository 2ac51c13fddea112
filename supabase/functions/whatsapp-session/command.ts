import { importJWK, SignJWT } from 'jose'
import { bodyHash, COMMAND_ALGORITHM, COMMAND_SECONDS, COMMAND_TYPE, type CommandClaims, type CommandHeader } from '#domain/command.ts'
import type { CommandPrivateKey } from '#domain/command-key.ts'

/** What a command is bound to. `userId`: who asks. `sessionId`: `null` for a call about the whole organisation. */
export type Command = { userId: string; organizationId: string; sessionId: string | null; method: string; path: string; body: string }

/** Signs one command to the worker `workerId`, good for 30 seconds from `now`. */
export async function signCommand(key: CommandPrivateKey, workerId: string, command: Command, now = new Date()): Promise<string> {
  const issuedAt = Math.floor(now.getTime() / 1000)
  const claims: CommandClaims = {
    aud: workerId,
    iat: issuedAt,
    exp: issuedAt + COMMAND_SECONDS,
    jti: crypto.randomUUID(),
    user_id: command.userId,
    organization_id: command.organizationId,
    session_id: command.sessionId,
    method: command.method,
    path: command.path,
    body_sha256: await bodyHash(command.body),
  }
  const header: CommandHeader = { alg: COMMAND_ALGORITHM, typ: COMMAND_TYPE, kid: key.kid }
  return new SignJWT(claims).setProtectedHeader(header).sign(await importJWK(key, COMMAND_ALGORITHM))
}

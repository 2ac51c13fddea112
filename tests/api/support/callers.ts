import { randomUUID } from 'node:crypto'
import { importJWK, SignJWT } from 'jose'
import { bodyHash, COMMAND_ALGORITHM, COMMAND_SECONDS, COMMAND_TYPE } from '#domain/command.ts'
import type { Stack } from '../../../scripts/stack/stack.ts'

/** What a command is made for. */
export type Signing = { organizationId: string; sessionId: string | null; method: string; path: string; body: string }

/** Ways to get a command wrong; `right` is none. */
export const FORGERIES = [
  'right',
  'of another organisation',
  'for another session',
  'for another path',
  'for another method',
  'for another body',
  'for another worker',
  'of the past',
  'of the future',
  'of another type',
  'by a stranger',
  'cut',
] as const
export type Forgery = (typeof FORGERIES)[number]

/** Who asks. Commands give no rights to a user, so it may be anybody. */
const SOMEBODY = '7f0c1a52-8f5e-4a86-9f3c-222222222222'
const OTHER = '7f0c1a52-8f5e-4a86-9f3c-111111111111'

/** Signs commands with the stack's own key, rightly or not. */
export function createSigner(keys: Stack['keys'], workerId: string, otherOrganization: string) {
  const { private: jwk } = keys.command
  const strange = new Uint8Array(32).fill(7)
  return async ({ organizationId, sessionId, method, path, body }: Signing, forgery: Forgery): Promise<string> => {
    const shift = forgery === 'of the past' ? -600 : forgery === 'of the future' ? 600 : 0
    const now = Math.floor(Date.now() / 1000) + shift
    const claims = {
      aud: forgery === 'for another worker' ? 'worker-other' : workerId,
      iat: now,
      exp: now + COMMAND_SECONDS,
      jti: randomUUID(),
      user_id: SOMEBODY,
      organization_id: forgery === 'of another organisation' ? otherOrganization : organizationId,
      session_id: forgery === 'for another session' ? OTHER : sessionId,
      method: forgery === 'for another method' ? 'PUT' : method,
      path: forgery === 'for another path' ? `${path}/other` : path,
      body_sha256: await bodyHash(forgery === 'for another body' ? `${body} ` : body),
    }
    const typ = forgery === 'of another type' ? 'JWT' : COMMAND_TYPE
    const signing = new SignJWT(claims)
    if (forgery === 'by a stranger') return signing.setProtectedHeader({ alg: 'HS256', typ }).sign(strange)
    const token = await signing
      .setProtectedHeader({ alg: COMMAND_ALGORITHM, typ, kid: jwk.kid })
      .sign(await importJWK(jwk, COMMAND_ALGORITHM))
    return forgery === 'cut' ? token.slice(0, -4) : token
  }
}

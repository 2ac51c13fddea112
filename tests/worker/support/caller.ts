import { randomUUID } from 'node:crypto'
import { SignJWT, importJWK } from 'jose'
import { COMMAND_ALGORITHM, COMMAND_SECONDS, COMMAND_TYPE, bodyHash } from '#domain/command.ts'
import { newCommandKey } from '../../../scripts/stack/command-key.ts'

/** Who asks, unless a test says otherwise. */
export const USER = '0d5a5c1e-3b0f-4d6e-9a53-6a6b1c2d3e4f'

/** What a test changes about a command. */
export type Forgery = {
  sessionId?: string | null
  userId?: string
  organizationId?: string
  body?: string
  claims?: Record<string, unknown>
  header?: Record<string, unknown>
  token?: string
}
export type Answer = { status: number; body: unknown; headers: Headers }
export type Caller = ((method: string, path: string, forgery?: Forgery) => Promise<Answer>) & {
  /** The request itself, for streams. */
  raw(method: string, path: string, forgery?: Forgery, signal?: AbortSignal): Promise<Response>
  token(method: string, path: string, forgery?: Forgery): Promise<string>
}

/** Signs commands as the edge function does. */
export async function createCaller(workerId: string) {
  const key = await newCommandKey()
  const privateKey = await importJWK(key.private, COMMAND_ALGORITHM)
  return {
    key,
    publicKeys: JSON.stringify({ keys: [key.public] }),
    to(url: string, organizationId: string): Caller {
      const token = async (method: string, path: string, forgery: Forgery = {}): Promise<string> => {
        const now = Math.floor(Date.now() / 1000)
        return new SignJWT({
          aud: workerId,
          iat: now,
          exp: now + COMMAND_SECONDS,
          jti: randomUUID(),
          user_id: forgery.userId ?? USER,
          organization_id: forgery.organizationId ?? organizationId,
          session_id: forgery.sessionId ?? null,
          method,
          path,
          body_sha256: await bodyHash(forgery.body ?? ''),
          ...forgery.claims,
        })
          .setProtectedHeader({ alg: COMMAND_ALGORITHM, typ: COMMAND_TYPE, kid: key.public.kid, ...forgery.header })
          .sign(privateKey)
      }
      const raw: Caller['raw'] = async (method, path, forgery = {}, signal) =>
        fetch(url + path, {
          method,
          headers: { authorization: `Bearer ${forgery.token ?? (await token(method, path, forgery))}`, 'content-type': 'application/json' },
          ...(forgery.body === undefined ? {} : { body: forgery.body }),
          ...(signal ? { signal } : {}),
        })
      const call = async (method: string, path: string, forgery?: Forgery): Promise<Answer> => {
        const answer = await raw(method, path, forgery)
        const text = await answer.text()
        return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) }
      }
      return Object.assign(call, { raw, token })
    },
  }
}

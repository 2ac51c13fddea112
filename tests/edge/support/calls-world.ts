import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { importJWK, SignJWT } from 'jose'
import { bodyHash, COMMAND_ALGORITHM, COMMAND_SECONDS, COMMAND_TYPE } from '#domain/command.ts'
import { layoutOf } from '../../../scripts/stack/layout.ts'
import { startStack } from '../../../scripts/stack/stack.ts'
import { watchLink, type Watched } from './watch-link.ts'
import { pathsBelow } from '../../support/paths-below.ts'
import { WITHOUT_LIMITS } from '../../support/without-limits.ts'

export type Called = { status: number; body: unknown }
export type CallsWorld = Awaited<ReturnType<typeof startCallsWorld>>
type PhoneState = { devices: { jid: string; online: boolean }[] }

/** A whole stack but for the page; whoever calls it is the admin of its organisation. */
export async function startCallsWorld() {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-calls-'))
  await chmod(folder, 0o711)
  const stack = await startStack({
    port: 0,
    dataDir: folder,
    parts: ['edge', 'worker', 'simulator'],
    // The worker looks when it is told to: what happens is what the calls did.
    environment: { worker: { ...WITHOUT_LIMITS, POLL_SECONDS: '3600', OUTBOX_GAP_MS: '100' } },
  })
  const person: SupabaseClient = createClient(stack.url, stack.keys.anon, { auth: { persistSession: false, autoRefreshToken: false } })
  const { data, error } = await person.auth.signInWithPassword(stack.login)
  if (error) throw error
  const { access_token: token, user } = data.session
  const { data: organizations } = await person.from('organizations').select('id').throwOnError()
  const organizationId = (organizations[0] as { id: string }).id
  const functionUrl = `${stack.url}/functions/v1/whatsapp-session`
  const workerFolder = layoutOf(folder, 'demo').worker

  /** A command as the edge function signs it. `sessionId`: `null` where the path names the session by its number, or none. */
  async function signed(method: string, path: string, body: string, sessionId: string | null): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const bound = {
      user_id: user.id,
      organization_id: organizationId,
      session_id: sessionId,
      method,
      path,
      body_sha256: await bodyHash(body),
    }
    return await new SignJWT({ aud: 'worker-1', iat: now, exp: now + COMMAND_SECONDS, jti: crypto.randomUUID(), ...bound })
      .setProtectedHeader({ alg: COMMAND_ALGORITHM, typ: COMMAND_TYPE, kid: stack.keys.command.public.kid })
      .sign(await importJWK(stack.keys.command.private, COMMAND_ALGORITHM))
  }

  const phones = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const answer = await fetch(`${stack.phoneUrl}api/${path}`, { method, ...(body && { body: JSON.stringify(body) }) })
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`)
    return (await answer.json()) as T
  }

  return {
    person,
    organizationId,
    /** Calls the edge function through the one origin, as pages and API clients do. */
    async edge(method: string, path: string, body?: object): Promise<Called> {
      const answer = await fetch(functionUrl + path, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body && { body: JSON.stringify(body) }),
      })
      return { status: answer.status, body: await answer.json() }
    },
    /** Calls the worker past the edge function. */
    async worker(method: string, path: string, sessionId: string | null, body?: object): Promise<Called> {
      const text = body ? JSON.stringify(body) : ''
      const headers = { authorization: `Bearer ${await signed(method, path, text, sessionId)}` }
      const answer = await fetch(stack.parts.worker.url + path, { method, headers, ...(body && { body: text }) })
      return { status: answer.status, body: await answer.json() }
    },
    watch: (session: string): Promise<Watched> => watchLink(functionUrl, session, token),
    async watchWorker(session: string, sessionId: string | null): Promise<Watched> {
      const base = `${stack.parts.worker.url}/api/sessions`
      return await watchLink(base, session, await signed('GET', `/api/sessions/${session}/link`, '', sessionId))
    },

    addPhone: (phone: object) => phones('POST', 'accounts', phone),
    scan: (qr: string, phone: string) => phones('POST', 'scan', { qr, phone }),
    typeCode: (code: string, phone: string) => phones('POST', `accounts/${phone}/code`, { code }),
    /** The devices that WhatsApp knows of a phone. */
    async devicesOf(phone: string) {
      const { devices } = await phones<PhoneState>('GET', 'state')
      return devices.filter(({ jid }) => jid.startsWith(`${phone}:`))
    },
    async textsOf(phone: string): Promise<string[]> {
      return (await phones<{ texts: { text: string }[] }>('GET', `accounts/${phone}/texts`)).texts.map(({ text }) => text)
    },
    /** Every file of the worker's that names the session, but for the tombstones, which are there to keep it away. */
    filesOf(sessionId: string): string[] {
      if (!existsSync(workerFolder)) throw new Error('the worker has no folder')
      return pathsBelow(workerFolder).filter((name) => name.includes(sessionId) && !name.startsWith('tombstones'))
    },
    async rowOf(sessionId: string): Promise<{ status: string; phone_number: string | null } | null> {
      const { data: row } = await person
        .from('whatsapp_sessions')
        .select('status, phone_number')
        .eq('id', sessionId)
        .maybeSingle()
        .throwOnError()
      return row
    },
    async stop() {
      await stack.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

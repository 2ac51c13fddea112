import { connect } from 'node:tls'
import * as z from 'zod'
import type { Deployed } from './online.ts'
import { judged, type Outcome } from './outcome.ts'

const ANSWER_MS = 15_000
const CERTIFICATE_DAYS = 14
const DAY_MS = 86_400_000

type Answer = { status: number; headers: Headers; body: unknown }
const AuthSettings = z.object({ disable_signup: z.boolean() })
const Refusal = z.object({ error: z.object({ code: z.string() }) })

/** Asks; a word instead of an answer says why there is none. TLS is checked as browsers do, and nothing else is spoken. */
async function ask(url: string, loopback: boolean, init: RequestInit = {}): Promise<Answer | string> {
  const { protocol, hostname } = new URL(url)
  if (protocol !== 'https:' && !(loopback && hostname === '127.0.0.1')) return `${url} is not https`
  try {
    const response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS) })
    const body: unknown = await response.json().catch(() => null)
    return { status: response.status, headers: response.headers, body }
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string; message?: string } }
    return `${url} does not answer: ${cause?.code ?? cause?.message ?? message}`
  }
}

/** Auth is there, and strangers make no accounts. */
export async function askAuth({ supabaseUrl, publicKey, loopback }: Deployed): Promise<string[]> {
  const answer = await ask(`${supabaseUrl}/auth/v1/settings`, loopback, { headers: { apikey: publicKey } })
  if (typeof answer === 'string') return [`SUPABASE_URL: ${answer}`]
  if (answer.status !== 200) return [`DASHBOARD_CONFIG: supabaseKey: Auth answers it with ${answer.status}`]
  const settings = AuthSettings.safeParse(answer.body)
  // The stand-in of the embedded stack has no such list.
  if (!settings.success) return loopback ? [] : ['SUPABASE_URL: what answers there is not Supabase Auth']
  return settings.data.disable_signup
    ? []
    : [
        'Auth: anybody can sign up, unless the hook admit_invited is on (see docs/how-to/deploy-to-production.md): close it, or see to the hook',
      ]
}

/** One call that only the worker may make: the secret key is let through, the public one is not. It also tells whether the migrations are there. */
export async function askKeys({ supabaseUrl, publicKey, secretKey, loopback }: Deployed): Promise<string[]> {
  const call = (key: string) =>
    ask(`${supabaseUrl}/rest/v1/rpc/worker_online`, loopback, {
      method: 'POST',
      headers: { apikey: key, 'content-type': 'application/json', ...(!key.startsWith('sb_') && { authorization: `Bearer ${key}` }) },
      body: '{}',
    })
  const [secret, open] = await Promise.all([call(secretKey), call(publicKey)])
  if (typeof secret === 'string') return [`SUPABASE_URL: ${secret}`]
  if (typeof open === 'string') return [`SUPABASE_URL: ${open}`]
  if (secret.status === 404) return ['SUPABASE_URL: the database has no worker_online(): push the migrations']
  const findings = secret.status === 200 ? [] : [`worker: SUPABASE_SERVICE_ROLE_KEY: refused with ${secret.status}`]
  if (secret.body === false) findings.push('worker: none has been heard of in the last 30 s')
  return open.status === 401 || open.status === 403
    ? findings
    : [...findings, `DASHBOARD_CONFIG: supabaseKey: it may ask what only the worker may (${open.status}): is it the secret one?`]
}

/** The function itself refuses who brings no token, and lets the dashboard's origin read the refusal. */
export async function askFunction({ supabaseUrl, publicKey, origin, loopback }: Deployed): Promise<string[]> {
  const url = `${supabaseUrl}/functions/v1/whatsapp-session`
  const answer = await ask(url, loopback, { headers: { origin, apikey: publicKey } })
  if (typeof answer === 'string') return [answer]
  if (answer.status === 404) return ['there is no function whatsapp-session: deploy it']
  const refusal = Refusal.safeParse(answer.body)
  if (answer.status !== 401 || !refusal.success) {
    return [`it answers ${answer.status} and not in its own words: is verify_jwt off, and are its secrets set?`]
  }
  const allowed = answer.headers.get('access-control-allow-origin')
  const isOwn = new URL(supabaseUrl).origin === origin
  return allowed === origin || isOwn ? [] : [`ALLOWED_ORIGINS: a page at ${origin} may not read its answers`]
}

/** The worker lives, has read the database, and its certificate lasts. */
export async function askWorker({ workerUrl, loopback }: Deployed): Promise<Outcome> {
  const [health, ready, metrics] = await Promise.all(['/health', '/ready', '/metrics'].map((path) => ask(`${workerUrl}${path}`, loopback)))
  if (typeof health === 'string' || health === undefined)
    return { kind: 'failed', findings: [`WORKER_PUBLIC_URL: ${health ?? 'was not asked'}`] }
  const findings = health.status === 200 ? [] : [`WORKER_PUBLIC_URL: /health answers ${health.status}`]
  if (typeof ready === 'object' && ready.status !== 200)
    findings.push(`WORKER_PUBLIC_URL: /ready answers ${ready.status}: see the worker's log`)
  if (typeof metrics === 'object' && metrics.status === 200 && !loopback) {
    findings.push('WORKER_PUBLIC_URL: /metrics is open to everybody: let the proxy pass what ops/caddy/Caddyfile passes')
  }
  const days = loopback ? null : await certificateDays(workerUrl)
  if (days !== null && days < CERTIFICATE_DAYS) findings.push(`WORKER_PUBLIC_URL: its certificate ends in ${days} days`)
  return judged(findings, `alive and ready${days === null ? '' : `; its certificate lasts ${days} days`}`)
}

/** How long the certificate lasts; whether it is good, the calls before have found out. */
async function certificateDays(url: string): Promise<number> {
  const { hostname, port } = new URL(url)
  return await new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port || 443), servername: hostname }, () => {
      resolve(Math.floor((Date.parse(socket.getPeerCertificate().valid_to) - Date.now()) / DAY_MS))
      socket.destroy()
    })
    socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error('no answer')))
    socket.once('error', reject)
  })
}

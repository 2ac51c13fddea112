import * as z from 'zod'

/** What a key of Supabase's API is, by its own words; nothing is verified, which only the project can. `project`: whose it is, where it says. */
export type ApiKey = { kind: 'public' | 'secret'; project: string | null; expiresAt: Date | null } | { kind: 'unknown' }

const Claims = z.object({ role: z.enum(['anon', 'service_role']), ref: z.string().optional(), exp: z.number().optional() })

/** Reads both forms: `sb_publishable_…` and `sb_secret_…`, and the older tokens, which name a role. */
export function readApiKey(key: string): ApiKey {
  if (/^sb_publishable_\w/.test(key)) return { kind: 'public', project: null, expiresAt: null }
  if (/^sb_secret_\w/.test(key)) return { kind: 'secret', project: null, expiresAt: null }
  const [, payload, signature] = key.split('.')
  if (!payload || !signature) return { kind: 'unknown' }
  try {
    const { role, ref, exp } = Claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()))
    const expiresAt = exp === undefined ? null : new Date(exp * 1000)
    return { kind: role === 'anon' ? 'public' : 'secret', project: ref ?? null, expiresAt }
  } catch {
    return { kind: 'unknown' }
  }
}

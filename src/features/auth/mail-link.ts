import type { EmailOtpType } from '@supabase/auth-js'
import * as z from 'zod/mini'
import { ADDRESSES } from '../../lib/addresses.ts'

/** What is asked of who followed a link: a new password, a first one, or nothing. */
export type Purpose = 'recovery' | 'welcome' | 'signed_in'

/** What a link of a mail brought in the page's address. */
export type MailLink =
  /** Auth let somebody in and handed over a session, in the hash. */
  | { kind: 'session'; purpose: Purpose; accessToken: string; refreshToken: string }
  /** A template of one's own names the token itself. */
  | { kind: 'token'; purpose: Purpose; tokenHash: string; type: EmailOtpType }
  /** A link that only the browser that asked for it can use. */
  | { kind: 'code'; purpose: Purpose; code: string }
  /** Auth refused it: used, or run out. */
  | { kind: 'refused' }

const TYPES = ['recovery', 'invite', 'signup', 'magiclink', 'email', 'email_change'] as const satisfies EmailOtpType[]
const Type = z.enum(TYPES)

/** Reads what a link of a mail brought, in any of the ways in which hosted Auth and the embedded one hand it over. */
export function readMailLink(href: string): MailLink | null {
  const { pathname, search, hash } = new URL(href)
  const given = new URLSearchParams([...new URLSearchParams(search), ...new URLSearchParams(hash.slice(1))])
  const text = (name: string) => given.get(name) || null
  const type = z.safeParse(Type, text('type')).data ?? 'magiclink'
  const purpose = purposeOf(pathname, type)
  const [accessToken, refreshToken, tokenHash, code] = [text('access_token'), text('refresh_token'), text('token_hash'), text('code')]
  if (accessToken && refreshToken) return { kind: 'session', purpose, accessToken, refreshToken }
  if (tokenHash) return { kind: 'token', purpose, tokenHash, type }
  if (text('error') || text('error_code')) return { kind: 'refused' }
  if (code) return { kind: 'code', purpose, code }
  return null
}

function purposeOf(pathname: string, type: EmailOtpType): Purpose {
  if (type === 'recovery' || pathname === ADDRESSES.newPassword) return 'recovery'
  return type === 'invite' || type === 'signup' || pathname === ADDRESSES.welcome ? 'welcome' : 'signed_in'
}

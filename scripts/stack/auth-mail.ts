import { AsyncLocalStorage } from 'node:async_hooks'
import type { PostgresConnection } from '@supabase/lite/postgres'
import * as z from 'zod'
import type { Mailbox } from './mailbox.ts'

/** What is asked for by e-mail: whoever asks is told nothing of who has an account. */
const LinkAsked = z.object({ email: z.string().max(254), create_user: z.boolean().default(true) })
/** Addresses of Auth, written plainly: one that is written otherwise could pass what is looked at here. */
const PLAIN = /^\/auth\/v1(?:\/[.a-z_-]+)*$/
/** Mails a link like `/otp`, and makes accounts by rules of its own. */
const CLOSED = '/auth/v1/magiclink'
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

type Fetch = (request: Request) => Promise<Response>
type Options = {
  mailbox: Mailbox | null
  /** The page's own origin: where the links of mails lead. */
  siteUrl: string
  /** Whether somebody with this e-mail has an account or may have one. */
  mayBeMailed: (email: string) => Promise<{ isKnown: boolean; isInvited: boolean }>
}

/** Auth's post: who gets any, and where its links lead. */
export function createAuthMail({ mailbox, siteUrl, mayBeMailed }: Options) {
  const redirect = new AsyncLocalStorage<string | null>()
  return {
    /** What Auth sends with. Its links lead back to the page that asked for them, if that page is ours. */
    driver: {
      async send({ to, subject, text = '' }: { to: string; subject: string; text?: string }) {
        const target = redirect.getStore()
        const told = target ? text.replaceAll(/(?<=redirect_to=)[^&\s]+/g, encodeURIComponent(target)) : text
        await mailbox?.send({ to, subject, text: told })
      },
    },

    /** Passes to Auth what is meant for it. */
    async pass(request: Request, fetchAuth: Fetch): Promise<Response> {
      const { pathname, searchParams } = new URL(request.url)
      if (!PLAIN.test(pathname) || pathname === CLOSED) return Response.json({ message: 'not found' }, { status: 404 })
      const target = ownAddress(searchParams.get('redirect_to'), siteUrl)
      if (pathname !== '/auth/v1/otp' || request.method !== 'POST') return await redirect.run(target, () => fetchAuth(request))
      const asked = LinkAsked.safeParse(await request.json().catch(() => null))
      if (!asked.success) {
        return Response.json({ code: 400, error_code: 'validation_failed', msg: 'Say for which e-mail.' }, { status: 400 })
      }
      const { email, create_user } = asked.data
      const { isKnown, isInvited } = await mayBeMailed(email)
      // As for everybody else, so that nobody learns who has an account here. Without a mailbox an account would be of no use.
      if (!isKnown && !(isInvited && create_user && mailbox)) return Response.json({})
      const headers = new Headers(request.headers)
      headers.delete('content-length')
      const exact = new Request(request.url, { method: 'POST', headers, body: JSON.stringify({ email, create_user }) })
      return await redirect.run(target, () => fetchAuth(exact))
    },
  }
}

/** Asks the database whom Auth may mail. */
export function whoMayBeMailed(connection: PostgresConnection): Options['mayBeMailed'] {
  return async (email) => {
    const sql = await connection.driver.reserve()
    try {
      const [found] = await sql<{ isKnown: boolean; isInvited: boolean }[]>`
        select exists (select from auth.users where email = lower(${email})) as "isKnown", private.is_invited(${email}) as "isInvited"`
      return found ?? { isKnown: false, isInvited: false }
    } finally {
      sql.release()
    }
  }
}

/** An address of the page, by any name of this machine; `null` for all others. */
function ownAddress(address: string | null, siteUrl: string): string | null {
  if (address === null || !URL.canParse(address)) return null
  const [wanted, own] = [new URL(address), new URL(siteUrl)]
  const isOwn = wanted.protocol === own.protocol && wanted.port === own.port && wanted.username === ''
  return isOwn && LOOPBACK.has(wanted.hostname) && LOOPBACK.has(own.hostname) ? wanted.href : null
}

import type { Sql } from 'postgres'
import { seedUser } from './users.ts'

export const DEMO_EMAIL = 'admin@latchkey.test'
export const DEMO_ORGANIZATION = 'Acme'

/** Links that somebody began long ago and gave up: the page purges them at once, which is how the purge shows itself. */
const STALE_SESSION_IDS = [
  '19aec740-1add-4da7-9c1e-5d0f7a3b2e64',
  '32b178de-c23d-4083-9f42-8a6e01c7d95b',
  'a08c1e45-4abd-4580-8b37-f21d94e6c0a8',
] as const

export type DemoOptions = {
  password: string
  /** Whether an admin who exists gets the password, too: else it stays as they chose it. */
  setsPassword?: boolean
  /** The three stale sessions; `false` where a real WhatsApp is linked. */
  staleSessions: boolean
}
export type Demo = { organizationId: string; userId: string; /** Whether the admin signs in with that password. */ isPassword: boolean }

/**
 * Founds the demo organisation with its admin and three stale sessions, once, so a launcher can call it at each start. What people
 * changed or deleted meanwhile stays as it is.
 */
export async function foundDemo(sql: Sql, options: DemoOptions): Promise<Demo> {
  const userId = await seedUser(sql, { email: DEMO_EMAIL, password: options.password, keepsPassword: !options.setsPassword })
  const [fits] = await sql<{ is_password: boolean }[]>`
    select encrypted_password = extensions.crypt(${options.password}, encrypted_password) as is_password from auth.users where id = ${userId}`
  const isPassword = fits?.is_password ?? false
  return await sql.begin(async (tx) => {
    // Two launchers at once would found it twice.
    await tx`select from auth.users where id = ${userId} for update`
    const [member] = await tx<{ organization_id: string }[]>`
      select organization_id from public.organization_members where user_id = ${userId} order by created_at limit 1`
    if (member) return { organizationId: member.organization_id, userId, isPassword }
    const [founded] = await tx<{ id: string }[]>`insert into public.organizations (name) values (${DEMO_ORGANIZATION}) returning id`
    if (!founded) throw new Error('The demo organisation could not be founded')
    await tx`insert into public.organization_members (organization_id, user_id, role) values (${founded.id}, ${userId}, 'owner')`
    for (const id of options.staleSessions ? STALE_SESSION_IDS : []) {
      await tx`insert into public.whatsapp_sessions (id, organization_id, created_at, updated_at)
        values (${id}, ${founded.id}, now() - interval '3 days', now() - interval '3 days')
        on conflict do nothing`
    }
    return { organizationId: founded.id, userId, isPassword }
  })
}

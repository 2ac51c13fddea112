import { decodeJwt, SignJWT, UnsecuredJWT } from 'jose'
import { ROLES, type Tenant, type Tenants } from './tenants.ts'

/** Somebody who attacks one tenant. `own`: the organisation that they really belong to, with the role that they have there. */
export type Actor = { who: string; token: string | null; hasKey: boolean; own: { tenant: Tenant; role: (typeof ROLES)[number] } | null }

/** Everybody who does not belong to `victim`, and everybody who only says so. */
export async function actorsAgainst(victim: Tenant, { acme, rival, loner, database }: Tenants): Promise<Actor[]> {
  const other = victim === acme ? rival : acme
  const claims = decodeJwt(victim.people.owner.token)
  const sign = (expires: number, secret: string) =>
    new SignJWT({ ...claims, exp: expires }).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(new TextEncoder().encode(secret))
  const stranger = (who: string, token: string | null, hasKey = true): Actor => ({ who, token, hasKey, own: null })
  const hour = Math.floor(Date.now() / 1000) + 3600
  return [
    ...ROLES.map((role) => ({
      who: `the other organisation’s ${role}`,
      token: other.people[role].token,
      hasKey: true,
      own: { tenant: other, role },
    })),
    stranger('a user of no organisation', loner.token),
    stranger('a member who was removed', victim.removed.token),
    stranger('whoever has the public key', database.anonKey),
    stranger('whoever has no key', null, false),
    stranger('the owner with a token that has expired', await sign(hour - 7200, database.jwtSecret)),
    stranger('an owner by the secret of somebody else', await sign(hour, 'a secret of somebody else, long enough for HS256')),
    stranger('an owner by a token that nobody signed', new UnsecuredJWT({ ...claims, exp: hour }).encode()),
    stranger(
      'a service by the secret of somebody else',
      await new SignJWT({ role: 'service_role', exp: hour })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .sign(new TextEncoder().encode('a secret of somebody else, long enough for HS256')),
    ),
  ]
}

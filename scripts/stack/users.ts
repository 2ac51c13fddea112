import type { Sql } from 'postgres'

export type NewUser = {
  email: string
  password: string
  /** The cost of the password's bcrypt hash: 10, as GoTrue has it, unless told (tests take 4, to be fast). */
  cost?: number
  /** Of somebody who exists the password stays as it is. */
  keepsPassword?: boolean
}

/**
 * Makes a user who can sign in with a password, by SQL: the embedded API has no `auth.admin`. One that exists keeps
 * their id and gets this password, unless told otherwise. Works on hosted Supabase as well, over a direct connection.
 * @returns the user's id.
 */
export async function seedUser(sql: Sql, user: NewUser): Promise<string> {
  const email = user.email.toLowerCase()
  return await sql.begin(async (tx) => {
    const hash = tx`extensions.crypt(${user.password}, extensions.gen_salt('bf', ${user.cost ?? 10}::int))`
    const [found] = await tx<{ id: string }[]>`
      update auth.users set encrypted_password = case when ${user.keepsPassword ?? false} then encrypted_password else ${hash} end, updated_at = now()
      where email = ${email} returning id`
    if (found) return found.id
    const id = crypto.randomUUID()
    // GoTrue reads the token columns as texts: null there breaks the sign-in.
    await tx`
      insert into auth.users (id, aud, role, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data,
        confirmation_token, recovery_token, email_change, email_change_token_new, email_change_token_current, phone_change,
        phone_change_token, reauthentication_token, created_at, updated_at)
      values (${id}, 'authenticated', 'authenticated', ${email}, ${hash}, now(), '{"provider": "email", "providers": ["email"]}', '{}',
        '', '', '', '', '', '', '', '', now(), now())`
    await tx`
      insert into auth.identities (id, user_id, provider, provider_id, identity_data, created_at, updated_at)
      values (gen_random_uuid(), ${id}, 'email', ${id}, ${tx.json({ sub: id, email, email_verified: true })}, now(), now())`
    return id
  })
}

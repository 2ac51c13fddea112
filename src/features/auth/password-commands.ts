import type { AuthError } from '@supabase/auth-js'
import { ADDRESSES } from '../../lib/addresses.ts'
import { authFailure, type FailureCode } from '../../lib/failure.ts'
import type { Client } from '../../lib/supabase.ts'
import type { Words } from '../../words/en.ts'

/** Why a password was not taken. */
export type PasswordProblem = 'same' | 'refused' | 'current_wrong' | FailureCode
export type PasswordResult = { ok: true; isElsewhereOut: boolean } | { ok: false; problem: PasswordProblem }

/**
 * Has a link for a new password sent. Who has an account is not told, so all that Auth answers is one answer: `false` is that nobody
 * answered.
 */
export async function sendPasswordLink({ auth }: Client, email: string): Promise<boolean> {
  const { error } = await auth.resetPasswordForEmail(email, { redirectTo: location.origin + ADDRESSES.newPassword })
  return !error || authFailure(error).code !== 'unreachable'
}

/** Gives who is signed in a new password, and has all other browsers sign in again. */
export async function setPassword({ auth }: Client, password: string): Promise<PasswordResult> {
  const { error } = await auth.updateUser({ password })
  if (error) return { ok: false, problem: problemOf(error) }
  const others = await auth.signOut({ scope: 'others' })
  return { ok: true, isElsewhereOut: !others.error }
}

/** The same for who knows the one they have: Auth alone asks for none, and somebody else may sit there. */
export async function changePassword(client: Client, email: string, current: string, next: string): Promise<PasswordResult> {
  const { error } = await client.auth.signInWithPassword({ email, password: current })
  if (error) {
    const { code } = authFailure(error)
    return { ok: false, problem: code === 'wrong_credentials' ? 'current_wrong' : code }
  }
  return await setPassword(client, next)
}

/** In words, why not. */
export function wordProblem(words: Words, problem: PasswordProblem): string {
  if (problem === 'same') return words.password.same
  if (problem === 'refused') return words.password.refused
  if (problem === 'current_wrong') return words.password.currentWrong
  return words.failures[problem]
}

function problemOf(error: AuthError): PasswordProblem {
  if (error.code === 'same_password') return 'same'
  if (error.code === 'weak_password') return 'refused'
  const { code } = authFailure(error)
  return code === 'wrong_credentials' ? 'unauthorized' : code
}

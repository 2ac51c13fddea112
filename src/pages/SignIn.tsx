import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import { PasswordField } from '../features/auth/PasswordField.tsx'
import { ADDRESSES } from '../lib/addresses.ts'
import { useConfig } from '../lib/config.ts'
import { asFailure, authFailure, type FailureCode } from '../lib/failure.ts'
import { useSupabase } from '../lib/supabase.ts'
import { useTitle } from '../lib/useTitle.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Spinner } from '../ui/spinner.tsx'
import { useWords } from '../words/words.ts'
import { GuestPage } from './GuestPage.tsx'

/** Signs in with e-mail and password. Who is signed in then shows the rest of the page. */
export function SignIn() {
  const words = useWords()
  useTitle(words.signIn.title)
  const client = useSupabase()
  const { demo } = useConfig()
  const [email, setEmail] = useState(demo?.email ?? '')
  const [password, setPassword] = useState('')
  const [failure, setFailure] = useState<FailureCode | null>(null)
  const [busy, setBusy] = useState(false)

  // The demo's e-mail stands there already: what is left is to paste the password.
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (demo) form.current?.querySelector<HTMLInputElement>('[type=password]')?.focus()
  }, [demo])

  const signIn = async (event: FormEvent) => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    setFailure(null)
    try {
      const { error } = await client.auth.signInWithPassword({ email: email.trim(), password })
      if (error) setFailure(authFailure(error).code)
    } catch (error) {
      setFailure(asFailure(error).code)
    } finally {
      setBusy(false)
    }
  }
  return (
    <GuestPage intro={words.signIn.intro}>
      <form ref={form} aria-labelledby="sign-in" className="space-y-4" onSubmit={(event) => void signIn(event)}>
        <h1 id="sign-in" className="text-base font-semibold tracking-tight">
          {words.signIn.title}
        </h1>
        <Field
          label={words.signIn.email}
          type="email"
          autoComplete="username"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <PasswordField
          label={words.signIn.password}
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        {failure && (
          <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-sm text-bad">
            {words.failures[failure]}
          </p>
        )}
        <Button type="submit" look="primary" className="w-full" disabled={busy}>
          {busy && <Spinner />}
          {busy ? words.signIn.submitting : words.signIn.submit}
        </Button>
        <p className="text-center">
          <Link
            href={ADDRESSES.forgottenPassword}
            className="inline-flex min-h-9 items-center text-note font-medium text-brand underline-offset-4 hover:underline"
          >
            {words.signIn.forgotten}
          </Link>
        </p>
        {demo && <p className="text-center text-note text-muted">{words.signIn.demo}</p>}
      </form>
    </GuestPage>
  )
}

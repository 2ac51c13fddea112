import { type FormEvent, useState } from 'react'
import { useConfig } from '../lib/config.ts'
import { asFailure, authFailure, type FailureCode } from '../lib/failure.ts'
import { useSupabase } from '../lib/supabase.ts'
import { Button } from '../ui/button.tsx'
import { CenterPage } from '../ui/center-page.tsx'
import { Field } from '../ui/field.tsx'
import { Logo } from '../ui/logo.tsx'
import { Spinner } from '../ui/spinner.tsx'
import { useWords } from '../words/words.ts'

/** Signs in with e-mail and password. Who is signed in then shows the rest of the page. */
export function SignIn() {
  const words = useWords()
  const client = useSupabase()
  const { demo } = useConfig()
  const [email, setEmail] = useState(demo?.email ?? '')
  const [password, setPassword] = useState('')
  const [failure, setFailure] = useState<FailureCode | null>(null)
  const [busy, setBusy] = useState(false)

  const signIn = async (event: FormEvent) => {
    event.preventDefault()
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
    <CenterPage>
      <div className="mb-8 flex flex-col items-center text-center">
        <Logo className="size-11" />
        <p className="mt-3 text-lg font-semibold tracking-tight">{words.product}</p>
        <p className="mt-1 text-sm text-balance text-muted">{words.signIn.intro}</p>
      </div>
      <form
        aria-labelledby="sign-in"
        className="space-y-4 rounded-2xl border border-line bg-surface p-6 shadow-sm"
        onSubmit={(event) => void signIn(event)}
      >
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
        <Field
          label={words.signIn.password}
          type="password"
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
        {demo && <p className="text-center text-[13px] text-muted">{words.signIn.demo}</p>}
      </form>
      <p className="mt-6 text-center text-[13px] text-muted">{words.promise}</p>
    </CenterPage>
  )
}
